"""The primary rate limit: how many requests a caller may make in an hour."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from local.github.credentials import Caller
from local.github.faults import Quota
from local.github.refusals import LIMITS_DOCS, Refusal

WINDOW_S = 3600
AUTHENTICATED = 5000
ANONYMOUS = 60


@dataclass(slots=True)
class Bucket:
    """What one caller has used of its quota. ``reset``: when all of it is back, in whole seconds since 1970."""

    limit: int
    reset: int
    used: int = 0
    told: bool = False
    """Whether a refusal has said that nothing is left."""

    @property
    def remaining(self) -> int:
        """Requests that are left."""
        return max(0, self.limit - self.used)

    def document(self) -> dict[str, int]:
        """Return it as ``/rate_limit`` shows it."""
        return {"limit": self.limit, "used": self.used, "remaining": self.remaining, "reset": self.reset}

    def headers(self) -> dict[str, str]:
        """Return the headers that every answer carries."""
        document = self.document() | {"resource": "core"}
        return {f"X-RateLimit-{name.capitalize()}": str(value) for name, value in document.items()}


class Quotas:
    """The buckets of all callers. ``clock`` gives seconds since 1970."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._buckets: dict[str, Bucket] = {}
        self._restriction: tuple[int, int] | None = None

    def restrict(self, quota: Quota | None) -> None:
        """Leave every caller what ``quota`` says; None gives all of it back."""
        self._buckets.clear()
        self._restriction = None
        if quota is not None:
            self._restriction = (quota.remaining, math.ceil(self._clock() + quota.reset_s))

    def of(self, caller: Caller) -> Bucket:
        """Return the caller's bucket as it is now."""
        bucket = self._buckets.get(caller.id)
        now = self._clock()
        if bucket is None or now >= bucket.reset:
            bucket = self._buckets[caller.id] = self._fresh(caller, now)
        return bucket

    def check(self, caller: Caller, request_id: str) -> None:
        """Raise what GitHub answers to a caller that has nothing left.

        Raises:
            Refusal: 403, without Retry-After: X-RateLimit-Reset says when to come back.
        """
        bucket = self.of(caller)
        if bucket.remaining:
            return
        bucket.told = True
        if caller.authenticated:
            message = (
                f"API rate limit exceeded for {caller.name}. If you reach out to GitHub Support for help, please "
                f"include the request ID {request_id}."
            )
        else:
            message = (
                f"API rate limit exceeded for {caller.name}. (But here's the good news: Authenticated requests get a "
                "higher rate limit. Check out the documentation for more details.)"
            )
        raise Refusal(403, message, LIMITS_DOCS)

    def charge(self, caller: Caller) -> None:
        """Take one request from the caller's quota."""
        self.of(caller).used += 1

    def _fresh(self, caller: Caller, now: float) -> Bucket:
        limit = AUTHENTICATED if caller.authenticated else ANONYMOUS
        if self._restriction is not None:
            remaining, reset = self._restriction
            if now < reset:
                return Bucket(limit, reset, used=max(0, limit - remaining))
        return Bucket(limit, math.ceil(now + WINDOW_S))
