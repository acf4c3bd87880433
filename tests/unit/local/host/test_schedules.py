"""NCRONTAB schedules."""

from datetime import UTC, datetime

import pytest

from local.host.errors import AppError
from local.host.timer_trigger import parse_schedule

NOON = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)  # a Thursday


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*/5 * * * * *", "2026-01-01T12:00:05+00:00"),
        ("0 */5 * * * *", "2026-01-01T12:05:00+00:00"),
        ("*/5 * * * *", "2026-01-01T12:05:00+00:00"),
        ("0 17 * * * *", "2026-01-01T12:17:00+00:00"),
        ("0 30 9 * * Mon-Fri", "2026-01-02T09:30:00+00:00"),
        ("0 0 0 13 * 5", "2026-02-13T00:00:00+00:00"),
        ("0 0 0 1 Jan,Jul *", "2026-07-01T00:00:00+00:00"),
        ("00:00:30", "2026-01-01T12:00:30+00:00"),
        ("1.00:00:00", "2026-01-02T12:00:00+00:00"),
    ],
)
def test_next_run(text: str, expected: str) -> None:
    assert parse_schedule(text, "schedule")(NOON).isoformat() == expected


@pytest.mark.parametrize(
    "text",
    ["", "* * *", "99 * * * * *", "@daily", "0 0 L * *", "* * * * * * *", "00:00:00", "1:99:00", "0 0 H * * *", "x"],
)
def test_wrong_schedule_is_refused(text: str) -> None:
    with pytest.raises(AppError, match="schedule"):
        parse_schedule(text, "schedule")
