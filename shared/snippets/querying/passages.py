"""Chunks of a file that answer a question become passages of whole lines."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from operator import attrgetter

from shared.snippets.querying.chunk_rows import ChunkKey, ChunkRow
from shared.snippets.querying.fusion import Hit
from shared.snippets.words import occurrences

MAX_PASSAGES = 3
# Chunks of a file that passages are made of. More of them would make one passage of a whole file about one subject.
MAX_CHUNKS = 8
# A longer line is not read by people: of a minified file it may be all of it. Its part around a word is shown.
LONGEST_LINE = 1_000
_MAX_NEIGHBOURS = 8


@dataclass(frozen=True)
class Run:
    """Consecutive chunks of a file. ``chunks``: in order; ``best``: the one with the highest score."""

    chunks: tuple[ChunkRow, ...]
    best: ChunkRow
    similarity: float | None

    @property
    def before(self) -> list[ChunkKey]:
        """The chunks before it that may hold the rest of its first line, nearest first."""
        first = self.chunks[0]
        return [(*first.file, first.index - step) for step in range(1, self._reach + 1) if first.index >= step]

    @property
    def after(self) -> list[ChunkKey]:
        """The chunks after it that may hold the rest of its last line, nearest first."""
        last = self.chunks[-1]
        return [(*last.file, last.index + step) for step in range(1, self._reach + 1)]

    @property
    def _reach(self) -> int:
        """Of chunks as long as its own, how many hold the longest line; of tiny ones not all."""
        longest = max(len(chunk.text) for chunk in self.chunks)
        return min(-(-LONGEST_LINE // max(longest, 1)), _MAX_NEIGHBOURS)


@dataclass(frozen=True)
class Passage:
    """``lines``: with their ends, the first is line ``start_line``. ``focus``: index of the line that matters."""

    symbol: str | None
    start_line: int
    lines: tuple[str, ...]
    similarity: float | None
    focus: int = 0

    @property
    def end_line(self) -> int:
        return self.start_line + len(self.lines) - 1

    @property
    def text(self) -> str:
        return "".join(self.lines)

    def around(self, count: int) -> "Passage":
        """Return ``count`` of the lines: from the one that matters on, then those before it."""
        start = max(0, min(self.focus, len(self.lines) - count))
        kept = self.lines[start : start + count]
        return replace(self, start_line=self.start_line + start, lines=kept, focus=self.focus - start)


def runs_of(hits: Sequence[Hit]) -> list[Run]:
    """Return the best runs of a file's hits, which come best first; runs come best first too."""
    best = hits[:MAX_CHUNKS]
    place = {hit.chunk.index: rank for rank, hit in enumerate(best)}
    groups: list[list[ChunkRow]] = []
    for chunk in sorted((hit.chunk for hit in best), key=attrgetter("index")):
        if groups and groups[-1][-1].index + 1 == chunk.index:
            groups[-1].append(chunk)
        else:
            groups.append([chunk])
    runs = [_run(group, place) for group in groups]
    return sorted(runs, key=lambda run: place[run.best.index])[:MAX_PASSAGES]


def _run(chunks: Sequence[ChunkRow], place: Mapping[int, int]) -> Run:
    similarities = [chunk.similarity for chunk in chunks if chunk.similarity is not None]
    best = min(chunks, key=lambda chunk: place[chunk.index])
    return Run(tuple(chunks), best, max(similarities, default=None))


def neighbours(run: Run, total: int, terms: Collection[str]) -> list[ChunkKey]:
    """Return which chunks are needed to make whole the lines that a run cuts. ``total``: chunks of the file.

    None where the part of a line can as well be left out: it holds no word of the question, and something else remains.
    """
    before, after = _wanted(run, _parted(run, _joined(run.chunks), total), terms)
    return [*before, *after]


