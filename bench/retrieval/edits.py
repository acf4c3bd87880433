"""A one-line edit in the middle of a file: what an editor does most, and what re-embeds too much when chunks shift."""

from collections.abc import Mapping

from bench.retrieval.corpus import spread

EDITED_FILES = 80
# A file of one or two chunks is embedded again as a whole, whatever the product does.
SHORTEST = 4_000
_LINE = "    edited_by_the_bench = True"


def to_edit(texts: Mapping[str, str], count: int = EDITED_FILES) -> list[str]:
    """Up to ``count`` names of files of at least ``SHORTEST`` code points, evenly spread over all of them."""
    return spread(sorted(name for name, text in texts.items() if len(text) >= SHORTEST), count)


def with_line_inserted(text: str) -> str:
    """The text with one more line in its middle."""
    lines = text.splitlines(keepends=True)
    middle = len(lines) // 2
    end = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    return "".join([*lines[:middle], _LINE + end, *lines[middle:]])
