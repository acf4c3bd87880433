"""HTTP and timer triggers on a host of their own: routes, answers, schedules, settings, time limits."""

import gzip
import json
import sqlite3
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from tests.support.host import APPS, RunningHost, eventually, running_host

Session = aiohttp.ClientSession


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def triggers(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[RunningHost]:
    folder = tmp_path_factory.mktemp("triggers")
    env = {
        "HUB": "from the environment",
        "TICK": "0 0 0 1 1 *",
        "TICKS": str(folder / "ticks"),
        "FROM_PROCESS": "process",
    }
    async with running_host(APPS / "triggers", folder, env) as running:
        yield running


async def test_function_sees_the_request_as_it_was_sent(triggers: RunningHost, session: Session) -> None:
    url = f"{triggers.url}/api/mirror/7/a%20b/c%2Fd?q=1&q=2&e=%C3%A9"
    headers = [("X-Twice", "1"), ("X-Twice", "2")]
    async with session.put(aiohttp.client.URL(url, encoded=True), data=b"body", headers=headers) as response:
        seen = await response.json()
    assert (seen["method"], seen["url"], seen["body"]) == ("PUT", url, "body")
    assert seen["route"] == {"id": "7", "rest": "a b/c%2Fd"}
    assert seen["params"] == {"q": "1,2", "e": "é"}
    assert seen["header"].replace(" ", "") == "1,2"
    assert seen["function"] == "mirror"


async def test_log_record_of_the_app_carries_invocation_and_extra_fields(
    triggers: RunningHost, session: Session
) -> None:
    async with session.get(f"{triggers.url}/api/mirror/8/logged") as response:
        invocation = (await response.json())["invocation"]
    assert await triggers.log_lines(invocation, "mirrored", "rest=logged", "count=2")
    assert await triggers.log_lines(invocation, "outcome=Succeeded", "function=mirror")


@pytest.mark.parametrize(
    ("method", "path", "status", "text"),
    [
        ("GET", "/api/items/one", 200, "item one on function"),
        ("GET", "/API/Items/special", 200, "the special one"),
        ("GET", "/api/mirror/seven/x", 404, ""),
        ("POST", "/api/items/one", 404, ""),
        ("GET", "/items/one", 404, ""),
        ("GET", "/api/raises", 500, ""),
        ("GET", "/api/nothing", 500, ""),
        ("GET", "/api/slow", 500, ""),
    ],
)
async def test_route_and_answer(
    triggers: RunningHost, session: Session, method: str, path: str, status: int, text: str
) -> None:
    async with session.request(method, triggers.url + path) as response:
        assert (response.status, await response.text()) == (status, text)


async def test_exception_stays_in_the_log(triggers: RunningHost, session: Session) -> None:
    async with session.get(f"{triggers.url}/api/raises") as response:
        assert await response.read() == b""
    assert await triggers.log_lines("ValueError: a secret that stays in the log")


async def test_response_keeps_headers_and_cookies(triggers: RunningHost, session: Session) -> None:
    async with session.delete(f"{triggers.url}/api/items/one") as response:
        assert response.status == 204
        assert response.headers["X-Deleted"] == "one"
        assert sorted(response.headers.getall("Set-Cookie")) == ["a=1; Path=/", "b=2"]


async def test_head_is_get_without_a_body_and_options_lists_methods(triggers: RunningHost, session: Session) -> None:
    async with session.head(f"{triggers.url}/api/items/one") as response:
        assert (response.status, await response.read()) == (200, b"")
    async with session.options(f"{triggers.url}/api/items/one") as response:
        assert (response.status, response.headers["Allow"]) == (204, "DELETE, GET, OPTIONS")


async def test_body_over_100_mb_is_refused(triggers: RunningHost, session: Session) -> None:
    async def chunks() -> AsyncGenerator[bytes]:
        for _ in range(101):
            yield b"x" * 1_048_576

    try:
        async with session.post(f"{triggers.url}/api/size", data=chunks()) as response:
            assert response.status == 413
    except aiohttp.ClientConnectionError:
        pass  # refused while the rest was still being sent
    async with session.post(f"{triggers.url}/api/size", data=b"x" * 2_000_000) as response:
        assert await response.text() == "2000000"


@pytest.mark.parametrize("body", [gzip.compress(b'{"a": 1}'), b"no gzip at all"], ids=["good", "bad"])
@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
async def test_encoded_body_reaches_the_function_as_it_was_sent(
    triggers: RunningHost, session: Session, encoding: str, body: bytes
) -> None:
    headers = {"Content-Encoding": encoding}
    async with session.post(f"{triggers.url}/api/bytes", data=body, headers=headers) as response:
        assert (response.status, await response.read()) == (200, body)


async def test_placeholder_in_host_json_is_resolved(triggers: RunningHost, session: Session) -> None:
    async with session.get(f"{triggers.url}/api/hub") as response:
        assert await response.text() == "from the environment"


async def test_activity_over_the_time_limit_fails(triggers: RunningHost, session: Session) -> None:
    async with session.post(f"{triggers.management}/orchestrators/times_out?timeout=10") as response:
        text = await response.json()
    assert "Timeout value of 1 s was exceeded by function: too_slow" in text


def copy_app(folder: Path, **settings: Any) -> Path:
    app = folder / "app"
    app.mkdir()
    for name in ("function_app.py", "host.json"):
        (app / name).write_text((APPS / "triggers" / name).read_text(encoding="utf-8"), encoding="utf-8")
    (app / "local.settings.json").write_text(json.dumps({"IsEncrypted": False, "Values": settings}), encoding="utf-8")
    return app


async def test_local_settings_reach_the_app_before_its_import_and_the_process_wins(
    tmp_path: Path, session: Session
) -> None:
    app = copy_app(
        tmp_path, HUB="h", TICK="0 0 0 1 1 *", TICKS=str(tmp_path / "ticks"), FROM_FILE="file", FROM_PROCESS="file",
        AzureFunctionsJobHost__extensions__http__routePrefix="v1",
    )  # fmt: skip
    async with (
        running_host(app, tmp_path / "data", {"FROM_PROCESS": "process"}) as host,
        session.get(f"{host.url}/v1/settings") as response,
    ):
        assert await response.json() == {"at_import": "file", "process": "process"}


def ticks_in(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


async def ticks_of(file: Path, number: int) -> list[dict[str, Any]]:
    async def enough() -> bool:
        return len(ticks_in(file)) >= number

    await eventually(enough)
    return ticks_in(file)


async def test_timer_runs_on_startup_and_on_schedule(tmp_path: Path) -> None:
    env = {"HUB": "h", "TICK": "* * * * * *", "TICKS": str(tmp_path / "ticks")}
    async with running_host(APPS / "triggers", tmp_path / "data", env):
        ticks = await ticks_of(tmp_path / "ticks", 3)
    assert [tick["past_due"] for tick in ticks[:3]] == [False, False, False]
    assert set(ticks[0]["status"]) == {"Last", "LastUpdated", "Next"}


async def test_missed_run_is_made_up_for_once_with_past_due(tmp_path: Path) -> None:
    env = {"HUB": "h", "TICK": "0 0 * * * *", "TICKS": str(tmp_path / "ticks")}
    async with running_host(APPS / "triggers", tmp_path / "data", env) as host:
        await ticks_of(tmp_path / "ticks", 1)  # run_on_startup
        assert host.stop() == 0
        with sqlite3.connect(tmp_path / "data" / "durable.db") as database:
            database.execute("UPDATE schedules SET next = '2026-01-01T00:00:00.000000Z'")
        database.close()
        await host.restart()
        ticks = await ticks_of(tmp_path / "ticks", 2)
    assert [tick["past_due"] for tick in ticks] == [False, True]


async def test_functions_that_settings_disable_are_not_there(tmp_path: Path, session: Session) -> None:
    ticks = tmp_path / "ticks"
    env = {"HUB": "h", "TICK": "* * * * * *", "TICKS": str(ticks)}
    disabled = {"AzureWebJobs.mirror.Disabled": "1", "AzureWebJobs__tick__Disabled": "true"}
    async with running_host(APPS / "triggers", tmp_path / "data", env | disabled) as running:
        async with session.put(f"{running.url}/api/mirror/7/a/c", data=b"") as response:
            assert response.status == 404
        # The host prints every function that it has before it serves.
        assert "settings" in running.log
        assert "mirror" not in running.log
        assert "tick" not in running.log
