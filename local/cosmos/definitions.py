"""What a container is made of, checked: keys, time to live, vector, text and indexing policies, unique keys."""

import re
from dataclasses import dataclass
from typing import Any

from local.cosmos import limits
from local.cosmos.errors import CosmosError, bad_request
from local.cosmos.partition_key import PartitionKey, steps_of
from local.cosmos.sql.execution import FullTextPolicy, VectorPolicy
from local.cosmos.store.schema import indexable

_DEFAULT_INDEXING = {
    "indexingMode": "consistent",
    "automatic": True,
    "includedPaths": [{"path": "/*"}],
    "excludedPaths": [{"path": '/"_etag"/?'}],
}
_DATA_TYPES = ("float32", "float16", "uint8", "int8")
_DISTANCES = ("cosine", "dotproduct", "euclidean")
_VECTOR_INDEXES = ("flat", "quantizedFlat", "diskANN")
_LANGUAGES = ("en-US", "de-DE", "es-ES", "fr-FR")
_MOST_DIMENSIONS = 4096
_MOST_FLAT_DIMENSIONS = 505
_KNOWN = frozenset(
    re.findall(
        r"\w+",
        "id partitionKey indexingPolicy defaultTtl uniqueKeyPolicy conflictResolutionPolicy vectorEmbeddingPolicy "
        "fullTextPolicy analyticalStorageTtl computedProperties geospatialConfig changeFeedPolicy "
        "materializedViewDefinition _rid _self _etag _ts _docs _sprocs _triggers _udfs _conflicts",
    )
)


@dataclass(frozen=True, slots=True)
class ContainerDefinition:
    """``body``: the resource as it is returned. ``composites``: the (path, descending) lists ORDER BY may use."""

    id: str
    body: dict[str, Any]
    partition_key: PartitionKey
    default_ttl_s: int | None
    vectors: dict[str, VectorPolicy]
    texts: dict[str, FullTextPolicy]
    composites: tuple[tuple[tuple[tuple[str, ...], bool], ...], ...]
    unique_keys: tuple[tuple[tuple[str, ...], ...], ...]


def read_definition(body: Any) -> ContainerDefinition:
    """Check the body of a create or replace.

    Raises:
        CosmosError: 400 naming the field, its value and what is expected.
    """
    if not isinstance(body, dict):
        raise bad_request("The input content is invalid: a container is a JSON object.")
    for name in body:
        if name not in _KNOWN:
            raise bad_request(f"The container property '{str(name)[:100]}' is not known to this endpoint.")
    for name in ("computedProperties", "materializedViewDefinition"):
        if body.get(name):
            raise bad_request(f"The container property '{name}' is not supported by this endpoint.")
    indexing = body.get("indexingPolicy") or _DEFAULT_INDEXING
    if not isinstance(indexing, dict):
        raise bad_request("indexingPolicy: a JSON object is expected.")
    vectors = _vectors(body.get("vectorEmbeddingPolicy"))
    _check_vector_indexes(indexing.get("vectorIndexes"), vectors)
    key, stored_key = _partition_key(body.get("partitionKey"))
    resource = {name: value for name, value in body.items() if not name.startswith("_")}
    resource |= {"indexingPolicy": indexing, "partitionKey": stored_key}
    resource.setdefault("conflictResolutionPolicy", {"mode": "LastWriterWins", "conflictResolutionPath": "/_ts"})
    return ContainerDefinition(
        id=resource_id(body.get("id")),
        body=resource,
        partition_key=key,
        default_ttl_s=_default_ttl(body.get("defaultTtl")),
        vectors=vectors,
        texts=_texts(body.get("fullTextPolicy"), indexing.get("fullTextIndexes")),
        composites=_composites(indexing.get("compositeIndexes")),
        unique_keys=_unique_keys(body.get("uniqueKeyPolicy")),
    )


def resource_id(value: Any) -> str:
    """``value`` as the id of a database or container."""
    if value is None:
        raise bad_request("The input content is invalid because the required properties - 'id; ' - are missing")
    if not isinstance(value, str) or not value or len(value) > limits.ID_CHARACTERS:
        raise bad_request(f"id: 1 to {limits.ID_CHARACTERS} characters are expected, not {str(value)[:100]!r}.")
    if any(character in "/\\#?" for character in value) or value.endswith(" "):
        raise bad_request(f"id {value!r} contains illegal chars ('/', '\\', '?', '#') or ends with a blank.")
    return value


