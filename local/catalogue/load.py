"""Loads the catalogue when the index does not hold it yet: vectors, documents, Lab values."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from azure.core.exceptions import AzureError
from azure.search.documents import SearchClient
from azure.storage.blob import BlobServiceClient

from data.materials import LAB_VALUES, MATERIALS, read_materials, text_of
from data.materials_index import BATCH, DocumentRefused, write_documents
from local.catalogue.vectors import Vectors, model_of, vectors_of
from local.stack.errors import CannotProvision
from local.stack.plan import mock_mode
from local.stack.provision import search_credential, storage_credential
from shared.topology import topology

_SAY_EVERY = 2_000
_NAME = topology().search_indexes["materials"].name

Say = Callable[[str], None]


def load_catalogue(folder: Path, kept: Path, note: Path, settings: Mapping[str, str], say: Say) -> str:
    """Put the materials of ``folder`` into index and blob storage unless they are there; return a line about it.

    ``kept``: folder for vectors. ``note``: where it says what was loaded: beside the index's own data, so that both go
    together.

    Raises:
        CannotProvision: A file is missing or wrong, or a service refuses.
    """
    begun = time.monotonic()
    kept.mkdir(parents=True, exist_ok=True)
    try:
        version = _version(folder, settings)
        if _is_loaded(note, version):
            return "materials as loaded before"
        documents = read_materials(folder / MATERIALS)
        with _index(settings) as index:
            say(f"Loading {len(documents):,} materials ...")
            vectors = None if mock_mode(settings) else _vectors(documents, kept, version, settings, say)
            _upload(index, documents, vectors)
        _upload_lab_values(folder / LAB_VALUES, settings)
    except (OSError, ValueError, KeyError) as error:
        raise CannotProvision(f"the catalogue in {folder} cannot be read: {error}") from error
    except AzureError as error:
        raise CannotProvision(f"the catalogue cannot be loaded: {error.message or error}") from error
    note.write_text(json.dumps({"version": version}), encoding="utf-8")
    return f"{len(documents):,} materials loaded in {time.monotonic() - begun:.1f} s"


def _vectors(
    documents: Sequence[dict[str, Any]], kept: Path, version: str, settings: Mapping[str, str], say: Say
) -> Vectors:
    from openai import OpenAIError  # 0.7 s, which a stack whose catalogue is loaded does not wait for

    def said(done: int, total: int) -> None:
        if done % _SAY_EVERY == 0:
            say(f"  {done:,} of {total:,} embedded")

    try:
        return vectors_of([text_of(document) for document in documents], settings, kept / f"{version}.npz", said)
    except OpenAIError as error:
        raise CannotProvision(f"the catalogue cannot be embedded: {error}") from error


def _upload(index: SearchClient, documents: Sequence[dict[str, Any]], vectors: Vectors | None) -> None:
    for start in range(0, len(documents), BATCH):
        batch = documents[start : start + BATCH]
        if vectors is not None:
            made = vectors[start : start + len(batch)]
            batch = [document | {"content_vector": vector} for document, vector in zip(batch, made, strict=True)]
        try:
            write_documents(index, _NAME, batch)
        except DocumentRefused as error:
            raise CannotProvision(str(error)) from error


def _upload_lab_values(path: Path, settings: Mapping[str, str]) -> None:
    container = topology().blob_containers["lab_data"].name
    with BlobServiceClient(settings["STORAGE_ENDPOINT"], credential=storage_credential(settings)) as client:
        client.get_blob_client(container, LAB_VALUES).upload_blob(path.read_bytes(), overwrite=True)


def _index(settings: Mapping[str, str]) -> SearchClient:
    return SearchClient(settings["AI_SEARCH_ENDPOINT"], _NAME, search_credential(settings))


def _version(folder: Path, settings: Mapping[str, str]) -> str:
    """Return what changes when materials, Lab values or the embedding model change."""
    parts = [(folder / name).read_bytes() for name in (MATERIALS, LAB_VALUES)]
    model = "none" if mock_mode(settings) else model_of(settings)
    return sha256(b"\0".join([*parts, model.encode()])).hexdigest()[:16]


def _is_loaded(note: Path, version: str) -> bool:
    return note.exists() and json.loads(note.read_text(encoding="utf-8")) == {"version": version}
