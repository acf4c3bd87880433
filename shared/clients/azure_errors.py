"""Errors of the Azure SDKs in our words, for every client that is built on azure-core."""

from collections.abc import Generator
from contextlib import contextmanager

from azure.core.exceptions import AzureError, HttpResponseError, ResourceExistsError, ResourceNotFoundError

from shared.errors import Rejected, Unavailable
from shared.retry_after import retry_after_s
from shared.telemetry.metrics import throttled

THROTTLED = 429

# What the services answer when the same call may succeed later: timeouts, throttling, moved partitions, outages.
_TRY_LATER = frozenset({408, 410, 429, 449})
# What the callers in shared/ decide upon themselves: missing, existing, changed in between.
_EXPECTED = frozenset({304, 404, 409, 412})


@contextmanager
def translated(service: str) -> Generator[None]:
    """Turn what an SDK raises inside into ``Unavailable`` or ``Rejected``; 304, 404, 409 and 412 pass unchanged."""
    try:
        yield
    except (ResourceNotFoundError, ResourceExistsError):
        raise
    except HttpResponseError as error:
        status = error.status_code or 0
        if status in _EXPECTED:
            raise
        if status == THROTTLED:
            throttled(service)
        text = f"{service} answered {status}: {_first_line(error)}"
        # Below 400 there was an answer that could not be read, such as half a body.
        if status in _TRY_LATER or status >= 500 or status < 400:
            raise Unavailable(text, _wait_s(error)) from error
        raise Rejected(text) from error
    except (AzureError, TimeoutError, OSError) as error:  # ClientAuthenticationError without an answer is among them
        raise Unavailable(f"{service} cannot be reached: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:300]


def _wait_s(error: HttpResponseError) -> float | None:
    headers = getattr(error, "headers", None) or getattr(error.response, "headers", None) or {}
    return retry_after_s(headers, (("x-ms-retry-after-ms", 0.001), ("retry-after", 1.0)))