def _partition_key(value: Any) -> tuple[PartitionKey, dict[str, Any]]:
    if not isinstance(value, dict) or not isinstance(value.get("paths"), list) or not value["paths"]:
        raise bad_request("partitionKey: an object such as {'paths': ['/pk'], 'kind': 'Hash'} is expected.")
    kind, paths, version = value.get("kind", "Hash"), value["paths"], value.get("version", 2)
    most = {"Hash": 1, "MultiHash": 3}.get(kind) if isinstance(kind, str) else None
    if most is None:
        raise bad_request(f"partitionKey.kind: 'Hash' or 'MultiHash' is expected, not {str(kind)[:50]!r}.")
    if len(paths) > most:
        raise bad_request(f"partitionKey.paths: {len(paths)} paths, but a {kind} key has at most {most}.")
    # Version 1 hashes keys in another way, and only to place them: nothing else could tell the difference, but a
    # change feed by feed range would. The SDK has made version 2 since 2019.
    if version != 2:
        raise bad_request(f"partitionKey.version: only 2 is supported by this endpoint, not {version!r}.")
    steps = tuple(steps_of(path, "partitionKey.paths") for path in paths)
    return PartitionKey(steps, kind == "MultiHash"), {"paths": paths, "kind": kind, "version": 2}


def _default_ttl(value: Any) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or (value != -1 and not 0 < value <= 2_147_483_647):
        raise bad_request(f"defaultTtl: -1 or a positive number of seconds is expected, not {str(value)[:50]!r}.")
    return value


def _entries(value: Any, field: str) -> list[dict[str, Any]]:
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > 100 or not all(isinstance(entry, dict) for entry in value):
        raise bad_request(f"{field}: an array of objects is expected.")
    return value


def _vectors(policy: Any) -> dict[str, VectorPolicy]:
    if policy is None:
        return {}
    if not isinstance(policy, dict):
        raise bad_request("vectorEmbeddingPolicy: an object with 'vectorEmbeddings' is expected.")
    vectors: dict[str, VectorPolicy] = {}
    for entry in _entries(policy.get("vectorEmbeddings"), "vectorEmbeddingPolicy.vectorEmbeddings"):
        path, dimensions = entry.get("path"), entry.get("dimensions")
        function, data_type = entry.get("distanceFunction", "cosine"), entry.get("dataType", "float32")
        steps = steps_of(path, "vectorEmbeddings.path")
        if not isinstance(dimensions, int) or isinstance(dimensions, bool) or not 1 <= dimensions <= _MOST_DIMENSIONS:
            raise bad_request(f"vectorEmbeddings.dimensions: 1 to {_MOST_DIMENSIONS} is expected, not {dimensions!r}.")
        if not isinstance(function, str) or function.lower() not in _DISTANCES:
            raise bad_request(f"vectorEmbeddings.distanceFunction: one of {', '.join(_DISTANCES)}, not {function!r}.")
        if data_type not in _DATA_TYPES:
            raise bad_request(f"vectorEmbeddings.dataType: one of {', '.join(_DATA_TYPES)}, not {data_type!r}.")
        name = "/" + "/".join(steps)
        vectors[name] = VectorPolicy(name, dimensions, function.lower())
    return vectors


def _check_vector_indexes(value: Any, vectors: dict[str, VectorPolicy]) -> None:
    for entry in _entries(value, "indexingPolicy.vectorIndexes"):
        path, kind = entry.get("path"), entry.get("type")
        policy = vectors.get("/" + "/".join(steps_of(path, "vectorIndexes.path")))
        if policy is None:
            raise bad_request(f"vectorIndexes.path: {path!r} is not a path of the vectorEmbeddingPolicy.")
        if kind not in _VECTOR_INDEXES:
            raise bad_request(f"vectorIndexes.type: one of {', '.join(_VECTOR_INDEXES)}, not {kind!r}.")
        if kind == "flat" and policy.dimensions > _MOST_FLAT_DIMENSIONS:
            raise bad_request(
                f"vectorIndexes.type: 'flat' takes at most {_MOST_FLAT_DIMENSIONS} dimensions, not "
                f"{policy.dimensions}; use 'quantizedFlat' or 'diskANN'."
            )


