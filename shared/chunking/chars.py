"""Cut a text every so many code points."""

from collections.abc import Iterator


def cut_chars(text: str, size: int) -> Iterator[str]:
    """Yield slices of ``size`` code points; the last one may be shorter."""
    return (text[start : start + size] for start in range(0, len(text), size))
