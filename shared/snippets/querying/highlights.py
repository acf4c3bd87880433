"""Where the words of a question stand in a text."""

from collections.abc import Collection

from shared.snippets.words import occurrences

MAX_HIGHLIGHTS = 20


def highlights(text: str, terms: Collection[str]) -> list[list[int]]:
    """Return the first places as ``[start, end)`` in code points, in order; those that touch are one."""
    found: list[list[int]] = []
    for start, end in occurrences(text, terms):
        if found and found[-1][1] == start:
            found[-1][1] = end
            continue
        if len(found) == MAX_HIGHLIGHTS:
            break
        found.append([start, end])
    return found
