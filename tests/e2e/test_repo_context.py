"""Repo context over HTTP on the real host: gathered, kept, read, refreshed, and what goes wrong."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from yarl import URL

from tests.support.cosmos import RunningCosmos, provisioned_cosmos
from tests.support.fanwise import Fanwise, fanwise
from tests.support.github import SMALL, LocalGitHub, fresh_github, running_github
from tests.support.host import REPOSITORY, RunningHost, eventually, running_host
from tests.support.repo_context import NOBODY_SERVES_HERE, environment, open_cache

START = "/api/orchestrators/repo-context"
FIELDS = {"metadata", "repoContext", "file_types", "languages"}
NO_TIMER = {"AzureWebJobs.refresh_repo_context.Disabled": "1"}
ME = {"user-id": "me"}
PLANTED = "ghp_" + "P1anted" * 6


@dataclass(frozen=True)
class Parts:
    """What a test talks to."""

    cosmos: RunningCosmos
    github: LocalGitHub
    host: RunningHost
    app: Fanwise

    async def gathered(self, username: str = SMALL, **fields: Any) -> dict[str, Any]:
        """Start a run that must be accepted; return its status once it has ended."""
        status, links, _ = await self.app.call("POST", START, json={"username": username, "force": True} | fields)
        assert status == 202, links
        return await self.app.ended(links)

    async def read(self, username: str = SMALL) -> list[dict[str, Any]]:
        """Return the repositories of an account that must be there."""
        status, document, _ = await self.app.call("GET", f"/api/github/repos/{username}/with-context")
        assert status == 200, document
        return document["repos"]

    async def custom_status(self, username: str = SMALL) -> dict[str, Any]:
        """Return how far the latest run of an account has come."""
        _, status, _ = await self.app.call(
            "GET", f"/runtime/webhooks/durabletask/instances/repo-context-{username}?code=local"
        )
        return (status or {}).get("customStatus") or {}


@asynccontextmanager
async def running_parts(
    folder: Path, github: LocalGitHub, cosmos: RunningCosmos | None = None, **settings: str
) -> AsyncGenerator[Parts]:
    async with AsyncExitStack() as opened:
        chosen = cosmos or await opened.enter_async_context(provisioned_cosmos(folder / "cosmos"))
        env = environment(chosen, github.url, REPO_CONTEXT_ALLOW_ANY="1") | settings
        host = await opened.enter_async_context(running_host(REPOSITORY, folder / "host", env))
        yield Parts(chosen, github, host, await opened.enter_async_context(fanwise(host.url)))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def endpoint() -> AsyncGenerator[LocalGitHub]:
    async with running_github() as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared_host(endpoint, tmp_path_factory) -> AsyncGenerator[Parts]:
    async with running_parts(tmp_path_factory.mktemp("repo-context"), endpoint) as parts:
        yield parts


@pytest.fixture
async def hub(endpoint) -> AsyncGenerator[LocalGitHub]:
    async with fresh_github(endpoint) as fresh:
        yield fresh


@pytest.fixture
async def cosmos(shared_host) -> AsyncGenerator[RunningCosmos]:
    """The database that tests share, with nothing in its cache."""
    async with open_cache(shared_host.cosmos):
        yield shared_host.cosmos


@pytest.fixture
async def parts(shared_host, hub, cosmos) -> AsyncGenerator[Parts]:
    """The host that tests share, with a client of this test's own and nothing in its cache."""
    async with fanwise(shared_host.host.url) as app:
        yield Parts(cosmos, hub, shared_host.host, app)


