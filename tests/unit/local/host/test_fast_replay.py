"""The opt-in replacement of the SDK's timestamp parser."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone

import pytest
from dateutil.parser import parse as dateutil_parse
from hypothesis import given
from hypothesis import strategies as st

from local.host.engine import clock
from local.host.fast_replay import parse_timestamp

MOMENTS = st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(9000, 1, 1))  # noqa: DTZ001


@given(MOMENTS)
def test_the_sdk_reads_the_brief_timestamps_of_events_as_the_same_moments(moment: datetime) -> None:
    text = clock.timestamp(moment.replace(tzinfo=UTC))
    brief = clock.brief(text)
    assert dateutil_parse(brief) == parse_timestamp(brief) == moment.replace(tzinfo=UTC)
    assert dateutil_parse(brief).utcoffset() == timedelta(0)
    assert clock.full(brief) == clock.full(text) == text


@given(MOMENTS)
def test_both_parse_the_hosts_timestamps_alike(moment: datetime) -> None:
    text = clock.timestamp(moment.replace(tzinfo=UTC))
    ours, theirs = parse_timestamp(text), dateutil_parse(text)
    assert (ours, str(ours), ours.utcoffset()) == (theirs, str(theirs), theirs.utcoffset())


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-02T03:04:05Z",
        "2026-01-02T03:04:05.1234567Z",
        "2026-01-02T03:04:05.123+02:00",
        "2026-01-02T03:04:05",
        "Fri, 02 Jan 2026 03:04:05 GMT",
    ],
)
def test_other_texts_parse_alike_too(text: str) -> None:
    ours, theirs = parse_timestamp(text), dateutil_parse(text)
    assert (ours, ours.utcoffset()) == (theirs, theirs.utcoffset())


def test_the_clock_reads_what_it_writes_and_what_dotnet_writes() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 123456, UTC)
    assert clock.parse(clock.timestamp(moment)) == moment
    assert clock.parse("2026-01-02T03:04:05.1234567Z") == moment
    assert clock.parse("2026-01-02T05:04:05.123456+02:00") == moment
    assert clock.parse("2026-01-02T03:04:05.123456") == moment.astimezone(timezone(timedelta(0)))


def test_the_sdks_executors_share_one_class_for_their_table() -> None:
    code = (
        "from local.host import fast_replay; fast_replay.install()\n"
        "from azure.durable_functions.models.TaskOrchestrationExecutor import TaskOrchestrationExecutor as Executor\n"
        "first, second = Executor(), Executor()\n"
        "assert first.event_to_SetTaskValuePayload == second.event_to_SetTaskValuePayload\n"
        "kinds = {type(value) for each in (first, second) for value in each.event_to_SetTaskValuePayload.values()}\n"
        "assert len(kinds) == 1, kinds"
    )
    # A process of its own: the patch is for as long as a process lives.
    subprocess.run([sys.executable, "-c", code], check=True, timeout=30)


@pytest.mark.parametrize(("setting", "strict"), [("1", True), ("", False)])
def test_strict_typing_is_what_the_environment_says(setting: str, strict: bool) -> None:
    code = (
        "from local.host import fast_replay; fast_replay.install()\n"
        "from azure.functions._durable_functions import _is_strict_mode\n"
        f"assert [_is_strict_mode(), _is_strict_mode()] == [{strict}] * 2"
    )
    env = {**os.environ, "AZURE_FUNCTIONS_DURABLE_STRICT_TYPING": setting}
    subprocess.run([sys.executable, "-c", code], check=True, timeout=30, env=env)
