"""Cut a text every so many code points."""


def cut_chars(text: str, size: int) -> list[str]:
    """Return slices of ``size`` code points; the last one may be shorter."""
    return [text[start : start + size] for start in range(0, len(text), size)]