async def test_an_account_is_gathered_kept_and_read(parts):
    status, links, headers = await parts.app.call("POST", START, json={"username": "Pallets"})
    assert status == 202
    assert headers["Location"] == links["statusQueryGetUri"]
    assert "terminatePostUri" in links
    ended = await parts.app.ended(links)
    assert ended["customStatus"] == {"stage": "completed", "done": 12, "total": 12}
    assert len(ended["output"]) == 12
    assert all(set(bundle) >= FIELDS for bundle in ended["output"])

    status, document, headers = await parts.app.call("GET", "/api/github/repos/PALLETS/with-context")
    assert status == 200
    assert headers["X-Cache"] == "hit"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert (document["username"], document["count"], document["truncated"]) == (SMALL, 12, False)
    assert all(set(repo) >= FIELDS for repo in document["repos"])
    flask = next(repo for repo in document["repos"] if repo["metadata"]["name"] == "flask")
    assert flask["metadata"]["full_name"] == "pallets/flask"
    assert flask["languages"]["Python"] > 0
    assert flask["file_types"][".py"] > 0


async def test_what_a_reader_has_already_is_not_sent_again(parts):
    await parts.gathered()
    for path in (f"/api/github/repos/{SMALL}/with-context", f"/api/github/repos/{SMALL}/flask"):
        _, _, headers = await parts.app.call("GET", path)
        known = {"If-None-Match": headers["ETag"]}
        status, document, again = await parts.app.call("GET", path, headers=known)
        assert (status, document) == (304, None)
        assert again["ETag"] == headers["ETag"]


async def test_one_repository_is_read_by_its_name_in_any_case(parts):
    await parts.gathered()
    status, repo, headers = await parts.app.call("GET", f"/api/github/repos/{SMALL}/FLASK")
    assert (status, repo["metadata"]["name"], headers["X-Cache"]) == (200, "flask", "hit")
    status, answer, _ = await parts.app.call("GET", f"/api/github/repos/{SMALL}/nothing-here")
    assert status == 404
    assert "nothing-here" in answer["error"]


async def test_while_it_is_fresh_nothing_is_gathered_again_unless_forced(parts):
    await parts.gathered()
    await parts.github.reset_stats()
    status, document, headers = await parts.app.call("POST", START, json={"username": SMALL})
    assert (status, headers["X-Cache"], document["count"]) == (200, "hit", 12)
    assert (await parts.github.stats())["requests"] == 0
    await parts.gathered()
    assert (await parts.github.stats())["requests"] == 1


async def test_twenty_triggers_at_once_start_one_run(parts):
    await parts.github.set_faults(latency_ms=30)
    answers = await asyncio.gather(
        *(parts.app.call("POST", START, json={"username": SMALL, "force": True}) for _ in range(20))
    )
    assert {status for status, _, _ in answers} == {202}
    assert len({links["id"] for _, links, _ in answers}) == 1
    await parts.app.ended(answers[0][1])
    assert (await parts.github.stats())["by_route"]["repositories"] == 1


async def test_the_first_reader_of_a_cold_cache_starts_the_run(parts):
    # Another test's run under the same name may have just ended.
    status, answer, headers = await parts.app.call("GET", f"/api/github/repos/{SMALL}/with-context")
    assert status == 202
    assert headers["X-Cache"] == "miss"
    assert answer["id"] == f"repo-context-{SMALL}"
    assert answer["runtimeStatus"] in {"Pending", "Running"}
    await parts.app.ended(answer)
    assert len(await parts.read()) == 12


async def test_changes_are_there_after_a_refresh_that_costs_little(parts):
    await parts.gathered()
    await parts.github.push(f"{SMALL}/flask", languages={"Rust": 7})
    await parts.github.change(f"{SMALL}/click", deleted=True)
    await parts.github.reset_stats()
    await parts.gathered()
    repos = {repo["metadata"]["name"]: repo for repo in await parts.read()}
    assert repos["flask"]["languages"] == {"Rust": 7}
    assert "click" not in repos
    assert (await parts.github.stats())["requests"] == 4


