"""Cut a text at line ends whose place depends on the text around them and not on what stands before.

Content-defined chunking (Muthitacharoen, Chen and Mazières, "A low-bandwidth network file system", SOSP 2001), with a
line and the one before it as the window. Whether a chunk ends after a line is decided by a hash of these two lines
alone. A line that is inserted can so end a chunk itself, and can change the verdict on the line after it; every other
boundary stays. At most two chunks change, however long the text, and only those are embedded again. The exception are
runs without a boundary that are so long that they are cut by length, of which 3 in 10,000 are.
"""

from hashlib import blake2b

# A run without a boundary may grow to this many times the aim before it is cut by length: e^-8 of all runs do. An
# insertion into such a run shifts the cuts behind it, as far as the run goes.
_MAX_RUN = 8
# The embedding models take 8,191 tokens, and Chinese text has up to 1.2 tokens per code point.
_MAX_CODE_POINTS = 6400
_HASH_RANGE = 1 << 64


def cut_lines(text: str, size: int) -> list[str]:
    """Return chunks that average about ``size`` code points and end at line ends.

    No chunk exceeds ``8 * size`` or 6,400 code points, whichever is less; only a line longer than that is cut inside.
    """
    limit = min(_MAX_RUN * size, _MAX_CODE_POINTS)
    chunks: list[str] = []
    for run in _runs(text.splitlines(keepends=True), size):
        chunks.extend(_packed(run, limit))
    return chunks


def _runs(lines: list[str], size: int) -> list[list[str]]:
    """Group lines into runs that end where the hash of a line and the one before it says so.

    The chance of a boundary after a line is its length over ``size``, so that boundaries come every ``size`` code
    points on average, be the lines long or short.
    """
    runs: list[list[str]] = [[]]
    previous = ""
    for line in lines:
        runs[-1].append(line)
        window = (previous + line).encode("utf-8", "surrogatepass")
        if int.from_bytes(blake2b(window, digest_size=8).digest(), "big") * size < len(line) * _HASH_RANGE:
            runs.append([])
        previous = line
    return runs


def _packed(lines: list[str], limit: int) -> list[str]:
    """Fill chunks of at most ``limit`` code points with whole lines; a longer line is cut inside."""
    chunks: list[str] = []
    current = ""
    for line in lines:
        if current and len(current) + len(line) > limit:
            chunks.append(current)
            current = ""
        current += line
        while len(current) > limit:
            chunks.append(current[:limit])
            current = current[limit:]
    if current:
        chunks.append(current)
    return chunks
