"""How much work a call takes, as a count that is the same on a busy machine: no test may rest on a clock.

What a library does in C, a regular expression too, is not counted: of that only the exponential is noticed, as a call
that does not come back.
"""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

# Twice the input takes about twice the work where it is linear, four times where it is quadratic.
_MOST_GROWTH = 3.0
# Work that does not depend on the input: what is set up, and bounds that the shorter input has not reached.
_ANYWAY = 200


def lines_of(work: Callable[[], object]) -> int:
    """Return how many lines of Python ``work`` executes."""
    count = 0

    def traced(_frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return traced

    before = sys.gettrace()
    sys.settrace(traced)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def assert_linear(work: Callable[[int], object], size: int) -> None:
    """Assert that ``work(size)`` costs about twice ``work(size // 2)``; what it raises is let through."""
    work(1)  # what is loaded on the first call
    half, whole = lines_of(lambda: work(size // 2)), lines_of(lambda: work(size))
    assert whole <= _MOST_GROWTH * half + _ANYWAY, f"{half} lines for half of it, {whole} for the whole"
