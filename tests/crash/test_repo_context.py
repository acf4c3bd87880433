"""The host is killed while an account is gathered; the run completes, and what was stored is not fetched twice."""

import asyncio
import random
from collections.abc import AsyncGenerator

import pytest

from tests.support.cosmos import provisioned_cosmos
from tests.support.fanwise import Fanwise, fanwise
from tests.support.github import running_github
from tests.support.host import REPOSITORY, RunningHost, eventually, running_host
from tests.support.repo_context import environment, open_cache

ACCOUNT = "many"
REPOSITORIES = 60
KILLS = 3


@pytest.fixture
async def hub() -> AsyncGenerator:
    async with running_github() as running:
        for number in range(REPOSITORIES):
            await running.create(
                f"{ACCOUNT}/repo-{number:02}",
                languages={"Go": 1000 + number},
                tree={"main.go": 10},
                context={"n": number},
            )
        # Slow enough to be killed in the middle of it.
        await running.set_faults(latency_ms=150, max_concurrent=1000)
        yield running


async def start(app: Fanwise) -> dict:
    body = {"username": ACCOUNT, "force": True}
    status, links, _ = await app.call("POST", "/api/orchestrators/repo-context", json=body)
    assert status == 202
    return links


async def ended(host: RunningHost) -> dict:
    async with fanwise(host.url) as app:
        return await app.ended({"statusQueryGetUri": f"{host.management}/instances/repo-context-{ACCOUNT}"})


@pytest.mark.parametrize("seed", [1])
async def test_killed_in_the_middle_the_run_completes_and_fetches_nothing_twice_that_was_stored(tmp_path, hub, seed):
    chance = random.Random(seed)
    async with provisioned_cosmos(tmp_path / "cosmos") as cosmos, open_cache(cosmos) as (cache, _):
        env = environment(cosmos, hub.url, REPO_CONTEXT_ALLOW_ANY="1")
        async with running_host(REPOSITORY, tmp_path / "host", env) as host:
            async with fanwise(host.url) as app:
                await start(app)
            stored: set[str] = set()
            for _ in range(KILLS):
                goal = min(REPOSITORIES, len(stored) + chance.randrange(1, 20))

                async def has_stored(goal: int = goal) -> bool:
                    return len(await repositories_of(cache)) >= goal

                await eventually(has_stored, 60)
                host.kill()
                # What was under way is answered, and counted, before the counters start anew.
                await eventually(nothing_under_way(hub))
                stored = await repositories_of(cache)
                await hub.reset_stats()
                await host.restart()
            status = await ended(host)
            assert status["runtimeStatus"] == "Completed"
            assert len(status["output"]) == REPOSITORIES
            assert not any("errors" in bundle for bundle in status["output"])
            paths = (await hub.stats())["by_path"]
            fetched = {path.split("/")[3] for path in paths if path.startswith(f"/repos/{ACCOUNT}/")}
            assert fetched & stored == set()
            account = await cache.get(ACCOUNT)
            assert account is not None
            assert len(account.repos) == REPOSITORIES


async def test_killed_while_it_waits_for_a_rate_limit_the_run_waits_on(tmp_path, hub):
    await hub.set_faults(latency_ms=30, secondary={"after": 40, "retry_after_s": 6})
    async with provisioned_cosmos(tmp_path / "cosmos") as cosmos:
        env = environment(cosmos, hub.url, REPO_CONTEXT_ALLOW_ANY="1")
        async with running_host(REPOSITORY, tmp_path / "host", env) as host:
            async with fanwise(host.url) as app:
                await start(app)

                async def waits() -> bool:
                    path = f"/runtime/webhooks/durabletask/instances/repo-context-{ACCOUNT}?code=local"
                    _, status, _ = await app.call("GET", path)
                    return ((status or {}).get("customStatus") or {}).get("stage") == "waiting"

                await eventually(waits, 30)
            host.kill()
            before = (await hub.stats())["too_early"]
            await host.restart()
            status = await ended(host)
            assert len(status["output"]) == REPOSITORIES
            assert not any("errors" in bundle for bundle in status["output"])
            assert (await hub.stats())["too_early"] == before


async def repositories_of(cache) -> set[str]:
    """Return the names of the bundles that are stored."""
    return {each.removeprefix("repository-") for each in await cache.ids(ACCOUNT) if each.startswith("repository-")}


def nothing_under_way(hub):
    counts: list[int] = []

    async def settled() -> bool:
        counts.append((await hub.stats())["requests"])
        await asyncio.sleep(0.2)  # longer than the latency: what was under way has been counted by the next look
        return len(counts) > 2 and counts[-1] == counts[-2] == counts[-3]

    return settled
