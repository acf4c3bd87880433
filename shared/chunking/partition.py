"""Cut lines into pieces at the best places within reach, decided by what stands there and not by what stands before.

A piece ends at the cheapest line end between a minimum and a maximum. What an end costs depends on the level of the
line behind it, and between ends of one level on a hash of the lines on both sides (content-defined chunking:
Muthitacharoen, Chen and Mazières, "A low-bandwidth network file system", SOSP 2001; the window is that of Bjørner,
Blass and Gurevich, "Content-dependent chunking for differential compression", 2010). After an insertion the pieces soon
end at the same lines as before, since two windows that overlap mostly share their cheapest end.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from zlib import crc32

from shared.chunking.seams import last_seam


@dataclass(frozen=True)
class Bounds:
    """Lengths of pieces in code points, and what they cost in levels.

    A piece shorter than ``minimum`` costs up to ``small``, in proportion to what it lacks; one of ``maximum`` costs
    ``long``, a shorter one in proportion.
    """

    minimum: int
    maximum: int
    small: float
    long: float


def cut_best(lines: Sequence[str], levels: Sequence[int], bounds: Bounds) -> Iterator[str]:
    """Yield pieces of whole lines of at most ``bounds.maximum`` code points; only a longer line is cut inside."""
    ends = [0, *accumulate(map(len, lines))]
    costs = _costs(lines, levels)
    first = 0
    while first < len(lines):
        if len(lines[first]) > bounds.maximum:
            yield from _slices(lines[first], bounds.maximum)
            first += 1
            continue
        last = _best_end(first, ends, costs, bounds)
        yield "".join(lines[first:last])
        first = last


def _best_end(first: int, ends: Sequence[int], costs: Sequence[float], bounds: Bounds) -> int:
    """Return before which line the piece that starts with line ``first`` ends best."""
    start, total = ends[first], ends[-1]
    best, least = first + 1, float("inf")
    for last in range(first + 1, len(ends)):
        length = ends[last] - start
        if length > bounds.maximum:
            break
        # What is left over at the end is a piece too.
        shortest = min(length, total - ends[last] or length)
        cost = costs[last] + bounds.small * max(0.0, 1 - shortest / bounds.minimum)
        cost += bounds.long * length / bounds.maximum
        if cost <= least:
            best, least = last, cost
    return best


def _costs(lines: Sequence[str], levels: Sequence[int]) -> list[float]:
    """Return what it costs to end a piece before each line, and, last, at the end."""
    costs: list[float] = []
    previous = 0
    for line, level in zip(lines, levels, strict=True):
        own = crc32(line.encode("utf-8", "surrogatepass"))
        # Multiplicative hashing (Knuth): a checksum alone is too regular for lines that differ in one place.
        costs.append(level + ((own ^ (previous >> 1)) * 2654435761 % 4294967296) / 4294967296)
        previous = own
    return [*costs, 0.0]


def _slices(line: str, length: int) -> Iterator[str]:
    start = 0
    while len(line) - start > length:
        end = last_seam(line, start, start + length)
        yield line[start:end]
        start = end
    yield line[start:]
