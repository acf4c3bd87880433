"""The primary and the secondary rate limit, on a clock of the test's own."""

import pytest
from pydantic import ValidationError

from local.github.credentials import Caller
from local.github.faults import FaultInjector, Faults, Quota, Secondary
from local.github.quotas import Quotas
from local.github.refusals import Refusal
from local.github.secondary import SecondaryLimit

ME = Caller("token 1", "user ID 1", authenticated=True)
STRANGER = Caller("address 10.0.0.1", "10.0.0.1", authenticated=False)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def refused(quotas: Quotas, caller: Caller) -> Refusal | None:
    try:
        quotas.check(caller, "ID")
    except Refusal as refusal:
        return refusal
    quotas.charge(caller)
    return None


@pytest.mark.parametrize(("caller", "limit"), [(ME, 5000), (STRANGER, 60)])
def test_callers_have_quotas_of_their_own(caller: Caller, limit: int) -> None:
    quotas = Quotas(Clock())
    quotas.charge(ME)
    quotas.charge(STRANGER)
    assert quotas.of(caller).document() == {"limit": limit, "used": 1, "remaining": limit - 1, "reset": 4600}


def test_anonymous_caller_is_refused_after_sixty_requests() -> None:
    quotas = Quotas(Clock())
    outcomes = [refused(quotas, STRANGER) for _ in range(61)]
    assert outcomes[:60] == [None] * 60
    assert outcomes[60] is not None
    assert outcomes[60].message.startswith("API rate limit exceeded for 10.0.0.1.")
    assert refused(quotas, ME) is None


def test_restricted_quota_is_whole_again_at_its_reset() -> None:
    clock = Clock()
    quotas = Quotas(clock)
    quotas.restrict(Quota(remaining=2, reset_s=5))
    assert [refused(quotas, ME) is None for _ in range(3)] == [True, True, False]
    assert quotas.of(ME).headers()["X-RateLimit-Reset"] == "1005"
    clock.now = 1005
    assert refused(quotas, ME) is None
    assert quotas.of(ME).remaining == 4999


def test_reset_is_never_before_the_time_asked_for() -> None:
    clock = Clock()
    clock.now = 1000.6
    quotas = Quotas(clock)
    quotas.restrict(Quota(remaining=0, reset_s=1))
    assert quotas.of(ME).reset == 1002


def test_refusal_that_has_told_is_remembered_until_the_reset() -> None:
    clock = Clock()
    quotas = Quotas(clock)
    quotas.restrict(Quota(remaining=0, reset_s=5))
    assert not quotas.of(ME).told
    refused(quotas, ME)
    assert quotas.of(ME).told
    clock.now = 1005
    assert not quotas.of(ME).told


def outcome(limit: SecondaryLimit) -> int:
    try:
        limit.check("ID")
    except Refusal as refusal:
        return refusal.status
    return 200


def test_secondary_limit_strikes_once_and_for_as_long_as_it_says() -> None:
    clock = Clock()
    limit = SecondaryLimit(clock)
    limit.set(Secondary(after=2, status=429, retry_after_s=3))
    assert [outcome(limit) for _ in range(4)] == [200, 200, 429, 429]
    clock.now += 2.9
    assert limit.told
    clock.now += 0.2
    assert not limit.told
    assert [outcome(limit) for _ in range(3)] == [200, 200, 200]


def test_secondary_limit_without_retry_after_lasts_the_minute_that_github_advises() -> None:
    clock = Clock()
    limit = SecondaryLimit(clock)
    limit.set(Secondary(retry_after_s=None))
    with pytest.raises(Refusal) as raised:
        limit.check("ID")
    assert "Retry-After" not in raised.value.headers
    clock.now += 59
    assert outcome(limit) == 403
    clock.now += 1
    assert outcome(limit) == 200


def failures(injector: FaultInjector, count: int, path: str = "/repos/o/r") -> list[int]:
    found: list[int] = []
    for _ in range(count):
        try:
            injector.check(path)
            found.append(200)
        except Refusal as refusal:
            found.append(refusal.status)
    return found


def test_same_switches_fail_the_same_requests() -> None:
    faults = Faults(rate_500=0.4)
    assert failures(FaultInjector(faults), 50) == failures(FaultInjector(faults.model_copy()), 50)


def test_only_requests_whose_path_matches_fail() -> None:
    injector = FaultInjector(Faults(fail_next=2, fail_status=503, matching="/LANGUAGES"))
    assert failures(injector, 2) == [200, 200]
    assert failures(injector, 3, "/repos/o/r/languages") == [503, 503, 200]


@pytest.mark.parametrize(
    "switches",
    [
        '{"rate_500": 1.1}',
        '{"fail_status": 404}',
        '{"latency_ms": "5"}',
        '{"quota": {"remaining": -1}}',
        '{"secondary": {"status": 500}}',
        '{"secondary": 1}',
        '{"max_concurrent": 0}',
        '{"unknown": 1}',
        "[]",
    ],
)
def test_switch_out_of_its_range_is_refused(switches: str) -> None:
    with pytest.raises(ValidationError):
        Faults.model_validate_json(switches)
