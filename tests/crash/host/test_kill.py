"""The host killed (SIGKILL) at many points: what it has answered for survives, and everything goes on."""

import asyncio
import collections
import json
import random
import uuid
from collections.abc import AsyncGenerator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from tests.support.host import APPS, HostDidNotStart, RunningHost, running_host

Session = aiohttp.ClientSession


@pytest_asyncio.fixture
async def session() -> AsyncGenerator[Session]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest_asyncio.fixture
async def host(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncGenerator[RunningHost]:
    """A host; its parameter is the number of processes that it has."""
    env = {"JOURNAL": str(tmp_path / "journal"), "FUNCTIONS_WORKER_PROCESS_COUNT": getattr(request, "param", "1")}
    async with running_host(APPS / "durable", tmp_path / "data", env) as running:
        yield running


def journal(folder: Path) -> collections.Counter[tuple[str, int]]:
    """Return how often each step was done; a line cut off by a kill does not count."""
    done: collections.Counter[tuple[str, int]] = collections.Counter()
    file = folder / "journal"
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else ():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        done[entry["id"], entry["n"]] += 1
    return done


async def start(host: RunningHost, session: Session, name: str, value: object = None) -> str:
    instance = uuid.uuid4().hex
    async with session.post(f"{host.management}/orchestrators/{name}/{instance}", json=value) as response:
        assert response.status == 202, await response.text()
    return instance


@pytest.mark.parametrize(("seed", "host"), [(1, "1"), (2, "3")], indirect=["host"])
async def test_everything_completes_though_the_host_is_killed_again_and_again(
    host: RunningHost, session: Session, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    instances = [await start(host, session, "journal") for _ in range(20)]
    for _ in range(5):
        await asyncio.sleep(chance.uniform(0.0, 0.15))  # the point of the kill is what is random here
        host.kill()
        await host.restart()
    statuses = [await host.ended(session, instance, deadline_s=40) for instance in instances]
    assert [status["output"] for status in statuses] == [21] * 20
    done = journal(tmp_path)
    assert set(done) == {(instance, n) for instance in instances for n in range(7)}


async def test_start_survives_a_kill_right_after_its_answer(host: RunningHost, session: Session) -> None:
    instances = [await start(host, session, "chain", "3") for _ in range(5)]
    host.kill()
    await host.restart()
    assert [(await host.ended(session, instance))["output"] for instance in instances] == [3] * 5


async def test_start_that_was_waited_for_in_vain_survives_a_kill_right_after_its_answer(
    host: RunningHost, session: Session
) -> None:
    url = f"{host.management}/orchestrators/wait_for_go/waited?timeout=0"
    async with session.post(url) as response:
        assert response.status == 202
    host.kill()
    await host.restart()
    async with session.post(f"{host.management}/instances/waited/raiseEvent/go", json=7) as response:
        assert response.status == 202
    assert (await host.ended(session, "waited"))["output"] == 7


async def test_event_survives_a_kill_right_after_its_answer(host: RunningHost, session: Session) -> None:
    instance = await start(host, session, "wait_for_go")
    async with session.post(f"{host.management}/instances/{instance}/raiseEvent/go", json=7) as response:
        assert response.status == 202
    host.kill()
    await host.restart()
    assert (await host.ended(session, instance))["output"] == 7


async def test_recorded_activity_is_not_run_again(host: RunningHost, session: Session, tmp_path: Path) -> None:
    instance = await start(host, session, "record_then_wait")
    await host.status_when(session, instance, lambda status: status["customStatus"] == "recorded")
    host.kill()
    await host.restart()
    async with session.post(f"{host.management}/instances/{instance}/raiseEvent/go", json="on") as response:
        assert response.status == 202
    assert (await host.ended(session, instance))["output"] == "on"
    assert journal(tmp_path) == {(instance, n): 1 for n in range(3)}


async def test_timer_outlives_the_host_and_fires_late_but_once(host: RunningHost, session: Session) -> None:
    instance = await start(host, session, "sleep", "0.3")
    await host.status_when(session, instance, lambda status: status["runtimeStatus"] == "Running")
    host.kill()
    await host.restart()
    assert (await host.ended(session, instance))["output"] >= 0.3


async def test_suspended_instance_is_still_suspended(host: RunningHost, session: Session) -> None:
    instance = await start(host, session, "wait_for_go")
    for operation in ("suspend?reason=hold", "raiseEvent/go"):
        async with session.post(f"{host.management}/instances/{instance}/{operation}", json=1) as response:
            assert response.status == 202
    host.kill()
    await host.restart()
    assert (await host.status_when(session, instance, bool))["runtimeStatus"] == "Suspended"
    async with session.post(f"{host.management}/instances/{instance}/resume?reason=on") as response:
        assert response.status == 202
    assert (await host.ended(session, instance))["output"] == 1


async def test_graceful_stop_lets_running_activities_end(host: RunningHost, session: Session, tmp_path: Path) -> None:
    instance = await start(host, session, "call", json.dumps(["record", {"id": "slow", "n": 1, "wait_s": 0.5}]))
    await host.status_when(session, instance, lambda status: status["runtimeStatus"] == "Running")
    assert host.stop() == 0
    assert journal(tmp_path) == {("slow", 1): 1}
    await host.restart()
    assert (await host.ended(session, instance))["output"] == 1
    assert journal(tmp_path) == {("slow", 1): 1}


async def test_second_host_on_the_same_data_refuses(host: RunningHost) -> None:
    with pytest.raises(HostDidNotStart, match=f"in use by another host .process {host.pid}.; stop it or name another"):
        async with running_host(APPS / "durable", host.data):
            pass


async def test_late_result_of_an_ended_execution_is_dropped(host: RunningHost, session: Session) -> None:
    instance = await start(host, session, "call", json.dumps(["nap", 0.4]))
    await host.status_when(session, instance, lambda status: status["runtimeStatus"] == "Running")
    async with session.post(f"{host.management}/instances/{instance}/terminate?reason=replaced") as response:
        assert response.status == 202
    again = f"{host.management}/orchestrators/call/{instance}"
    async with session.post(again, json=json.dumps(["nap", 0.8])) as response:
        assert response.status == 202
    assert (await host.ended(session, instance))["output"] == 0.8


async def test_replaced_instance_drops_the_old_ones_results(tmp_path: Path, session: Session) -> None:
    env = {"AzureFunctionsJobHost__extensions__durableTask__overridableExistingInstanceStates": "AnyState"}
    async with running_host(APPS / "durable", tmp_path / "data", env) as host:
        for wait_s in (0.4, 0.8):
            url = f"{host.management}/orchestrators/call/same"
            async with session.post(url, json=json.dumps(["nap", wait_s])) as response:
                assert response.status == 202
        assert (await host.ended(session, "same"))["output"] == 0.8
