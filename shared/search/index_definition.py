"""The one definition of the materials index, as the body of ``PUT /indexes('materials')`` and as the SDK's model."""

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from azure.search.documents.indexes.models import SearchIndex

DEFINITION_FILE = Path(__file__).parents[1] / "search_index.json"


@cache
def _text() -> str:
    return DEFINITION_FILE.read_text(encoding="utf-8")


def index_body(name: str | None = None) -> dict[str, Any]:
    """The REST body of the index, a new one at each call; ``name`` replaces the name in the file."""
    body = cast("dict[str, Any]", json.loads(_text()))
    return body if name is None else {**body, "name": name}


def search_index(name: str | None = None) -> "SearchIndex":
    """The SDK's model of the index, for ``SearchIndexClient.create_or_update_index``."""
    # Only here: the app itself needs no model of the index.
    from azure.search.documents.indexes.models import SearchIndex

    return SearchIndex(index_body(name))


def vector_dimensions() -> int:
    """Dimensions of ``content_vector``, which the embeddings stored in the index must have."""
    field = next(field for field in index_body()["fields"] if field["name"] == "content_vector")
    return int(field["dimensions"])
