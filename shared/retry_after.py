"""How long a service asks to be left alone, in whatever header it says so."""

import math
from collections.abc import Iterable, Mapping


def retry_after_s(headers: Mapping[str, str], names_and_units_s: Iterable[tuple[str, float]]) -> float | None:
    """Return the wait in seconds from the first header that holds a number, None where none does.

    ``names_and_units_s``: header names, each with the length of its unit in seconds.
    """
    for name, unit_s in names_and_units_s:
        try:
            wait_s = float(headers[name]) * unit_s
        except (KeyError, TypeError, ValueError):
            continue
        if math.isfinite(wait_s):
            return max(0.0, wait_s)
    return None
