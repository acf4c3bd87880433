"""Highlights: the parts of a text in which words of the query stand, with tags around these words."""

from local.search.text.analysis import Token, tokens
from local.search.text.compiler import Sought

# About what Lucene's highlighter takes for one fragment.
FRAGMENT_CHARACTERS = 100


def fragments(text: str, sought: Sought, analyzer: str, limit: int, tags: tuple[str, str]) -> list[str]:
    """At most ``limit`` parts of ``text`` that hold a word sought, those with most of them first."""
    found = tokens(analyzer, text)
    hits = [token for token in found if sought.has(token.text)]
    if not hits:
        return []
    scored: list[tuple[int, int, int, list[Token]]] = []
    for start, end in _windows(found, len(text)):
        inside = [token for token in hits if start <= token.start and token.end <= end]
        if inside:
            scored.append((-len({token.text for token in inside}), start, end, inside))
    scored.sort(key=lambda part: part[:2])
    return [_tagged(text[start:end], start, inside, tags) for _, start, end, inside in scored[:limit]]


def marked(text: str, sought: Sought, analyzer: str, tags: tuple[str, str]) -> str:
    """The whole text with tags around the words sought."""
    hits = [token for token in tokens(analyzer, text) if sought.has(token.text)]
    return _tagged(text, 0, hits, tags)


def _windows(found: list[Token], length: int) -> list[tuple[int, int]]:
    """The text cut between words, each part of about the length of a fragment."""
    windows: list[tuple[int, int]] = []
    start = 0
    for token in found:
        if token.end - start > FRAGMENT_CHARACTERS and token.start > start:
            windows.append((start, token.start))
            start = token.start
    windows.append((start, length))
    return windows


def _tagged(text: str, offset: int, hits: list[Token], tags: tuple[str, str]) -> str:
    before, after = tags
    parts: list[str] = []
    at = 0
    for token in hits:
        start, end = token.start - offset, token.end - offset
        parts += [text[at:start], before, text[start:end], after]
        at = end
    return "".join((*parts, text[at:])).strip()
