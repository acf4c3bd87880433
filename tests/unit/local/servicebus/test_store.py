"""What a queue tells its store is there when the folder is opened again."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from local.servicebus.broker.definition import QueueDefinition
from local.servicebus.broker.namespace import Namespace
from local.servicebus.message import Content, Incoming
from local.servicebus.store import FILE_NAME, Store

QUEUES = [
    QueueDefinition(name="Plain", duplicate_detection_s=100),
    QueueDefinition(name="sessions", requires_session=True),
]


def opened(folder: Path, faults: list[Exception] | None = None) -> tuple[Store, Namespace]:
    store = Store(folder, asyncio.get_running_loop(), (faults if faults is not None else []).append)
    namespace = Namespace(QUEUES, store)
    store.load(namespace, 0)
    return store, namespace


async def kept(store: Store) -> None:
    """Return when what was told so far is on disk."""
    done = asyncio.Event()
    store.after_commit(done.set)
    async with asyncio.timeout(10):
        await done.wait()


def incoming(text: str, message_id: str | None = None, **fields: object) -> Incoming:
    # An amqp-value section with a string.
    bare = b"\x00\x53\x77\xa1" + bytes([len(text)]) + text.encode()
    return Incoming(Content(None, None, b"", 0, bare), message_id, **fields)  # pyright: ignore


async def test_messages_numbers_ids_and_states_are_there_again(tmp_path: Path):
    store, namespace = opened(tmp_path)
    plain, with_sessions = namespace.entity("plain"), namespace.entity("sessions")
    plain.send([incoming("a", "id"), incoming("b", scheduled=50.0), incoming("c")], 0)
    plain.cancel_scheduled([2])
    with_sessions.send([incoming("d", session_id="one")], 0)
    sessions = with_sessions.sessions
    assert sessions is not None
    sessions.set_state(sessions.of("two"), b"s", 5)
    await kept(store)
    store.close()

    store, namespace = opened(tmp_path)
    plain = namespace.entity("plain")
    assert [m.content.bare[-1:] for m in plain.peek(0, 10, 0)] == [b"a", b"c"]
    assert plain.send([incoming("e", "id"), incoming("f")], 0) == [4]
    sessions = namespace.entity("sessions").sessions
    assert sessions is not None
    assert sessions.ids(None) == ["two"]
    store.close()


async def test_what_is_in_the_last_moment_is_kept_when_it_is_closed(tmp_path: Path):
    store, namespace = opened(tmp_path)
    namespace.entity("plain").send([incoming("a")], 0)
    store.close()
    store, namespace = opened(tmp_path)
    assert len(namespace.entity("plain").peek(0, 10, 0)) == 1
    store.close()


async def test_messages_that_come_and_go_within_one_commit_leave_nothing(tmp_path: Path):
    store, namespace = opened(tmp_path)
    namespace.entity("plain").send([incoming("a", scheduled=50.0)], 0)
    namespace.entity("plain").cancel_scheduled([1])
    await kept(store)
    store.close()
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        assert connection.execute("SELECT count(*) FROM messages").fetchone() == (0,)
        assert connection.execute("SELECT * FROM numbers").fetchall() == [("Plain", 1)]


async def test_many_who_wait_are_told_in_order(tmp_path: Path):
    store, namespace = opened(tmp_path)
    told: list[int] = []
    for number in range(500):
        namespace.entity("plain").send([incoming("x")], 0)
        store.after_commit(lambda number=number: told.append(number))
        if number % 50 == 0:
            await asyncio.sleep(0)
    await kept(store)
    assert told == list(range(500))
    store.close()


async def test_failed_commit_is_told_and_nobody_hears_that_it_was_kept(tmp_path: Path):
    faults: list[Exception] = []
    told: list[str] = []
    store, namespace = opened(tmp_path, faults)
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        connection.execute("DROP TABLE messages")
    namespace.entity("plain").send([incoming("x")], 0)
    store.after_commit(lambda: told.append("kept"))
    async with asyncio.timeout(10):
        while not faults:
            await asyncio.sleep(0.01)
    assert told == []
    store.close()


async def test_file_of_another_version_is_refused_and_the_folder_is_free_again(tmp_path: Path):
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        connection.execute("PRAGMA user_version=99")
    for _ in range(2):
        with pytest.raises(OSError, match="another version"):
            opened(tmp_path)


async def test_folder_is_used_by_one_broker(tmp_path: Path):
    store, _ = opened(tmp_path)
    with pytest.raises(OSError, match="in use"):
        opened(tmp_path)
    store.close()
