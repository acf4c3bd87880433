"""What Fanwise raises on purpose. Each class says what the caller can do; anything else that is raised is a bug."""

import math


class Unavailable(Exception):
    """A service throttled, timed out or failed for now; the same call may succeed later.

    ``retry_after_s``: seconds the service asked to be left alone, None when it did not say.
    """

    def __init__(self, reason: str, retry_after_s: float | None = None) -> None:
        super().__init__(reason)
        is_a_time = retry_after_s is not None and math.isfinite(retry_after_s)
        self.retry_after_s = retry_after_s if is_a_time else None


class Rejected(Exception):
    """A service refused this call for good; sending it again cannot help.

    ``is_about_input``: it refused what was sent, and not us, as it does for a wrong key; ``is_too_long``: because it
    has too many tokens.
    """

    def __init__(self, reason: str, *, is_about_input: bool = False, is_too_long: bool = False) -> None:
        super().__init__(reason)
        self.is_about_input = is_about_input
        self.is_too_long = is_too_long


class Superseded(Exception):
    """A run that was accepted later has already stored its result."""


class InvalidRequest(Exception):
    """The request cannot be accepted. ``faults``: one sentence each, naming field, what came and what is expected."""

    status_code = 400

    def __init__(self, *faults: str) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


class TooLarge(InvalidRequest):
    status_code = 413


class NotFound(InvalidRequest):
    status_code = 404


class Conflict(InvalidRequest):
    status_code = 409
