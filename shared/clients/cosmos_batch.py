"""Transactional batches of Cosmos DB: many writes to one partition in one request, all done or none."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from azure.cosmos.exceptions import CosmosBatchOperationError

from shared.clients.azure_errors import translated
from shared.clients.cosmos import ContainerProxy
from shared.errors import Rejected, Unavailable

MAX_OPERATIONS = 100
# The service takes 2 MB. A number and its blank take up to 12 bytes, and so does a character outside the basic plane.
_MAX_BYTES = 1_800_000
_BYTES_PER_NUMBER = 12
_BYTES_PER_CHARACTER = 12
_BYTES_PER_DOCUMENT = 4096
Operation = tuple[str, tuple[Any, ...]]
_TRY_LATER = frozenset({404, 408, 409, 410, 412, 429, 449})


async def upsert_all(container: ContainerProxy, partition: str, documents: Sequence[dict[str, Any]]) -> None:
    """Write documents of one partition, in as many batches as their size asks for.

    Raises:
        Unavailable: Cosmos DB throttled, failed or could not be reached.
        Rejected: Cosmos DB refused a document for good.
    """
    for batch in batches(documents, _heaviest):
        await execute(container, partition, upserts(batch))


async def execute(container: ContainerProxy, partition: str, operations: list[Operation]) -> None:
    """Do the operations, or none of them.

    Raises:
        Unavailable: Cosmos DB throttled, failed or could not be reached, or a document has changed in between.
        Rejected: Cosmos DB refused an operation for good.
    """
    with translated("Cosmos DB"):
        try:
            await container.execute_item_batch(operations, partition_key=partition)
        except CosmosBatchOperationError as error:
            text = f"Cosmos DB refused a batch: {error.message}"
            status = error.status_code or 0
            raise (Unavailable if status in _TRY_LATER or status >= 500 else Rejected)(text) from error


def upserts(documents: Sequence[dict[str, Any]]) -> list[Operation]:
    """Return the operations that write documents, whether or not they are there."""
    return [("upsert", (document,)) for document in documents]


def batches(
    documents: Sequence[dict[str, Any]], weigh: Callable[[dict[str, Any]], int]
) -> Iterator[list[dict[str, Any]]]:
    """Cut documents into batches as large as the service takes. ``weigh``: how many bytes one takes at the most."""
    batch: list[dict[str, Any]] = []
    size = 0
    for document in documents:
        weight = weigh(document)
        if batch and (len(batch) == MAX_OPERATIONS or size + weight > _MAX_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(document)
        size += weight
    if batch:
        yield batch


def _heaviest(document: dict[str, Any]) -> int:
    """Return an upper bound without writing the document, whose numbers and text are nearly all of it."""
    return (
        len(document.get("embedding", ())) * _BYTES_PER_NUMBER
        + (len(document.get("text", "")) + len(document.get("words", ""))) * _BYTES_PER_CHARACTER
        + sum(map(len, (*document.get("scope", ()), *document.get("defines", ())))) * _BYTES_PER_CHARACTER
        + len(document.get("vector", ""))
        + _BYTES_PER_DOCUMENT
    )