async def test_private_repositories_are_neither_listed_nor_read(parts):
    await parts.github.create(f"{SMALL}/secret-plans", private=True, languages={"Go": 1})
    ended = await parts.gathered()
    assert "secret-plans" not in json.dumps(ended["output"])
    assert "secret-plans" not in json.dumps(await parts.read())
    status, _, _ = await parts.app.call("GET", f"/api/github/repos/{SMALL}/secret-plans")
    assert status == 404
    assert not [path for path in (await parts.github.stats())["by_path"] if "secret-plans" in path]


async def test_an_account_that_github_does_not_have_is_not_found(parts):
    ended = await parts.gathered("nobody-of-this-name")
    assert (ended["output"], ended["customStatus"]["stage"]) == ([], "missing")
    for path in ("with-context", "flask"):
        status, answer, _ = await parts.app.call("GET", f"/api/github/repos/nobody-of-this-name/{path}")
        assert status == 404
        assert "nobody-of-this-name" in answer["error"]
    status, _, _ = await parts.app.call("POST", START, json={"username": "nobody-of-this-name"})
    assert status == 404


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "'username' must be a GitHub account"),
        ({"username": "a/b"}, "'a/b'"),
        ({"username": "-a"}, "'username'"),
        ({"username": ["a"]}, "got array"),
        ({"username": SMALL, "force": "yes"}, "'force' must be true or false, got string"),
        ({"username": SMALL, "forced": True}, "Unknown field"),
        ([], "must be a JSON object"),
    ],
)
async def test_bad_starts_get_an_answer_to_act_on(parts, body, said):
    status, answer, _ = await parts.app.call("POST", START, json=body)
    assert status == 400
    assert said in json.dumps(answer)
    assert (await parts.github.stats())["requests"] == 0


@pytest.mark.parametrize("path", ["a--b/with-context", "-a/flask", f"{SMALL}/a%20b", f"{SMALL}/%2e%2e%2fx", "a%2Fb/c"])
async def test_names_that_are_none_reach_nobody(parts, path):
    url = URL(f"{parts.app.url}/api/github/repos/{path}", encoded=True)
    status, _, _ = await parts.app.call("GET", url)
    assert status in {400, 404}
    assert (await parts.github.stats())["requests"] == 0


async def test_a_hostile_context_file_hurts_nobody_else(parts):
    await parts.github.write_context(f"{SMALL}/flask", b'{"a":' * 200_000 + b"1" + b"}" * 200_000)
    await parts.github.write_context(f"{SMALL}/click", b'{"a":"' + b"x" * (10 * 1024 * 1024) + b'"}')
    await parts.github.write_context(f"{SMALL}/jinja", b'{"__class__":"X","__module__":"os","__data__":"{}"}')
    await parts.github.write_context(f"{SMALL}/quart", b'{"html":"<script>alert(1)</script>"}')
    ended = await parts.gathered()
    assert ended["runtimeStatus"] == "Completed"
    assert ended["customStatus"]["failed"] == 2
    repos = {repo["metadata"]["name"]: repo for repo in await parts.read()}
    assert len(repos) == 12
    assert "repo-context.json" in repos["flask"]["errors"][0]
    assert "repo-context.json" in repos["click"]["errors"][0]
    assert repos["jinja"]["repoContext"] == {"__class__": "X", "__module__": "os", "__data__": "{}"}
    assert repos["quart"]["repoContext"] == {"html": "<script>alert(1)</script>"}


async def test_a_rate_limit_in_the_middle_of_a_run_is_waited_out_and_told(parts):
    await parts.github.set_faults(latency_ms=20, secondary={"after": 15, "retry_after_s": 3})
    status, links, _ = await parts.app.call("POST", START, json={"username": SMALL, "force": True})
    assert status == 202

    async def waits() -> bool:
        return (await parts.custom_status()).get("stage") == "waiting"

    await eventually(waits)
    waiting = await parts.custom_status()
    assert waiting["reason"] == "GitHub's rate limit"
    assert waiting["total"] == 12
    assert "until" in waiting
    before = (await parts.github.stats())["too_early"]
    ended = await parts.app.ended(links)
    assert ended["customStatus"] == {"stage": "completed", "done": 12, "total": 12}
    assert not any("errors" in bundle for bundle in ended["output"])
    # Nothing was sent before its time, but what was on its way when the limit was reached.
    assert (await parts.github.stats())["too_early"] == before


