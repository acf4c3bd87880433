"""When a lock is renewed."""

import time
from datetime import UTC, datetime, timedelta

from local.host.service_bus.locks import Lock


class Held:
    """A lock of the broker that lasts ``seconds`` from each renewal on."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.renewals = 0
        self.until = datetime.now(UTC) + timedelta(seconds=seconds)

    async def renew(self) -> None:
        self.renewals += 1
        self.until = datetime.now(UTC) + timedelta(seconds=self.seconds)

    def lock(self, longest_s: float | None) -> Lock:
        return Lock(self.renew, lambda: self.until, longest_s)


def in_s(lock: Lock) -> float:
    return round(lock.due - time.monotonic())


def test_lock_is_renewed_at_half_of_what_is_left() -> None:
    assert in_s(Held(60).lock(300)) == 30


async def test_renewal_is_due_again_after_half_of_the_new_time() -> None:
    held = Held(60)
    lock = held.lock(300)
    held.seconds = 20
    await lock.renew()
    assert (held.renewals, in_s(lock)) == (1, 10)


def test_lock_is_not_renewed_past_the_longest_time() -> None:
    assert Held(60).lock(20).due == float("inf")


def test_lock_without_a_longest_time_is_always_renewed() -> None:
    assert in_s(Held(7200).lock(None)) == 3600


def test_message_without_a_lock_is_never_renewed() -> None:
    assert Lock(Held(1).renew, lambda: None, None).due == float("inf")


def test_lock_that_is_let_go_is_never_renewed() -> None:
    lock = Held(60).lock(None)
    lock.let_go()
    assert lock.due == float("inf")
