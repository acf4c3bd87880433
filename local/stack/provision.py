"""Creates what ``shared/topology.yaml`` names, where it is not there yet, on whichever endpoint is configured."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from azure.core.credentials import AzureKeyCredential, AzureNamedKeyCredential
from azure.core.exceptions import AzureError, ResourceExistsError
from azure.cosmos import ContainerProxy, CosmosClient, DatabaseProxy, PartitionKey
from azure.cosmos.exceptions import CosmosHttpResponseError
from azure.search.documents.indexes import SearchIndexClient
from azure.search.documents.indexes.models import SearchIndex
from azure.storage.blob import BlobServiceClient

from local.stack.errors import CannotProvision
from shared.topology import Container, topology

# Azure's `flat` vector index takes at most 505 dimensions; beyond that the quantized one is exact enough and cheaper.
FLAT_DIMENSIONS = 505
_BAD_REQUEST = 400


def provision_cosmos(settings: Mapping[str, str], vector_index: str | None = None) -> str:
    """Create database and containers; return a line about what was done.

    ``vector_index``: for every vector, where a service has one kind only; None: the one that suits its dimensions. A
    container that is there without the full-text policy gets it, and one that cannot have it stays as it is: the app
    then finds code by meaning alone.

    Raises:
        CannotProvision: The service refuses, or a container has another partition key or vector size.
    """
    endpoint, key = settings["COSMOS_ENDPOINT"], settings.get("COSMOS_KEY")
    if not key:
        # Azure lets no data-plane identity create containers, whatever its role.
        return "as found (no COSMOS_KEY, and a managed identity may not create containers)"
    try:
        with CosmosClient(endpoint, key) as client:
            database = client.create_database_if_not_exists(topology().database)
            wordless = [
                container.name
                for container in topology().containers.values()
                if not _create_container(database, container, vector_index)
            ]
    except AzureError as error:
        raise CannotProvision(f"Cosmos DB at {endpoint}: {error.message or error}") from error
    done = f"database {topology().database}, {len(topology().containers)} containers"
    return f"{done}; without full-text search: {', '.join(wordless)}" if wordless else done


def provision_blobs(settings: Mapping[str, str]) -> str:
    """Create the blob containers; return a line about what was done.

    Raises:
        CannotProvision: The service refuses.
    """
    endpoint = settings["STORAGE_ENDPOINT"]
    try:
        with BlobServiceClient(endpoint, credential=storage_credential(settings), retry_total=1) as client:
            for container in topology().blob_containers.values():
                try:
                    client.create_container(container.name)
                except ResourceExistsError:
                    continue
    except AzureError as error:
        raise CannotProvision(f"blob storage at {endpoint}: {error.message or error}") from error
    return ", ".join(container.name for container in topology().blob_containers.values())


def provision_search(settings: Mapping[str, str]) -> str:
    """Create the indexes, or bring them up to date; return a line about what was done.

    Raises:
        CannotProvision: The service refuses, such as a change that needs the index made anew.
    """
    endpoint = settings["AI_SEARCH_ENDPOINT"]
    names = [index.name for index in topology().search_indexes.values()]
    try:
        with SearchIndexClient(endpoint, search_credential(settings), retry_total=1) as client:
            for index in topology().search_indexes.values():
                client.create_or_update_index(SearchIndex(index.body()))
    except AzureError as error:
        raise CannotProvision(f"AI Search at {endpoint}: {error.message or error}") from error
    return f"index {', '.join(names)}"


def _create_container(database: DatabaseProxy, container: Container, vector_index: str | None) -> bool:
    """Create the container, or bring it up to date; return whether its texts, if any, can be searched."""
    key, policies = PartitionKey(path=container.partition_key), _policies(container, vector_index)
    created = database.create_container_if_not_exists(container.name, key, **policies)
    found = _check_shape(created, container)
    if container.full_text is None or _finds_words(found, container.full_text.path):
        return True
    # Made by an earlier version. The rest of its policies is kept as it is found.
    indexing: dict[str, Any] = {**found["indexingPolicy"]}
    indexing |= {name: policies["indexing_policy"][name] for name in ("excludedPaths", "fullTextIndexes")}
    changed: dict[str, Any] = {**policies, "indexing_policy": indexing}
    try:
        database.replace_container(container.name, key, **changed)
    except CosmosHttpResponseError as error:
        if error.status_code != _BAD_REQUEST:
            raise
        return False
    return True


def _finds_words(found: dict[str, Any], path: str) -> bool:
    """Return whether the container has the full-text policy and index for ``path``."""
    named = (found.get("fullTextPolicy", {}).get("fullTextPaths"), found["indexingPolicy"].get("fullTextIndexes"))
    return all(any(entry["path"] == path for entry in entries or ()) for entries in named)


def _policies(container: Container, vector_index: str | None) -> dict[str, Any]:
    policies: dict[str, Any] = {}
    indexing: dict[str, Any] = {
        "indexingMode": "consistent",
        "automatic": True,
        "includedPaths": [{"path": "/*"}],
        "excludedPaths": [{"path": '/"_etag"/?'}, *({"path": path} for path in container.excluded_paths)],
    }
    if container.vector:
        index = vector_index or ("flat" if container.vector.dimensions <= FLAT_DIMENSIONS else "quantizedFlat")
        policies["vector_embedding_policy"] = {
            "vectorEmbeddings": [
                {
                    "path": container.vector.path,
                    "dataType": "float32",
                    "distanceFunction": "cosine",
                    "dimensions": container.vector.dimensions,
                }
            ]
        }
        indexing["vectorIndexes"] = [{"path": container.vector.path, "type": index}]
    if container.full_text:
        path = container.full_text.model_dump()
        policies["full_text_policy"] = {"defaultLanguage": path["language"], "fullTextPaths": [path]}
        indexing["fullTextIndexes"] = [{"path": path["path"]}]
    if container.excluded_paths:
        policies["indexing_policy"] = indexing
    if container.ttl_s is not None:
        policies["default_ttl"] = container.ttl_s
    return policies


def _check_shape(created: ContainerProxy, container: Container) -> dict[str, Any]:
    """Return the container as it is found, which has the shape that the app needs."""
    found: dict[str, Any] = created.read()
    paths = found.get("partitionKey", {}).get("paths")
    if paths != [container.partition_key]:
        raise CannotProvision(
            f"container {container.name} has the partition key {paths}, expected {container.partition_key}"
        )
    if container.vector is None:
        return found
    vectors = found.get("vectorEmbeddingPolicy", {}).get("vectorEmbeddings", [])
    sizes = {vector["path"]: vector["dimensions"] for vector in vectors}
    if sizes.get(container.vector.path) != container.vector.dimensions:
        raise CannotProvision(
            f"container {container.name} has vectors {sizes}, expected {container.vector.path} with "
            f"{container.vector.dimensions} dimensions; no service changes that in place: delete the container"
        )
    return found


def search_credential(settings: Mapping[str, str]) -> Any:
    """Return what signs in to AI Search: its key, else the developer's own identity."""
    key = settings.get("AI_SEARCH_KEY")
    return AzureKeyCredential(key) if key else _identity()


def storage_credential(settings: Mapping[str, str]) -> Any:
    """Return what signs in to blob storage: the account's key, else the developer's own identity."""
    key = settings.get("STORAGE_KEY")
    if key:
        return AzureNamedKeyCredential(account_name(settings["STORAGE_ENDPOINT"]), key)
    return _identity()


def _identity() -> Any:
    # Only here: it takes half a second, and only Azure needs it.
    from azure.identity import DefaultAzureCredential

    return DefaultAzureCredential()


def account_name(endpoint: str) -> str:
    """Return the account of a blob endpoint: the path of an emulator's address, the first label of Azure's."""
    parts = urlsplit(endpoint)
    return parts.path.strip("/") or (parts.hostname or "").split(".")[0]
