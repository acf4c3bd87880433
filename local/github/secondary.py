"""The secondary rate limit, with which GitHub turns away who asks too much at once."""

import time
from collections.abc import Callable

from local.github.faults import Secondary
from local.github.refusals import SECONDARY_DOCS, Refusal

# What GitHub asks of a client whose refusal carries no Retry-After.
ADVISED_S = 60


class SecondaryLimit:
    """Refuses, once its time has come, for as long as it lasts. ``clock`` gives seconds of any origin."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.set(None)

    def set(self, switch: Secondary | None) -> None:
        """Arm it, or call it off."""
        self._switch = switch
        self._passed = 0
        self._until: float | None = None

    @property
    def told(self) -> bool:
        """Whether a caller that obeys would not be asking now."""
        return self._until is not None and self._clock() < self._until

    def check(self, request_id: str) -> None:
        """Count a request.

        Raises:
            Refusal: 403 or 429; the limit is on.
        """
        if self._switch is None:
            return
        if self._until is None:
            if self._passed < self._switch.after:
                self._passed += 1
                return
            self._until = self._clock() + self._lasts_s(self._switch)
        elif self._clock() >= self._until:
            self.set(None)
            return
        raise refused(request_id, self._switch.status, self._switch.retry_after_s)

    @staticmethod
    def _lasts_s(switch: Secondary) -> float:
        if switch.lasts_s is not None:
            return switch.lasts_s
        return ADVISED_S if switch.retry_after_s is None else switch.retry_after_s


def refused(request_id: str, status: int = 403, retry_after_s: int | None = ADVISED_S) -> Refusal:
    """Return the refusal of a secondary limit."""
    return Refusal(
        status,
        "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. If you reach out to "
        f"GitHub Support for help, please include the request ID {request_id}.",
        SECONDARY_DOCS,
        headers={} if retry_after_s is None else {"Retry-After": str(retry_after_s)},
    )
