"""Where a line may be cut inside without tearing apart what is read as one character."""

import unicodedata

_JOINER = "\u200d"
# Longer sequences are no text: family emoji have 7 code points, and marks are stacked by the dozen in jest only.
_LONGEST_SEQUENCE = 16


def last_seam(text: str, start: int, end: int) -> int:
    """Return the last place in (``start``, ``end``] between two characters; ``end`` where there is none near it."""
    for at in range(end, max(start, end - _LONGEST_SEQUENCE), -1):
        if at >= len(text) or not _joined(text[at - 1], text[at]):
            return at
    return end


def _joined(before: str, after: str) -> bool:
    if after < "\u0300":
        return before == "\r" and after == "\n"
    if _JOINER in (before, after) or unicodedata.category(after) in ("Mn", "Mc", "Me"):
        return True
    # A pair of surrogates, and the modifiers of skin.
    halves = "\ud800" <= before <= "\udbff" and "\udc00" <= after <= "\udfff"
    return halves or "\U0001f3fb" <= after <= "\U0001f3ff"
