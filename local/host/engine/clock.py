"""Time as the engine keeps it: UTC, as text of fixed width that sorts like the time it names."""

import re
from datetime import UTC, datetime

_FRACTION = re.compile(r"(\.\d{6})\d+")


def timestamp(moment: datetime | None = None) -> str:
    """Return ``moment`` (UTC, default: now) as ``2026-01-02T03:04:05.678901Z``."""
    # isoformat takes a third of strftime's time, and every event has a timestamp.
    return f"{(moment or datetime.now(UTC)).isoformat(timespec='microseconds')[:26]}Z"


def parse(text: str) -> datetime:
    """Return the moment that an ISO-8601 text names; without an offset it is UTC.

    Raises:
        ValueError: ``text`` is no ISO-8601 time.
    """
    moment = datetime.fromisoformat(_FRACTION.sub(r"\1", text))  # .NET writes seven digits, Python reads six
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def epoch(text: str) -> float:
    """Return the POSIX time of an ISO-8601 text."""
    return parse(text).timestamp()