def passage_of(run: Run, total: int, terms: Collection[str], texts: Mapping[ChunkKey, str]) -> Passage:
    """Return a run in whole lines. ``texts``: of the ``neighbours``; a line longer than 1,000 is shown in part."""
    text = _joined(run.chunks)
    head, middle, tail = _parted(run, text, total)
    start_line = run.chunks[0].start_line
    # What another run of the file has asked for may hold a line in part only.
    before, after = _wanted(run, (head, middle, tail), terms)
    lead, rest = _line_start(before, texts), _line_end(after, texts)
    if any(key in texts for key in before[:1]):
        text = lead + text
    elif head and middle.strip():
        text, start_line = text[len(head) :], start_line + 1
    if any(key in texts for key in after[:1]):
        text += rest
    elif tail and middle.strip():
        text = text[: len(text) - len(tail)]
    lines = _lines(text)
    focus = _focus(run.best, start_line, lines, terms)
    shown = tuple(_bounded(line, len(lead) if place == 0 else 0, terms) for place, line in enumerate(lines))
    return Passage(run.best.symbol, start_line, shown, run.similarity, focus)


def _wanted(run: Run, parts: tuple[str, str, str], terms: Collection[str]) -> tuple[list[ChunkKey], list[ChunkKey]]:
    """Return which chunks before and after a run are needed. ``parts``: what ``_parted`` gave."""
    head, middle, tail = parts
    # Of a run without a whole line something has to be shown.
    alone = not middle.strip()
    before = run.before if head and (alone or _holds(head, terms)) else []
    after = run.after if tail and (alone or _holds(tail, terms)) else []
    return before, after


def _line_start(before: Sequence[ChunkKey], texts: Mapping[ChunkKey, str]) -> str:
    """Return the part of a line that chunks before it hold, nearest first, as far as they are known."""
    start = ""
    for text in takewhile(bool, (texts.get(key, "") for key in before)):
        start = text[text.rfind("\n") + 1 :] + start
        if "\n" in text:
            break
    return start


def _line_end(after: Sequence[ChunkKey], texts: Mapping[ChunkKey, str]) -> str:
    """Return the part of a line that chunks after it hold, nearest first, as far as they are known."""
    end = ""
    for text in takewhile(bool, (texts.get(key, "") for key in after)):
        end += text[: text.find("\n") + 1] or text
        if "\n" in text:
            break
    return end


def _parted(run: Run, text: str, total: int) -> tuple[str, str, str]:
    """Return what a run holds of a line that began before it, whole lines, and of a line that ends after it."""
    inside = text.find("\n") + 1 or len(text)
    head = text[:inside] if run.chunks[0].starts_inside else ""
    unfinished = not text.endswith("\n") and run.chunks[-1].index + 1 < total
    tail = text[text.rfind("\n") + 1 :] if unfinished else ""
    return head, text[len(head) : len(text) - len(tail)], tail


def _joined(chunks: Iterable[ChunkRow]) -> str:
    return "".join(chunk.text for chunk in chunks)


def _holds(text: str, terms: Collection[str]) -> bool:
    return next(occurrences(text, terms), None) is not None


def _lines(text: str) -> list[str]:
    """Cut after line feeds only: that is how chunks count lines."""
    lines = [f"{line}\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] or len(lines) == 1 else lines[:-1]


def _focus(best: ChunkRow, start_line: int, lines: Sequence[str], terms: Collection[str]) -> int:
    """Return the index of the first line of the best chunk that holds a word of the question, else of its first."""
    first = min(max(best.start_line - start_line, 0), len(lines) - 1)
    last = min(max(best.end_line - start_line, first), len(lines) - 1)
    return next((place for place in range(first, last + 1) if _holds(lines[place], terms)), first)


def _bounded(line: str, own: int, terms: Collection[str]) -> str:
    """Return a line, or of a long one the part around a word of the question. ``own``: where the run's part begins."""
    if len(line) <= LONGEST_LINE:
        return line
    content = line.rstrip("\r\n")
    most = LONGEST_LINE - (len(line) - len(content))
    places = [start for start, _ in occurrences(content, terms)]
    place = next((start for start in places if start >= own), places[0] if places else own)
    start = max(0, min(place - most // 2, len(content) - most))
    return content[start : start + most] + line[len(content) :]
