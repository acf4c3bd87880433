"""A queue in made-up time: order, locks, expiry, schedules, duplicates, room."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest

from local.servicebus.broker.definition import QueueDefinition
from local.servicebus.broker.entity import Entity
from local.servicebus.broker.messages import Message
from local.servicebus.broker.namespace import Namespace
from local.servicebus.broker.sessions import Session
from local.servicebus.errors import AmqpError
from local.servicebus.message import Content, Incoming


@dataclass
class Memory:
    """A journal that knows what a restart would find."""

    messages: dict[tuple[str, int], tuple[bool, int]] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    ids: dict[str, float] = field(default_factory=dict)
    states: dict[str, bytes | None] = field(default_factory=dict)

    def put(self, queue: str, dead: bool, message: Message) -> None:
        self.messages[queue, message.sequence] = dead, message.delivery_count

    def remove(self, queue: str, sequence: int) -> None:
        self.messages.pop((queue, sequence), None)

    def numbered(self, queue: str, sequence: int) -> None:
        self.numbers[queue] = sequence

    def remember(self, queue: str, message_id: str, until: float) -> None:
        self.ids[message_id] = until

    def forget(self, queue: str, message_id: str) -> None:
        del self.ids[message_id]

    def session(self, queue: str, session_id: str, state: bytes | None, updated: float) -> None:
        self.states[session_id] = state


class Receiver:
    """A consumer that takes ``credit`` messages."""

    def __init__(self, credit: int = 0, *, deletes: bool = False) -> None:
        self.deletes = deletes
        self.credit = credit
        self.got: list[Message] = []
        self.lost = False
        self.session: Session | None = None
        self.filled = 0

    def wants(self) -> bool:
        return self.credit > 0

    def deliver(self, message: Message) -> None:
        self.credit -= 1
        self.got.append(message)

    def session_granted(self, session: Session) -> None:
        self.session = session

    def session_filled(self) -> None:
        self.filled += 1

    def session_lost(self) -> None:
        self.lost = True

    @property
    def numbers(self) -> list[int]:
        return [message.sequence for message in self.got]

    def token(self, index: int = -1) -> UUID:
        lock = self.got[index].lock
        assert lock is not None
        return lock.token


@dataclass
class Bench:
    queue: Entity
    dead: Entity
    journal: Memory

    def take(self, count: int = 1, now: float = 0.0, *, deletes: bool = False) -> Receiver:
        receiver = Receiver(count, deletes=deletes)
        self.queue.consumers.add(receiver)
        self.queue.pump(now)
        self.queue.consumers.discard(receiver)
        return receiver


def bench(room: int = 10_000, **settings: object) -> Bench:
    journal = Memory()
    definition = QueueDefinition.model_validate({"name": "Q", "lock_duration_s": 10, **settings})
    queue = Namespace([definition], journal, room).entity("q")
    assert queue.dead_letters is not None
    return Bench(queue, queue.dead_letters, journal)


def incoming(message_id: str | None = None, size: int = 1, **fields: object) -> Incoming:
    # A data section, as long as it is told to be.
    bare = b"\x00\x53\x75\xa0" + bytes([size]) + b"x" * size
    return Incoming(Content(None, None, b"", 0, bare), message_id, **fields)  # pyright: ignore


def test_messages_wait_in_order_and_go_to_consumers_in_turn():
    b = bench()
    one, two = Receiver(3), Receiver(2)
    b.queue.consumers.add(one)
    b.queue.consumers.add(two)
    b.queue.send([incoming() for _ in range(6)], 0)
    assert (one.numbers, two.numbers) == ([1, 3, 5], [2, 4])
    assert b.take().numbers == [6]


def test_consumer_without_credit_is_passed_over():
    b = bench()
    b.queue.consumers.add(Receiver(0))
    ready = Receiver(1)
    b.queue.consumers.add(ready)
    b.queue.send([incoming()], 0)
    assert ready.numbers == [1]


def test_completed_message_is_gone_here_and_in_the_journal():
    b = bench()
    b.queue.send([incoming()], 0)
    b.queue.complete(b.take().token(), 1)
    assert b.journal.messages == {}
    assert b.queue.bytes == 0
    assert b.queue.next_due() is None


def test_lock_that_ends_is_a_failed_delivery():
    b = bench(max_delivery_count=2)
    b.queue.send([incoming()], 0)
    held = b.take()
    assert b.queue.next_due() == 10
    b.queue.advance(9.9)
    assert b.take(now=9.9).got == []
    b.queue.advance(10)
    with pytest.raises(AmqpError, match="lock-lost"):
        b.queue.complete(held.token() if held.got[0].lock else uuid4(), 10)
    again = b.take(now=10)
    assert again.got[0].delivery_count == 1
    b.queue.advance(20)
    assert b.queue.counts()["active"] == 0
    assert b.dead.counts()["active"] == 1
    assert b.journal.messages == {("Q", 1): (True, 2)}


def test_lock_that_has_ended_is_lost_before_anybody_has_noticed():
    b = bench()
    b.queue.send([incoming()], 0)
    held = b.take()
    with pytest.raises(AmqpError, match="lock-lost"):
        b.queue.complete(held.token(), 10)


def test_renewed_lock_ends_later():
    b = bench()
    b.queue.send([incoming()], 0)
    held = b.take()
    assert b.queue.renew([held.token()], 8) == [18]
    b.queue.advance(12)
    b.queue.complete(held.token(), 17)


def test_renewal_of_several_is_all_or_none():
    b = bench()
    b.queue.send([incoming()], 0)
    held = b.take()
    with pytest.raises(AmqpError, match="lock-lost"):
        b.queue.renew([held.token(), uuid4()], 5)
    b.queue.advance(10)
    assert b.take(now=10).numbers == [1]


def test_released_message_counts_no_failure():
    b = bench()
    b.queue.send([incoming()], 0)
    b.queue.release(b.take().token(), 1)
    assert b.take().got[0].delivery_count == 0


def test_message_is_gone_when_its_consumer_deletes():
    b = bench()
    b.queue.send([incoming()], 0)
    taken = b.take(deletes=True)
    assert taken.got[0].lock is None
    assert b.journal.messages == {}


def test_deferred_message_never_expires_and_comes_by_its_number_alone():
    b = bench(ttl_s=5)
    b.queue.send([incoming()], 0)
    b.queue.defer(b.take().token(), 1)
    b.queue.advance(100)
    assert b.take(now=100).got == []
    (message,) = b.queue.receive_deferred([1], 100, deletes=False)
    assert message.lock is not None
    b.queue.advance(110)
    with pytest.raises(AmqpError, match="not-found"):
        b.queue.receive_deferred([1, 2], 110, deletes=True)
    (again,) = b.queue.receive_deferred([1, 1], 110, deletes=True)
    assert (again.delivery_count, b.journal.messages) == (2, {})


def test_expired_message_goes_when_it_is_due_or_when_it_is_unlocked():
    b = bench(ttl_s=5, dead_letter_on_expiry=True)
    b.queue.send([incoming(), incoming()], 0)
    held = b.take(now=1)
    b.queue.advance(5)
    assert b.dead.counts()["active"] == 1
    b.queue.abandon(held.token(), 6)
    assert b.dead.counts()["active"] == 2
    assert b.dead.next_due() is None


def test_expired_message_is_handed_to_nobody_even_before_it_was_noticed():
    b = bench(ttl_s=5)
    b.queue.send([incoming()], 0)
    assert b.take(now=5).got == []
    assert b.queue.peek(0, 10, 5) == []
    assert b.journal.messages == {}


@pytest.mark.parametrize(("own", "queues", "expected"), [(3, 5, 3), (9, 5, 5), (3, None, 3), (None, None, None)])
def test_shorter_of_two_times_to_live_counts(own: float | None, queues: float | None, expected: float | None):
    b = bench(ttl_s=queues)
    b.queue.send([incoming(ttl_s=own)], 0)
    (message,) = b.queue.peek(0, 1, 0)
    assert message.expires == expected


def test_scheduled_message_gets_a_new_number_when_it_is_due():
    b = bench()
    assert b.queue.send([incoming(scheduled=5.0), incoming()], 0) == [1, 2]
    assert b.take(2).numbers == [2]
    b.queue.advance(5)
    taken = b.take(now=5)
    assert (taken.numbers, taken.got[0].enqueued) == ([3], 5)
    assert b.journal.numbers == {"Q": 3}


def test_message_scheduled_for_the_past_is_there_at_once():
    b = bench()
    b.queue.send([incoming(scheduled=-1.0)], 0)
    assert b.take().numbers == [1]


def test_cancelling_is_all_or_none():
    b = bench()
    b.queue.send([incoming(scheduled=10.0), incoming(scheduled=10.0), incoming()], 0)
    with pytest.raises(AmqpError, match="not-found"):
        b.queue.cancel_scheduled([1, 3])
    b.queue.cancel_scheduled([1, 2])
    assert b.queue.counts()["scheduled"] == 0
    assert b.queue.next_due() is None


def test_duplicates_are_dropped_within_the_window_and_forgotten_after_it():
    b = bench(duplicate_detection_s=10)
    assert b.queue.send([incoming("a"), incoming("a"), incoming(None), incoming(None)], 0) == [1, 2, 3]
    assert b.queue.send([incoming("a")], 9) == []
    b.queue.advance(10)
    assert b.journal.ids == {}
    assert b.queue.send([incoming("a")], 10) == [4]


def test_full_queue_takes_no_more_and_a_batch_is_all_or_none():
    b = bench(room=200)
    b.queue.send([incoming(size=100)], 0)
    with pytest.raises(AmqpError, match="resource-limit"):
        b.queue.send([incoming(size=10), incoming(size=90)], 0)
    assert b.queue.counts()["active"] == 1
    b.queue.dead_letter(b.take().token(), 0, "r", None)
    with pytest.raises(AmqpError, match="resource-limit"):
        b.queue.send([incoming(size=100)], 0)


def test_refused_message_leaves_no_trace_of_its_id():
    b = bench(room=20, duplicate_detection_s=10)
    with pytest.raises(AmqpError, match="resource-limit"):
        b.queue.send([incoming("a", size=100)], 0)
    assert b.queue.send([incoming("a", size=1)], 0) == [1]


def test_dead_letter_cannot_be_dead_lettered_again_and_stays_locked():
    b = bench()
    b.queue.send([incoming()], 0)
    b.queue.dead_letter(b.take().token(), 0, "r", "d")
    receiver = Receiver(1)
    b.dead.consumers.add(receiver)
    b.dead.pump(0)
    with pytest.raises(AmqpError, match="illegal-state"):
        b.dead.dead_letter(receiver.token(), 0, "r", None)
    for now in range(10, 1000, 10):
        b.dead.advance(now)
        receiver.credit = 1
        b.dead.pump(now)
    assert b.dead.counts()["active"] == 1


def test_addresses_are_compared_without_case_and_unknown_ones_refused():
    namespace = Namespace([QueueDefinition(name="Orders")], Memory())
    assert namespace.entity("ORDERS") is namespace.entity("orders")
    assert namespace.entity("orders/$DeadLetterQueue") is namespace.entity("orders").dead_letters
    for path in ("", "order", "orders/x", "orders/$DeadLetterQueue/$DeadLetterQueue", "$deadletterqueue"):
        with pytest.raises(AmqpError, match="not-found"):
            namespace.entity(path)


# Sessions


def session_bench() -> Bench:
    return bench(requires_session=True)


def accept(b: Bench, session_id: str, credit: int = 10, now: float = 0.0) -> Receiver:
    assert b.queue.sessions is not None
    receiver = Receiver(credit)
    receiver.session = b.queue.sessions.accept(session_id, receiver, now)
    b.queue.pump_session(receiver.session, receiver, now)
    return receiver


def test_message_without_a_session_is_refused_with_its_whole_batch():
    b = session_bench()
    with pytest.raises(AmqpError, match="not-allowed"):
        b.queue.send([incoming(session_id="a"), incoming()], 0)
    assert b.queue.counts()["active"] == 0


def test_receiver_is_told_when_its_session_is_filled():
    b = session_bench()
    receiver = accept(b, "a")
    b.queue.send([incoming(session_id="b"), incoming(session_id="a")], 0)
    assert receiver.filled == 1


def test_those_who_wait_for_any_session_are_served_in_turn():
    b = session_bench()
    assert b.queue.sessions is not None
    first, second, gone = Receiver(), Receiver(), Receiver()
    for receiver in (gone, first, second):
        b.queue.sessions.wait(receiver)
    b.queue.sessions.give_up(gone)
    b.queue.send([incoming(session_id="a"), incoming(session_id="b"), incoming(session_id="a")], 0)
    assert first.session is not None
    assert second.session is not None
    assert (first.session.id, second.session.id, gone.session) == ("a", "b", None)


def test_end_of_a_session_lock_fails_what_was_under_way_and_serves_who_waits():
    b = session_bench()
    b.queue.send([incoming(session_id="a"), incoming(session_id="a")], 0)
    late = accept(b, "a", credit=1)
    token = late.token()
    assert b.queue.sessions is not None
    next_one = Receiver()
    b.queue.sessions.wait(next_one)
    b.queue.advance(10)
    assert late.lost
    assert next_one.session is not None
    assert [m.delivery_count for m in b.queue.peek(0, 10, 10)] == [1, 0]
    with pytest.raises(AmqpError, match="lock-lost"):
        b.queue.complete(token, 10)


def test_release_of_a_session_fails_nothing():
    b = session_bench()
    b.queue.send([incoming(session_id="a")], 0)
    receiver = accept(b, "a")
    assert b.queue.sessions is not None
    assert receiver.session is not None
    b.queue.sessions.release(receiver.session, receiver, 1)
    again = accept(b, "a", now=1)
    assert (again.numbers, again.got[0].delivery_count) == ([1], 0)


def test_session_is_held_by_one_and_renewed_by_that_one():
    b = session_bench()
    receiver = accept(b, "a")
    assert b.queue.sessions is not None
    with pytest.raises(AmqpError, match="cannot-be-locked"):
        accept(b, "a")
    assert b.queue.sessions.renew("a", lambda holder: holder is receiver, 5) == 15
    with pytest.raises(AmqpError, match="session-lock-lost"):
        b.queue.sessions.renew("a", lambda _: False, 5)
    b.queue.advance(12)
    assert not receiver.lost


def test_sessions_are_listed_while_they_have_messages_or_a_state():
    b = session_bench()
    sessions = b.queue.sessions
    assert sessions is not None
    b.queue.send([incoming(session_id="a")], 0)
    receiver = accept(b, "b")
    assert sessions.ids(None) == ["a"]
    assert receiver.session is not None
    sessions.set_state(receiver.session, b"s", 3)
    assert (sessions.ids(None), sessions.ids(2), sessions.ids(3)) == (["a", "b"], ["b"], [])
    sessions.set_state(receiver.session, None, 4)
    sessions.release(receiver.session, receiver, 4)
    assert (sessions.ids(None), sessions.get("b"), b.journal.states) == (["a"], None, {"b": None})


def test_sessions_that_nobody_could_tell_from_new_ones_take_no_room():
    b = session_bench()
    assert b.queue.sessions is not None
    for name in unique(100):
        b.queue.send([incoming(session_id=name)], 0)
        receiver = accept(b, name)
        b.queue.complete(receiver.token(), 0)
        assert receiver.session is not None
        b.queue.sessions.release(receiver.session, receiver, 0)
    assert all(b.queue.sessions.get(name) is None for name in unique(100))


def unique(count: int) -> Iterator[str]:
    return (f"s{number}" for number in range(count))
