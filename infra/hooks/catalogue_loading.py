"""Puts the sample catalogue into the index: embeds what it lacks, merges what changed, leaves what is there."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar

from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.search.documents import SearchClient

from data.materials import read_materials, text_of
from data.materials_index import BATCH, DocumentRefused, write_documents
from infra.hooks import sign_in
from infra.hooks.catalogue import VECTOR, Document, batches, keyed, work_left
from infra.hooks.console import say
from infra.hooks.embedding import EmbeddingModel
from infra.hooks.failures import HookFailed
from infra.hooks.outputs import Outputs
from infra.hooks.patience import NotYet, until
from infra.hooks.refusals import UNKNOWN_ROLE, role_advice
from shared.topology import topology

T = TypeVar("T")
_NAME = topology().search_indexes["materials"].name
# About 10,000 tokens: small against the smallest sensible quota of a minute, and little to lose when interrupted.
_EMBEDDED_AT_ONCE = 100


def load_materials(path: Path, outputs: Outputs) -> None:
    """Bring the index up to date with the materials of a file, showing how far it has come.

    Raises:
        HookFailed: The file cannot be read, or a service refuses.
    """
    try:
        materials = read_materials(path)
    except (OSError, ValueError, KeyError) as error:
        raise HookFailed(f"{path} cannot be read: {error}", "azd env set CATALOGUE_FOLDER data") from error
    endpoint = outputs.need("AI_SEARCH_ENDPOINT")
    with (
        EmbeddingModel(outputs) as model,
        SearchClient(endpoint, _NAME, sign_in.search_credential(outputs)) as client,
    ):
        index = _Materials(client, outputs)
        documents = keyed(materials, model.name, model.dimensions)
        work = work_left(documents, index.held(documents))
        if not work.embed and not work.merge:
            say(f"Catalogue: all {len(documents):,} materials are in the index already.")
            return
        for batch in batches(work.merge, BATCH):
            index.write(batch, "merge")
        done = work.done + len(work.merge)
        say(f"Catalogue: {len(work.embed):,} of {len(documents):,} materials to embed with {model.name} ...")
        for batch in batches(work.embed, _EMBEDDED_AT_ONCE):
            vectors = model.vectors([text_of(document) for document in batch])
            index.write([document | {VECTOR: vector} for document, vector in zip(batch, vectors, strict=True)])
            done += len(batch)
            say(f"  {done:,} of {len(documents):,} ({100 * done // len(documents)} %)")


class _Materials:
    """The index, waited for where the deployer's role is not known there yet."""

    def __init__(self, client: SearchClient, outputs: Outputs) -> None:
        self._client = client
        self._patience = outputs.patience
        self._advice = role_advice(outputs, "azd hooks run postdeploy")

    def held(self, documents: Sequence[Document]) -> dict[str, dict[str, Any]]:
        """Return what the index holds of these documents, by id, without vectors."""
        fields = list(documents[0]) if documents else []
        found: dict[str, dict[str, Any]] = {}
        for batch in batches(documents, BATCH):
            names = ",".join(document["id"].replace("'", "''") for document in batch)
            found |= self._asked(lambda names=names: self._search(f"search.in(id, '{names}', ',')", fields))
        return found

    def write(self, documents: Sequence[Document], action: Literal["upload", "merge"] = "upload") -> None:
        """Write documents.

        Raises:
            HookFailed: One of them is refused.
        """
        try:
            self._asked(lambda: write_documents(self._client, _NAME, documents, action))
        except DocumentRefused as error:
            raise HookFailed(str(error), "correct the row in materials.csv, then azd hooks run postdeploy") from error

    def _search(self, wanted: str, fields: Sequence[str]) -> dict[str, dict[str, Any]]:
        rows = self._client.search("*", filter=wanted, select=list(fields), top=BATCH)
        return {row["id"]: dict(row) for row in rows}

    def _asked(self, call: Callable[[], T]) -> T:
        def attempt() -> T:
            try:
                return call()
            except ResourceNotFoundError as error:
                raise HookFailed(f"There is no index {_NAME}", "azd hooks run postprovision makes it") from error
            except HttpResponseError as error:
                if error.status_code == 403:
                    raise NotYet(UNKNOWN_ROLE) from error
                raise

        return until(attempt, self._patience, "the roles on AI Search", self._advice)
