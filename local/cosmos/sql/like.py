"""The LIKE pattern: ``%``, ``_``, ``[a-z]``, ``[^x]`` and ESCAPE, in time linear in the text for each part.

A regular expression would do for friendly patterns; one like ``%a%a%a%a%`` makes it try for hours.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

Matcher: TypeAlias = Callable[[str], bool]
_Element: TypeAlias = str | tuple[bool, tuple[tuple[str, str], ...]] | None
"""A character; or a set of ranges, negated or not; or None for any character."""


@lru_cache(maxsize=256)
def like(pattern: str, escape: str | None) -> Matcher:
    """A function that tells whether a text matches all of ``pattern``."""
    parts = _parts(pattern, escape)
    first, last = parts[0], parts[-1]

    def matches(text: str) -> bool:
        if len(parts) == 1:
            return len(text) == len(first) and _fits(first, text, 0)
        end = len(text) - len(last)
        if end < len(first) or not _fits(first, text, 0) or not _fits(last, text, end):
            return False
        at = len(first)
        for part in parts[1:-1]:
            # The leftmost fit of each part leaves the most text for the rest, so no choice is ever taken back.
            at = _find(part, text, at, end)
            if at < 0:
                return False
            at += len(part)
        return True

    return matches


def _parts(pattern: str, escape: str | None) -> list[list[_Element]]:
    """The pattern cut at each ``%``."""
    parts: list[list[_Element]] = [[]]
    at = 0
    while at < len(pattern):
        character = pattern[at]
        if character == escape and at + 1 < len(pattern):
            at += 1
            parts[-1].append(pattern[at])
        elif character == "%":
            parts.append([])
        elif character == "_":
            parts[-1].append(None)
        elif character == "[" and "]" in pattern[at + 2 :]:
            close = pattern.index("]", at + 2)
            parts[-1].append(_set(pattern[at + 1 : close]))
            at = close
        else:
            parts[-1].append(character)
        at += 1
    return parts


def _set(text: str) -> _Element:
    negated = text.startswith("^")
    members = text[1:] if negated else text
    ranges: list[tuple[str, str]] = []
    at = 0
    while at < len(members):
        if at + 2 < len(members) and members[at + 1] == "-":
            ranges.append((members[at], members[at + 2]))
            at += 3
        else:
            ranges.append((members[at], members[at]))
            at += 1
    return negated, tuple(ranges)


def _fits(part: list[_Element], text: str, at: int) -> bool:
    return all(_is(element, text[at + offset]) for offset, element in enumerate(part))


def _is(element: _Element, character: str) -> bool:
    if element is None:
        return True
    if isinstance(element, str):
        return element == character
    negated, ranges = element
    return negated != any(low <= character <= high for low, high in ranges)


def _find(part: list[_Element], text: str, start: int, end: int) -> int:
    if all(isinstance(element, str) for element in part):
        return text.find("".join(str(element) for element in part), start, end)
    return next((at for at in range(start, end - len(part) + 1) if _fits(part, text, at)), -1)
