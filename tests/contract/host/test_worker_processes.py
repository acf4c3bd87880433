"""``FUNCTIONS_WORKER_PROCESS_COUNT``: activities in further processes, and what becomes of them when those end."""

import json
import signal
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import pytest
import pytest_asyncio

from tests.support.host import APPS, GOOD_APP, RunningHost, app_of, eventually, refusal, running_host

APP = APPS / "durable"
COUNT = "FUNCTIONS_WORKER_PROCESS_COUNT"
#: An app that no worker process may load while a file ``closed`` lies beside it.
CLOSED_TO_WORKERS = f"""{GOOD_APP}
import pathlib
import sys
if pathlib.Path(sys.argv[0]).parent.name == "workers" and pathlib.Path(__file__).with_name("closed").exists():
    raise RuntimeError("this worker may not start")
"""
Session = aiohttp.ClientSession


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def workers(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[RunningHost]:
    env = {COUNT: "3", "AzureFunctionsJobHost__functionTimeout": "00:00:02"}
    async with running_host(APP, tmp_path_factory.mktemp("workers"), env) as running:
        yield running


def children(host: RunningHost) -> list[psutil.Process]:
    return psutil.Process(host.pid).children()


async def run(host: RunningHost, session: Session, name: str, value: object) -> Any:
    """What an orchestration answers, its whole status where it fails."""
    url = f"{host.management}/orchestrators/{name}?timeout=30"
    async with session.post(url, json=value) as response:
        return await response.json()


async def call(host: RunningHost, session: Session, activity: str, value: object) -> Any:
    return await run(host, session, "call", json.dumps([activity, value]))


async def begun(host: RunningHost, session: Session, wait_s: float) -> str:
    """Start an orchestration whose one activity takes so long; return its id once that is under way."""
    async with session.post(f"{host.management}/orchestrators/call", json=json.dumps(["process", wait_s])) as response:
        instance = (await response.json())["id"]
    await host.status_when(session, instance, lambda status: status["runtimeStatus"] == "Running")
    return instance


async def gone(processes: list[psutil.Process]) -> None:
    async def all_gone() -> bool:
        return not any(each.is_running() and each.status() != psutil.STATUS_ZOMBIE for each in processes)

    await eventually(all_gone)


async def test_activities_run_in_the_further_processes_and_http_in_the_hosts(
    workers: RunningHost, session: Session
) -> None:
    async with session.get(f"{workers.url}/process") as response:
        assert int(await response.text()) == workers.pid
    assert set(await run(workers, session, "processes", "4")) == {each.pid for each in children(workers)}


async def test_values_pass_as_they_are(workers: RunningHost, session: Session) -> None:
    value = {"long": 2**70, "half a pair": "\ud83d", "text": 'a "quoted"\nline \u2028', "none": None, "deep": [[[0.1]]]}
    assert await call(workers, session, "echo", value) == value


async def test_large_values_pass(workers: RunningHost, session: Session) -> None:
    text = "x" * 900_000
    assert await call(workers, session, "echo_in_thread", text) == text


async def test_a_failure_tells_reason_and_traceback_as_in_one_process(workers: RunningHost, session: Session) -> None:
    status = await call(workers, session, "boom", "no luck")
    assert "Activity function 'boom' failed:  ValueError: no luck" in status["output"]
    assert await workers.log_lines("function=boom", "outcome=Failed")
    assert await workers.log_lines("raise ValueError(value)")


async def test_what_an_activity_logs_stands_in_the_hosts_log(workers: RunningHost, session: Session) -> None:
    await call(workers, session, "Renamed", 0)
    (line, *_) = await workers.log_lines("renamed activity ran", "colour=teal", "function=under_another_name")
    fields = dict(part.split("=", 1) for part in line.split() if "=" in part)
    assert await workers.log_lines(f"id={fields['invocation']}", f"instance={fields['instance']}", "outcome=Succeeded")


async def test_an_activity_over_the_time_limit_is_cancelled_in_its_process(
    workers: RunningHost, session: Session
) -> None:
    status = await call(workers, session, "nap", 30)
    assert "Timeout value of 2 s was exceeded by function: nap" in status["output"]
    assert await workers.log_lines("the nap was cancelled", "function=nap")


async def test_what_a_killed_process_had_under_way_runs_in_another(tmp_path: Path, session: Session) -> None:
    async with running_host(APP, tmp_path, {COUNT: "2"}) as host:
        (worker,) = children(host)
        instance = await begun(host, session, 1)
        worker.kill()
        ended = await host.ended(session, instance)
        (successor,) = children(host)
        assert ended["output"] == successor.pid != worker.pid
        assert await host.log_lines("A worker process ended", f"pid={worker.pid}", "exit_code=-9")


async def test_an_activity_that_ends_its_process_runs_again(tmp_path: Path, session: Session) -> None:
    async with running_host(APP, tmp_path, {COUNT: "2"}) as host:
        twice = {"path": str(tmp_path / "twice"), "deaths": 2}
        assert await call(host, session, "end_the_process", twice) == children(host)[0].pid


async def test_an_activity_that_always_ends_its_process_fails_and_the_others_go_on(
    tmp_path: Path, session: Session
) -> None:
    async with running_host(APP, tmp_path, {COUNT: "2"}) as host:
        always = {"path": str(tmp_path / "always"), "deaths": 1_000}
        status = await call(host, session, "end_the_process", always)
        assert "WorkerProcessExited: 3 worker processes ended while it ran" in status["output"]
        assert await call(host, session, "echo", "still there") == "still there"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
async def test_no_process_outlives_its_host(tmp_path: Path, number: int) -> None:
    async with running_host(APP, tmp_path, {COUNT: "3"}) as host:
        processes = children(host)
        assert len(processes) == 2
        assert host.stop(number) == (-number if number == signal.SIGKILL else 0)
        await gone(processes)


async def test_a_signal_to_the_whole_group_lets_running_activities_end(tmp_path: Path, session: Session) -> None:
    async with running_host(APP, tmp_path, {COUNT: "2"}) as host:
        (worker,) = children(host)
        instance = await begun(host, session, 0.5)
        worker.send_signal(signal.SIGINT)
        assert host.stop(signal.SIGINT) == 0
        assert await host.log_lines("function=process", f"instance={instance}", "outcome=Succeeded")


@pytest.mark.parametrize("count", ["0", "11", "two", "-1"])
async def test_a_count_that_is_none_is_refused(tmp_path: Path, count: str) -> None:
    printed = await refusal(APP, tmp_path, env={COUNT: count})
    assert f"{COUNT} is '{count}'; expected a number from 1 to 10" in printed


async def test_a_worker_that_cannot_load_the_app_says_why_and_ends_the_host(tmp_path: Path) -> None:
    app = app_of(tmp_path, CLOSED_TO_WORKERS)
    (app / "closed").touch()
    printed = await refusal(app, tmp_path / "data", env={COUNT: "2"})
    assert "a worker process does not start: function_app.py does not import" in printed
    assert "this worker may not start" in printed


async def test_a_host_whose_workers_start_no_more_ends(tmp_path: Path) -> None:
    app = app_of(tmp_path, CLOSED_TO_WORKERS)
    async with running_host(app, tmp_path / "data", {COUNT: "2"}) as host:
        (app / "closed").touch()
        children(host)[0].kill()
        await host.log_lines("error: no worker process starts any more", "this worker may not start")
        assert host.stop() == 1
