"""Commits: in order, in groups, by the thread that submits or by the writer."""

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.host.engine.store import Statement, Store


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    made = asyncio.new_event_loop()
    thread = threading.Thread(target=made.run_forever)
    thread.start()
    yield made
    made.call_soon_threadsafe(made.stop)
    thread.join()
    made.close()


def event(instance_id: str, number: int) -> Statement:
    return Statement("INSERT INTO history (instance_id, events) VALUES (?,?)", [(instance_id, str(number))])


def stored(folder: Path, instance_id: str) -> list[int]:
    connection = sqlite3.connect(folder / "durable.db")
    try:
        found = connection.execute("SELECT events FROM history WHERE instance_id=? ORDER BY chunk_id", (instance_id,))
        return [int(events) for (events,) in found]
    finally:
        connection.close()


def unexpected(error: Exception) -> None:
    raise AssertionError from error


def test_a_thread_that_commits_here_finds_its_change_stored_at_the_end(
    tmp_path: Path, loop: asyncio.AbstractEventLoop
) -> None:
    store = Store(tmp_path, loop, unexpected)
    with store.committing_here():
        store.submit([event("one", 1)])
        assert stored(tmp_path, "one") == []
    assert stored(tmp_path, "one") == [1]
    store.close()


def test_what_many_threads_submit_is_stored_once_and_in_the_order_of_each(
    tmp_path: Path, loop: asyncio.AbstractEventLoop
) -> None:
    store = Store(tmp_path, loop, unexpected)
    all_done = threading.Semaphore(0)

    def submit(name: str, *, here: bool) -> None:
        for number in range(50):
            if here:
                with store.committing_here():
                    store.submit([event(name, number)], done=all_done.release)
            else:
                store.submit([event(name, number)], done=all_done.release)

    threads = [threading.Thread(target=submit, args=(f"t{n}",), kwargs={"here": n % 2 == 0}) for n in range(6)]
    for thread in threads:
        thread.start()
    for _ in range(6 * 50):
        assert all_done.acquire(timeout=20)
    for n, thread in enumerate(threads):
        thread.join()
        assert stored(tmp_path, f"t{n}") == list(range(50))
    store.close()


def test_a_change_that_can_wait_is_stored_though_no_other_comes(
    tmp_path: Path, loop: asyncio.AbstractEventLoop
) -> None:
    store = Store(tmp_path, loop, unexpected)
    seen = threading.Event()
    loop.call_soon_threadsafe(store.submit_soon, [event("late", 7)])
    loop.call_soon_threadsafe(store.submit_soon, [event("late", 8)])

    def look() -> None:
        if store.read("SELECT count(*) FROM history")[0][0] == 2:
            seen.set()
        else:
            loop.call_later(0.005, look)

    loop.call_soon_threadsafe(look)
    assert seen.wait(timeout=20)
    store.close()


def test_what_waits_is_stored_before_what_comes_after_it(tmp_path: Path, loop: asyncio.AbstractEventLoop) -> None:
    store = Store(tmp_path, loop, unexpected)
    done = threading.Event()

    def submit() -> None:
        store.submit_soon([event("both", 1)])
        store.submit([], done=done.set)

    loop.call_soon_threadsafe(submit)
    assert done.wait(timeout=20)
    assert stored(tmp_path, "both") == [1]
    store.close()


def test_what_is_queued_at_the_end_is_stored(tmp_path: Path, loop: asyncio.AbstractEventLoop) -> None:
    store = Store(tmp_path, loop, unexpected)
    with store.committing_here():
        store.submit([event("last", 1)])
        store.close()
    assert stored(tmp_path, "last") == [1]


def test_after_a_failed_commit_nothing_is_stored_any_more(tmp_path: Path, loop: asyncio.AbstractEventLoop) -> None:
    faults: list[Exception] = []
    told = threading.Event()

    def fault(error: Exception) -> None:
        faults.append(error)
        told.set()

    store = Store(tmp_path, loop, fault)
    with store.committing_here():
        store.submit([Statement("INSERT INTO nowhere VALUES (?)", [(1,)])])
    assert told.wait(timeout=20)
    with store.committing_here():
        store.submit([event("after", 1)], at_once=lambda: pytest.fail("acted on what is not stored"))
    assert [type(error) for error in faults] == [sqlite3.OperationalError]
    store.close()
    assert stored(tmp_path, "after") == []