async def test_the_cache_is_told_and_tidied(parts):
    await parts.gathered()
    status, stats, _ = await parts.app.call("GET", "/api/github/cache/stats")
    assert status == 200
    assert stats["by_account"][SMALL]["items"]["repository"] == 12
    assert stats["items"]["index"] == 1

    status, cleaned, _ = await parts.app.call("POST", "/api/github/cache/cleanup", json={"username": SMALL})
    assert (status, cleaned["dry_run"], cleaned["removed"], cleaned["found"]) == (200, True, 0, 14)
    assert len(await parts.read()) == 12
    status, cleaned, _ = await parts.app.call("POST", "/api/github/cache/cleanup", json={"dry_run": False})
    assert (status, cleaned["removed"]) == (200, 0)
    body = {"username": SMALL, "dry_run": False}
    status, cleaned, _ = await parts.app.call("POST", "/api/github/cache/cleanup", json=body)
    assert (status, cleaned["removed"]) == (200, 14)
    status, _, headers = await parts.app.call("GET", f"/api/github/repos/{SMALL}/with-context")
    assert (status, headers["X-Cache"]) == (202, "miss")


@pytest.mark.parametrize("body", [{"dry_run": "no"}, {"dry_run": 1}, {"username": "../x"}, {"all": True}, []])
async def test_bad_cleanups_get_an_answer_to_act_on(parts, body):
    status, _, _ = await parts.app.call("POST", "/api/github/cache/cleanup", json=body)
    assert status == 400


async def test_only_accounts_of_the_setting_are_gathered_and_read(hub, cosmos, tmp_path):
    settings = {"REPO_CONTEXT_ALLOW_ANY": "0", "REPO_CONTEXT_USERS": SMALL} | NO_TIMER
    async with running_parts(tmp_path, hub, cosmos, **settings) as parts:
        status, answer, _ = await parts.app.call("POST", START, json={"username": "django"})
        assert status == 403
        assert "REPO_CONTEXT_USERS" in answer["error"]
        status, _, _ = await parts.app.call("GET", "/api/github/repos/django/with-context")
        assert status == 404
        assert (await hub.stats())["requests"] == 0
        assert len((await parts.gathered())["output"]) == 12


async def test_the_timer_gathers_and_a_new_worker_asks_github_nothing(hub, cosmos, tmp_path):
    settings = {"REPO_CONTEXT_USERS": f"{SMALL},not/a/name", "REPO_CONTEXT_SCHEDULE": "* * * * * *"}
    async with running_parts(tmp_path, hub, cosmos, **settings) as parts:

        async def is_there() -> bool:
            status, _, _ = await parts.app.call("GET", f"/api/github/repos/{SMALL}/with-context")
            return status == 200

        await eventually(is_there, 40)
        assert (await hub.stats())["by_route"]["repositories"] == 1
        await hub.reset_stats()
        parts.host.stop()
        await parts.host.restart()
        await parts.host.log_lines("repo context refreshed", "fresh")
        assert (await hub.stats())["requests"] == 0


async def test_a_health_probe_warms_up_a_cold_cache_and_tells_how_github_does(hub, cosmos, tmp_path):
    async with running_parts(tmp_path, hub, cosmos, REPO_CONTEXT_USERS=SMALL, **NO_TIMER) as parts:
        # The probe gives what it starts two seconds, which a worker's first call may need for itself on a busy machine.
        assert (await parts.app.call("GET", "/api/github/cache/stats", headers=ME))[0] == 200
        _, health, _ = await parts.app.call("GET", "/api/health", headers=ME)
        assert health["warming_up"] == [SMALL]
        assert health["dependencies"]["github"]["status"] == "ok"
        assert health["dependencies"]["github"]["latency_ms"] >= 0

        async def is_there() -> bool:
            return (await parts.custom_status()).get("stage") == "completed"

        await eventually(is_there, 40)
        assert len(await parts.read()) == 12


