"""What stands above a chunk where it is embedded: where it is, and what it defines."""

from collections.abc import Sequence

# A header is read by the model with every chunk: it must not outweigh the chunk itself.
LONGEST = 300


def header(name: str, scope: Sequence[str], defines: Sequence[str]) -> str:
    """Return ``path > enclosing > symbols : defined, names``, at most 300 code points."""
    place = " > ".join((name, *scope))
    return (f"{place} : {', '.join(defines)}" if defines else place)[:LONGEST]
