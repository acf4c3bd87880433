"""Functions on dates: ISO 8601 with seven digits of a second, epoch milliseconds, and .NET ticks."""

import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from local.cosmos.sql.number_functions import is_number
from local.cosmos.sql.values import UNDEFINED

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_TICKS = 621_355_968_000_000_000
_ISO = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2})?)(?:\.(\d{1,7}))?Z?)?")


def _now_ticks() -> int:
    return time.time_ns() // 100


def _iso(ticks: int) -> str:
    moment = _EPOCH + timedelta(microseconds=ticks // 10)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{ticks % 10_000_000:07d}Z"


def _ticks(text: Any) -> int | None:
    """100 ns since 1970, or None when ``text`` is no date."""
    match = _ISO.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    day, clock, fraction = match.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{clock or '00:00'}+00:00")
    except ValueError:
        return None
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * 10_000_000 + int((fraction or "0").ljust(7, "0"))


def current_date_time() -> str:
    return _iso(_now_ticks())


def current_timestamp() -> int:
    return _now_ticks() // 10_000


def current_ticks() -> int:
    return _now_ticks() + _EPOCH_TICKS


def date_time_to_timestamp(text: Any) -> Any:
    ticks = _ticks(text)
    return UNDEFINED if ticks is None else ticks // 10_000


def date_time_to_ticks(text: Any) -> Any:
    ticks = _ticks(text)
    return UNDEFINED if ticks is None else ticks + _EPOCH_TICKS


def timestamp_to_date_time(value: Any) -> Any:
    return _from_ticks(value * 10_000) if is_number(value) else UNDEFINED


def ticks_to_date_time(value: Any) -> Any:
    return _from_ticks(value - _EPOCH_TICKS) if is_number(value) else UNDEFINED


def _from_ticks(ticks: float) -> Any:
    try:
        return _iso(int(ticks))
    except OverflowError:
        return UNDEFINED