async def test_a_github_that_is_away_is_told_and_what_is_kept_is_still_read(hub, cosmos, tmp_path):
    async with running_parts(tmp_path, hub, cosmos, **NO_TIMER) as parts:
        await parts.gathered()
        await hub.set_faults(fail_next=1000, fail_status=503)
        failed = await parts.gathered()
        assert failed["runtimeStatus"] == "Failed"
        assert failed["customStatus"]["stage"] == "failed"
        assert len(await parts.read()) == 12


async def test_without_its_cache_an_account_is_gathered_and_read_all_the_same(hub, tmp_path):
    async with running_parts(tmp_path, hub, **NO_TIMER) as parts:
        await parts.gathered()
        parts.cosmos.kill()
        await hub.reset_stats()
        ended = await parts.gathered()
        assert ended["runtimeStatus"] == "Completed"
        assert len(ended["output"]) == 12
        repos = await parts.read()
        assert [repo["metadata"]["name"] for repo in repos] == [b["metadata"]["name"] for b in ended["output"]]
        assert all(repo["repoContext"] is None or isinstance(repo["repoContext"], dict) for repo in repos)
        # Once a process, however many calls found it away.
        assert len(await parts.host.log_lines("cache cannot be reached")) == 1


async def test_a_token_stands_in_no_log_answer_or_store(hub, tmp_path):
    async with running_github(token=PLANTED) as own, running_parts(tmp_path, own, GITHUB_TOKEN=PLANTED) as parts:
        await own.change(f"{SMALL}/flask", context={"token": PLANTED}, description=f"use {PLANTED}")
        await own.write_context(f"{SMALL}/click", b'{"' + PLANTED.encode() + b'": ' * 2)
        texts = [json.dumps(await parts.gathered())]
        for method, path, body in (
            ("GET", f"/api/github/repos/{SMALL}/with-context", None),
            ("GET", f"/api/github/repos/{SMALL}/flask", None),
            ("GET", f"/api/github/repos/{PLANTED}/flask", None),
            ("GET", "/api/github/cache/stats", None),
            ("GET", "/api/health", None),
            ("POST", "/api/github/cache/cleanup", {}),
        ):
            _, document, headers = await parts.app.call(method, path, json=body, headers=ME)
            if PLANTED not in path:
                texts.append(json.dumps(document) + str(headers))
        async with running_github(token="another-token") as locked:
            settings = {"GITHUB_TOKEN": PLANTED, "GITHUB_API_URL": locked.url}
            async with running_parts(tmp_path / "refused", locked, **settings) as refused:
                texts.append(json.dumps(await refused.gathered()))
                texts.append(refused.host.log)
        parts.host.stop()
        texts.append(parts.host.log)
        stored = [file for file in tmp_path.rglob("*") if file.is_file()]
        assert stored
        assert [text[:200] for text in texts if PLANTED in text] == []
        assert [file.name for file in stored if PLANTED.encode() in file.read_bytes()] == []


async def test_a_github_that_nobody_serves_is_an_outage_with_a_reason(hub, cosmos, tmp_path):
    async with running_parts(tmp_path, hub, cosmos, GITHUB_API_URL=NOBODY_SERVES_HERE, **NO_TIMER) as parts:
        ended = await parts.gathered()
        assert ended["runtimeStatus"] == "Failed"
        assert "cannot be reached" in json.dumps(ended)
        # Whoever reads at once is told to come back, rather than starting the same failure over and over.
        status, _, headers = await parts.app.call("GET", f"/api/github/repos/{SMALL}/with-context")
        assert status == 503
        assert int(headers["Retry-After"]) >= 1
