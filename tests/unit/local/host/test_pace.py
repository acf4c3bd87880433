"""How much is taken on while HTTP functions are late."""

import asyncio
import time
from collections.abc import Iterator

import pytest

from local.host.pace import FEWEST, LATE_S, UNHURRIED, Pace
from local.host.ready_lanes import LanesEventLoop


@pytest.fixture
def loop() -> Iterator[LanesEventLoop]:
    made = LanesEventLoop()
    yield made
    made.close()


def beats(pace: Pace, count: int, *, late: bool, somebody_waits: bool) -> None:
    for _ in range(count):
        pace.adjust(2 * LATE_S if late else 0.0, somebody_waits=somebody_waits)


@pytest.mark.parametrize(("late", "somebody_waits"), [(True, False), (False, True), (False, False)])
def test_who_is_in_time_or_has_nobody_waiting_is_not_slowed(
    loop: LanesEventLoop, late: bool, somebody_waits: bool
) -> None:
    pace = Pace(loop)
    beats(pace, 100, late=late, somebody_waits=somebody_waits)
    assert (pace.is_slowed, pace.within(UNHURRIED * 2)) == (False, UNHURRIED * 2)


def test_a_single_call_slows_nothing(loop: LanesEventLoop) -> None:
    pace = Pace(loop)
    beats(pace, 5, late=True, somebody_waits=True)
    assert not pace.is_slowed


def test_while_answers_are_late_fewer_run_but_never_none(loop: LanesEventLoop) -> None:
    pace = Pace(loop)
    pace.regulate(lambda: 100, lambda: None)
    beats(pace, 14, late=True, somebody_waits=True)
    assert FEWEST < pace.within(500) < 100
    beats(pace, 100, late=True, somebody_waits=True)
    assert (pace.within(500), pace.within(3)) == (FEWEST, 3)


def test_once_answers_are_in_time_again_more_run_little_by_little(loop: LanesEventLoop) -> None:
    pace = Pace(loop)
    pace.regulate(lambda: 100, lambda: None)
    beats(pace, 100, late=True, somebody_waits=True)
    beats(pace, 10, late=False, somebody_waits=True)
    assert pace.within(500) == FEWEST + 10


def test_once_nobody_waits_any_more_all_may_run(loop: LanesEventLoop) -> None:
    pace = Pace(loop)
    pace.regulate(lambda: 100, lambda: None)
    beats(pace, 100, late=True, somebody_waits=True)
    beats(pace, 80, late=True, somebody_waits=False)
    assert not pace.is_slowed


def test_it_slows_a_busy_loop_and_rests_when_the_answers_are_given(loop: LanesEventLoop) -> None:
    pace, told = Pace(loop), []
    pace.regulate(lambda: 100, lambda: told.append(pace.is_slowed))

    async def scenario() -> None:
        async with asyncio.timeout(30):
            with loop.going_first():
                pace.watch()
                while not pace.is_slowed:
                    await asyncio.sleep(0)
                    time.sleep(2 * LATE_S)  # noqa: ASYNC251 - what an activity does that computes
            while pace.is_slowed:
                await asyncio.sleep(0.01)
            count = len(told)
            # Without a call it does not beat: nothing is to wake a host that has nothing to do.
            await asyncio.sleep(0.1)
            assert len(told) - count <= 1
            with loop.going_first():
                pace.watch()
                while len(told) < count + 3:
                    await asyncio.sleep(0)

    loop.run_until_complete(scenario())
    assert True in told
