"""Who runs first on the app's event loop while somebody waits for an answer."""

import asyncio
from collections.abc import Iterator

import pytest

from local.host.ready_lanes import FIRST_IN_A_ROW, OTHERS_PER_TURN, LanesEventLoop


@pytest.fixture
def loop() -> Iterator[LanesEventLoop]:
    made = LanesEventLoop()
    yield made
    made.close()


def ran(loop: LanesEventLoop, names: list[str], count: int) -> list[str]:
    """Let the loop run until ``names`` has ``count``, and return them."""

    async def all_of_them() -> None:
        async with asyncio.timeout(5):
            while len(names) < count:
                await asyncio.sleep(0)

    loop.run_until_complete(all_of_them())
    return names


def test_what_somebody_waits_for_overtakes_what_was_ready_before(loop: LanesEventLoop) -> None:
    names: list[str] = []
    loop.lanes.waiting += 1
    for _ in range(3):
        loop.call_soon(names.append, "activity")
    with loop.going_first():
        loop.call_soon(names.append, "request")
    assert ran(loop, names, 4) == ["request", "activity", "activity", "activity"]


def test_tasks_started_on_behalf_of_a_request_go_first_too(loop: LanesEventLoop) -> None:
    names: list[str] = []

    async def step(name: str, turns: int) -> None:
        for _ in range(turns):
            await asyncio.sleep(0)
        names.append(name)

    async def request() -> None:
        await asyncio.create_task(step("request", 3))

    loop.lanes.waiting += 1
    for _ in range(OTHERS_PER_TURN * 4):
        loop.create_task(step("activity", 3))
    with loop.going_first():
        loop.create_task(request())
    assert ran(loop, names, OTHERS_PER_TURN * 4 + 1)[0] == "request"


def test_activities_get_on_however_many_requests_there_are(loop: LanesEventLoop) -> None:
    names: list[str] = []
    loop.lanes.waiting += 1
    loop.call_soon(names.append, "activity")
    with loop.going_first():
        for _ in range(FIRST_IN_A_ROW * 3):
            loop.call_soon(names.append, "request")
    assert ran(loop, names, FIRST_IN_A_ROW * 3 + 1).index("activity") <= FIRST_IN_A_ROW + 1


def test_while_nobody_waits_all_run_in_the_order_in_which_they_became_ready(loop: LanesEventLoop) -> None:
    names: list[str] = []
    with loop.going_first():
        pass
    for number in range(50):
        loop.call_soon(names.append, str(number))
    assert ran(loop, names, 50) == [str(number) for number in range(50)]


def test_streams_work_while_somebody_waits(loop: LanesEventLoop) -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readexactly(100_000))
        writer.close()

    async def talk() -> bytes:
        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        async with server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
            writer.write(b"x" * 100_000)
            answer = await reader.read()
            writer.close()
            await writer.wait_closed()
        return answer

    with loop.going_first():
        assert loop.run_until_complete(asyncio.wait_for(talk(), 5)) == b"x" * 100_000
