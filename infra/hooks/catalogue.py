"""Which materials the index lacks. No I/O.

A document says in ``content_key`` which text and model its vector stands for, so that the index itself tells what is
done: a run that was interrupted goes on where it stopped, and no text is embedded twice.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from data.materials import text_of
from shared.snippets.identifiers import content_key

Document = dict[str, Any]
T = TypeVar("T")

KEY = "content_key"
VECTOR = "content_vector"


@dataclass(frozen=True)
class Work:
    """``embed``: new text or another model. ``merge``: the vector holds, something else changed. ``done``: how many."""

    embed: list[Document]
    merge: list[Document]
    done: int


def keyed(documents: Sequence[Document], model: str, dimensions: int) -> list[Document]:
    """Return the documents with what their vectors will stand for."""
    return [document | {KEY: content_key(text_of(document), model, dimensions)} for document in documents]


def work_left(documents: Sequence[Document], held: Mapping[str, Mapping[str, Any]]) -> Work:
    """Return what is to be done about ``documents`` where the index holds ``held``, by id."""
    embed: list[Document] = []
    merge: list[Document] = []
    for document in documents:
        found = held.get(document["id"], {})
        if found.get(KEY) != document[KEY]:
            embed.append(document)
        elif any(found.get(field) != value for field, value in document.items()):
            merge.append(document)
    return Work(embed, merge, len(documents) - len(embed) - len(merge))


def batches(things: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Return ``things`` in order, at most ``size`` at a time."""
    return (things[start : start + size] for start in range(0, len(things), size))
