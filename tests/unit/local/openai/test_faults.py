"""The switches that make the endpoint fail."""

import asyncio

import pytest
from pydantic import ValidationError

from local.openai.faults import FaultBoard, FaultInjector, Faults
from local.openai.refusals import Refusal


def failures(injector: FaultInjector, count: int) -> list[int]:
    found: list[int] = []
    for _ in range(count):
        try:
            injector.before_reading("Embeddings_Create")
            found.append(200)
        except Refusal as refusal:
            found.append(refusal.status)
    return found


def test_same_switches_fail_the_same_requests() -> None:
    faults = Faults(rate_429=0.2, rate_500=0.2)
    assert failures(FaultInjector(faults), 50) == failures(FaultInjector(faults.model_copy()), 50)


def test_next_failures_come_before_the_rates() -> None:
    assert failures(FaultInjector(Faults(rate_429=1, fail_next=2)), 4) == [500, 500, 429, 429]


def test_reset_goes_back_to_the_start() -> None:
    injector = FaultInjector(Faults(fail_next=1))
    failures(injector, 1)
    injector.set(Faults(rate_429=1))
    injector.reset()
    assert failures(injector, 2) == [500, 200]


@pytest.mark.parametrize(("seconds", "header"), [(0, "0"), (0.2, "1"), (7, "7"), (7.5, "8")])
def test_retry_after_is_in_whole_seconds_and_the_exact_time_beside_it(seconds: float, header: str) -> None:
    with pytest.raises(Refusal) as raised:
        FaultInjector(Faults(rate_429=1, retry_after_s=seconds)).before_reading("Embeddings_Create")
    assert raised.value.headers["Retry-After"] == header
    assert float(raised.value.headers["retry-after-ms"]) == seconds * 1000


@pytest.mark.parametrize(
    "switches",
    [
        '{"rate_429": 1.1}',
        '{"rate_500": -1}',
        '{"latency_ms": "5"}',
        '{"fail_next": 0.5}',
        '{"fail_matching": ""}',
        "[]",
    ],
)
def test_switch_out_of_its_range_is_refused(switches: str) -> None:
    with pytest.raises(ValidationError):
        Faults.model_validate_json(switches)


def test_a_429_may_leave_out_how_long_to_wait() -> None:
    with pytest.raises(Refusal) as raised:
        FaultInjector(Faults(rate_429=1, retry_after_s=None)).before_reading("ChatCompletions_Create")
    assert raised.value.headers == {}
    assert "ChatCompletions_Create Operation" in str(raised.value)


def test_as_many_answers_are_bad_as_was_asked_for() -> None:
    injector = FaultInjector(Faults(bad_answer="bad_json", bad_answers=2))
    assert [injector.bad_answer() for _ in range(3)] == ["bad_json", "bad_json", None]
    always = FaultInjector(Faults(bad_answer="refusal"))
    assert {always.bad_answer() for _ in range(5)} == {"refusal"}


def test_general_switches_turn_those_of_every_scope_off() -> None:
    board = FaultBoard(Faults())
    board.at("chat").set(Faults(fail_next=1))
    board.set(Faults(rate_500=1))
    assert board.at("chat").faults == Faults()
    assert board.general.faults == Faults(rate_500=1)


async def test_what_hangs_fails_when_the_switches_change() -> None:
    injector = FaultInjector(Faults(hang=True))
    hanging = asyncio.create_task(injector.delay())
    await asyncio.sleep(0)
    assert not hanging.done()
    injector.set(Faults())
    with pytest.raises(Refusal):
        await hanging
    await injector.delay()