def _texts(policy: Any, indexes: Any) -> dict[str, FullTextPolicy]:
    """The texts that can be searched, by path. Refusals are worded as the service words them, where that is known."""
    languages = _languages(policy)
    indexed: set[str] = set()
    for place, entry in enumerate(_entries(indexes, "indexingPolicy.fullTextIndexes")):
        if "path" not in entry:
            raise bad_request(f"Missing path in full-text index specification at index ({place}).")
        path = _text_path(entry["path"])
        if path is None:
            raise bad_request(f"Full-text index specification at index ({place}) contains invalid path.")
        if path not in languages:
            raise bad_request(
                f"The path of the Full Text Index {path} does not match the path specified in the Full Text Policy."
            )
        if path in indexed:
            raise bad_request(f"Full-text index specification at index ({place}) repeats the path {path}.")
        indexed.add(path)
    return {path: FullTextPolicy(path, language, path in indexed) for path, language in languages.items()}


def _languages(policy: Any) -> dict[str, str]:
    if policy is None:
        return {}
    if not isinstance(policy, dict) or policy.keys() - {"defaultLanguage", "fullTextPaths"}:
        raise bad_request("The Full Text Policy contains invalid syntax: {defaultLanguage, fullTextPaths} is expected.")
    default = _language(policy.get("defaultLanguage"))
    languages: dict[str, str] = {}
    for entry in _entries(policy.get("fullTextPaths"), "fullTextPolicy.fullTextPaths"):
        if entry.keys() - {"path", "language"}:
            raise bad_request("The Full Text Policy contains invalid syntax: {path, language} is expected.")
        path = _text_path(entry.get("path"))
        if path is None:
            raise bad_request(f"The Full Text Policy contains an invalid Path: {str(entry.get('path'))[:100]}")
        if path in languages:
            raise bad_request(f"The Full Text Policy contains the Path {path} more than once.")
        languages[path] = default if "language" not in entry else _language(entry["language"])
    return languages


def _text_path(value: Any) -> str | None:
    """The path of a text; wildcards are not supported there."""
    try:
        steps = steps_of(value, "fullTextPaths.path")
    except CosmosError:
        return None
    return None if any(sign in step for step in steps for sign in "*[]?") else "/" + "/".join(steps)


def _language(value: Any) -> str:
    if value not in _LANGUAGES:
        supported = ", ".join(_LANGUAGES)
        raise bad_request(
            f"The Full Text Policy contains an unsupported language {str(value)[:50]}. Supported languages are: "
            f"{supported}"
        )
    return str(value)


def _composites(value: Any) -> tuple[tuple[tuple[tuple[str, ...], bool], ...], ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(group, list) for group in value):
        raise bad_request("indexingPolicy.compositeIndexes: an array of arrays of {path, order} is expected.")
    return tuple(
        tuple(
            (steps_of(entry.get("path"), "compositeIndexes.path"), entry.get("order", "ascending") == "descending")
            for entry in _entries(group, "indexingPolicy.compositeIndexes")
        )
        for group in value
    )


def _unique_keys(value: Any) -> tuple[tuple[tuple[str, ...], ...], ...]:
    if value is None:
        return ()
    if not isinstance(value, dict):
        raise bad_request("uniqueKeyPolicy: an object with 'uniqueKeys' is expected.")
    keys: list[tuple[tuple[str, ...], ...]] = []
    for entry in _entries(value.get("uniqueKeys"), "uniqueKeyPolicy.uniqueKeys"):
        paths = entry.get("paths")
        if not isinstance(paths, list) or not 0 < len(paths) <= 16:
            raise bad_request("uniqueKeys.paths: an array of 1 to 16 paths is expected.")
        steps = tuple(steps_of(path, "uniqueKeys.paths") for path in paths)
        if not all(indexable(path) for path in steps):
            raise bad_request(f"uniqueKeys.paths: {paths} has a name that this endpoint cannot index.")
        keys.append(steps)
    return tuple(keys)
