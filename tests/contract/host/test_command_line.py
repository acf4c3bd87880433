"""``python -m local.host start``: how it starts, refuses to start and stops."""

import asyncio
import json
import signal
import socket
from pathlib import Path

import aiohttp
import pytest

from tests.support.host import APPS, GOOD_APP, app_of, refusal, running_host


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_signal_stops_the_host_with_code_zero(tmp_path: Path, number: int) -> None:
    async with running_host(APPS / "durable", tmp_path) as host:
        assert host.stop(number) == 0


async def test_start_lists_every_function_with_its_route(tmp_path: Path) -> None:
    async with running_host(APPS / "durable", tmp_path) as host:
        assert f"start: [POST] {host.url}/start/{{name}}" in host.log
        assert "under_another_name: activityTrigger Renamed" in host.log
        assert "fan_out: orchestrationTrigger" in host.log
        ready = json.loads((tmp_path / "test-host.ready").read_text(encoding="utf-8"))
        assert ready == {"url": host.url, "pid": host.pid}


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("import nowhere_to_be_found", "function_app.py does not import: ModuleNotFoundError"),
        ("def broken(:\n", "function_app.py does not import: SyntaxError"),
        ("raise SystemExit(3)", "function_app.py does not import: SystemExit: 3 (function_app.py, line 1)"),
        ("x = 1", "defines no function app at its top level; expected exactly one"),
        (f"{GOOD_APP}other = df.DFApp()\n", "defines 2 function apps at its top level; expected exactly one"),
        (
            f"{GOOD_APP}@app.activity_trigger(input_name='x')\nasync def f(x: dict[str, int]): ...\n",
            "function f: parameter x is annotated dict[str, int], which the worker refuses",
        ),
        (
            f"{GOOD_APP}@app.timer_trigger(arg_name='t', schedule='%NO_SUCH_SETTING%')\ndef f(t): ...\n",
            "function f: schedule is '%NO_SUCH_SETTING%', but the setting NO_SUCH_SETTING is not set",
        ),
        (
            f"{GOOD_APP}@app.queue_trigger(arg_name='m', queue_name='q', connection='c')\ndef f(m): ...\n",
            "function f: the trigger queueTrigger is not supported by this host",
        ),
        (
            f"{GOOD_APP}@app.route(route='admin/x')\ndef f(req): ...\n",
            "begins with a reserved word",
        ),
    ],
)
async def test_app_that_does_not_load_ends_the_host_with_one_readable_reason(
    tmp_path: Path, source: str, text: str
) -> None:
    printed = await refusal(app_of(tmp_path, source), tmp_path / "data")
    assert text in printed
    assert "Traceback" not in printed
    assert printed.startswith("error: ")


async def test_malformed_host_json_is_named(tmp_path: Path) -> None:
    printed = await refusal(app_of(tmp_path, GOOD_APP, "{"), tmp_path / "data")
    assert "host.json is not valid JSON" in printed


async def test_busy_port_is_named_with_who_holds_it(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        printed = await refusal(APPS / "durable", tmp_path, "--port", str(port))
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use; it is held by" in printed


async def test_fast_replay_runs_the_same_orchestrations(tmp_path: Path) -> None:
    async with (
        running_host(APPS / "durable", tmp_path, {"FANWISE_FAST_REPLAY": "1"}) as host,
        aiohttp.ClientSession() as session,
    ):
        for name, value, expected in (("chain", "4", 4), ("fan_out", "60", 60)):
            async with session.post(f"{host.management}/orchestrators/{name}?timeout=20", json=value) as response:
                assert await response.json() == expected
        async with session.post(f"{host.management}/orchestrators/deterministic?timeout=20") as response:
            assert (await response.json())[1].endswith("+00:00")


async def test_limits_of_concurrency_are_kept(tmp_path: Path) -> None:
    env = {"AzureFunctionsJobHost__extensions__durableTask__maxConcurrentActivityFunctions": "2"}
    async with running_host(APPS / "durable", tmp_path, env) as host, aiohttp.ClientSession() as session:

        async def nap() -> None:
            url = f"{host.management}/orchestrators/call?timeout=20"
            async with session.post(url, json=json.dumps(["nap", 0.2])) as response:
                assert await response.json() == 0.2

        loop = asyncio.get_running_loop()
        before = loop.time()
        await asyncio.gather(*(nap() for _ in range(6)))
        assert loop.time() - before >= 0.6
