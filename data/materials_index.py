"""Writes documents into the index of materials."""

from collections.abc import Sequence
from typing import Any, Literal

import orjson
from azure.core.rest import HttpRequest
from azure.search.documents import SearchClient

# The service takes 1,000 documents or 16 MB at once; one with its vector has up to 20 KB.
BATCH = 500
_PATH = "indexes('{}')/docs/search.index?api-version=2026-04-01"


class DocumentRefused(Exception):
    """The service takes the other documents of the batch, but not this one; the text says which and why."""


def write_documents(
    index: SearchClient, name: str, documents: Sequence[dict[str, Any]], action: Literal["upload", "merge"] = "upload"
) -> None:
    """Write at most ``BATCH`` documents into the index ``name``; ``merge`` leaves fields that they lack as they are.

    Raises:
        DocumentRefused: One of them cannot be taken.
        azure.core.exceptions.AzureError: The service cannot be reached or refuses.
    """
    # `upload_documents` would look at each of eight million numbers for a date: half a minute.
    body = orjson.dumps(
        {"value": [document | {"@search.action": action} for document in documents]},
        option=orjson.OPT_SERIALIZE_NUMPY,
    )
    request = HttpRequest("POST", _PATH.format(name), content=body, headers={"Content-Type": "application/json"})
    with index.send_request(request) as answer:
        answer.raise_for_status()
        refused = [result for result in answer.json()["value"] if not result["status"]]
    if refused:
        raise DocumentRefused(f"AI Search refused material {refused[0]['key']}: {refused[0]['errorMessage']}")
