"""What of an answer fits: the best files keep their passages, the lower ones lose theirs first.

Sizes are those of the answer as it is sent, in UTF-8, and never estimated.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from shared.responses import json_bytes
from shared.snippets.querying.passages import Passage

# 24 KB: about 6,000 tokens, which an agent can read with every question.
ANSWER_BYTES = 24_000

Document = dict[str, Any]
Render = Callable[[Passage], Document]


@dataclass
class _Room:
    """What is left. ``characters``: of all passages' texts, None where the bytes of the answer are what counts."""

    characters: int | None
    bytes: int

    def fits(self, item: Document, extra: int = 0) -> bool:
        """Whether an item fits. ``extra``: bytes that come with it."""
        if self.characters is not None:
            return len(item["text"]) <= self.characters
        return _size(item) + extra <= self.bytes

    def take(self, item: Document, extra: int = 0) -> None:
        if self.characters is not None:
            self.characters -= len(item["text"])
        self.bytes -= _size(item) + extra


def with_passages(
    answer: Document,
    files: Sequence[tuple[Document, Sequence[Passage]]],
    render: Render,
    max_chars: int | None,
) -> Document:
    """Return the answer with as many files and passages as fit, in order; what fits in part has whole lines.

    ``files``: each without its passages; ``max_chars``: bound of their text, None: the answer takes up to 24 KB.
    """
    results = [file | {"passages": []} for file, _ in files]
    room, kept = _opened(answer, results, max_chars)
    places = zip(results[:kept], files, strict=False)
    for result, passage in ((result, passage) for result, (_, passages) in places for passage in passages):
        extra = 1 if result["passages"] else 0
        item = _shortened(passage, render, room, extra)
        if item is None:
            break
        room.take(item, extra)
        result["passages"].append(item)
        if item["text"] != passage.text:
            break
    return answer | {"results": results[:kept]}


def with_chunks(answer: Document, chunks: Sequence[tuple[Document, Document]], max_chars: int | None) -> Document:
    """Return the answer with as many chunks as fit, best first, grouped by file. ``chunks``: each after its file."""
    room, _ = _opened(answer, [], max_chars)
    groups: dict[tuple[str, str], Document] = {}
    for file, chunk in chunks:
        group = groups.get((file["projectId"], file["name"]))
        extra = 1 if group else _size(file | {"chunks": []}) + bool(groups)
        fitting = chunk if room.fits(chunk, extra) or groups else _cut(chunk, room, extra)
        if not room.fits(fitting, extra):
            break
        room.take(fitting, extra)
        group = groups.setdefault((file["projectId"], file["name"]), file | {"chunks": []})
        group["chunks"].append(fitting)
    return answer | {"results": list(groups.values())}


def _opened(answer: Document, results: Sequence[Document], max_chars: int | None) -> tuple[_Room, int]:
    """Return the room beside the frame of an answer, and how many results have a place in it."""
    left = ANSWER_BYTES - _size(answer | {"results": []})
    if max_chars is not None:
        return _Room(max_chars, left), len(results)
    kept = 0
    for result in results:
        size = _size(result) + bool(kept)
        if size > left:
            break
        left -= size
        kept += 1
    return _Room(None, left), kept


def _shortened(passage: Passage, render: Render, room: _Room, extra: int) -> Document | None:
    """Return as many lines of a passage as fit, None where not one does."""
    whole = render(passage)
    if room.fits(whole, extra):
        return whole
    fitting: Document | None = None
    low, high = 1, len(passage.lines) - 1
    while low <= high:
        middle = (low + high) // 2
        item = render(passage.around(middle))
        if room.fits(item, extra):
            fitting, low = item, middle + 1
        else:
            high = middle - 1
    return fitting


def _cut(chunk: Document, room: _Room, extra: int) -> Document:
    """Return a chunk with as much of its text as fits, up to a line's end where there is one."""
    text, low, high = chunk["text"], 0, len(chunk["text"])
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if room.fits(chunk | {"text": text[:middle]}, extra) else (low, middle - 1)
    kept = text[: text.rfind("\n", 0, low) + 1 or low]
    return chunk | {"text": kept, "endLine": chunk["startLine"] + kept.rstrip("\n").count("\n")}


def _size(document: Document) -> int:
    return len(json_bytes(document))
