"""The switches that make the endpoint fail."""

import pytest
from pydantic import ValidationError

from local.search.errors import SearchError
from local.search.faults import FaultInjector, Faults


def failures(injector: FaultInjector, count: int, body: bytes = b"") -> list[int]:
    found: list[int] = []
    for _ in range(count):
        try:
            injector.check(body)
            found.append(200)
        except SearchError as error:
            found.append(error.status)
    return found


def test_same_switches_fail_the_same_requests() -> None:
    faults = Faults(rate_429=0.2, rate_503=0.2)
    first = failures(FaultInjector(faults), 50)
    assert first == failures(FaultInjector(faults.model_copy()), 50)
    assert set(first) == {200, 429, 503}


def test_next_failures_come_before_the_rates() -> None:
    assert failures(FaultInjector(Faults(rate_429=1, fail_next=2, fail_status=500)), 4) == [500, 500, 429, 429]


def test_reset_goes_back_to_the_start() -> None:
    injector = FaultInjector(Faults(fail_next=1))
    failures(injector, 1)
    injector.set(Faults(rate_429=1))
    injector.reset()
    assert failures(injector, 2) == [503, 200]


@pytest.mark.parametrize(("seconds", "headers"), [(0, {"Retry-After": "0"}), (7.5, {"Retry-After": "8"}), (None, {})])
def test_retry_after_is_in_whole_seconds_or_left_out(seconds: float | None, headers: dict[str, str]) -> None:
    with pytest.raises(SearchError) as raised:
        FaultInjector(Faults(rate_429=1, retry_after_s=seconds)).check(b"")
    assert raised.value.headers == headers


@pytest.mark.parametrize("switches", ['{"rate_429": 1.1}', '{"latency_ms": "5"}', '{"fail_status": 404}', "[]"])
def test_switch_out_of_its_range_is_refused(switches: str) -> None:
    with pytest.raises(ValidationError):
        Faults.model_validate_json(switches)
