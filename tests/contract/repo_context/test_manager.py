"""Who gets what: from the cache, from the run that is under way, or from one that is started for them."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from shared.errors import InvalidRequest, NotFound, Unavailable
from shared.github_repo_manager import Found, NotGathered, find_account, gather, refresh_all, warm_up
from shared.repo_context.housekeeping import clean_up
from shared.repo_context.kept import Index
from shared.repo_context.runs import Runs, RunStatus, instance_of
from tests.support.repo_context import open_pipeline
from tests.support.repositories import bundle_of, kept_of

USER = "pallets"


class FakeRuns:
    """Stands in for ``Runs``: what is started stays pending. ``latest_runs``: what the task hub knows."""

    def __init__(self) -> None:
        self.latest_runs: dict[str, RunStatus] = {}
        self.started: list[tuple[str, bool]] = []
        self.fails: Unavailable | None = None

    async def latest(self, username: str) -> RunStatus | None:
        if self.fails:
            raise self.fails
        return self.latest_runs.get(username)

    async def start(self, username: str, *, force: bool = False) -> RunStatus:
        if self.fails:
            raise self.fails
        self.started.append((username, force))
        return RunStatus(instance_of(username), "Pending")

    def ended(self, status: str, minutes_ago: float, output: Any = None) -> None:
        """Let the latest run have ended so long ago."""
        at = datetime.now(UTC) - timedelta(minutes=minutes_ago)
        self.latest_runs[USER] = RunStatus(instance_of(USER), status, output=output, updated_at=at)


@pytest.fixture
def fake() -> FakeRuns:
    return FakeRuns()


@pytest.fixture
def runs(fake) -> Runs:
    return cast("Runs", fake)


async def keep(resources, minutes_ago: float, **fields: Any) -> None:
    refreshed_at = (datetime.now(UTC) - timedelta(minutes=minutes_ago)).isoformat()
    await resources.github_cache.set(USER, kept_of("flask"))
    index = Index.model_validate({"login": "Pallets", "names": ["flask"], "refreshed_at": refreshed_at} | fields)
    await resources.github_cache.set_index(USER, index)


class Away:
    """A cache that does not answer."""

    async def read(self, username: str) -> None:
        raise Unavailable("away")

    async def get(self, username: str) -> None:
        return None

    status = read


@pytest.fixture
def cut_off(resources):
    return replace(resources, github_cache=cast("Any", Away()))


async def test_a_fresh_account_is_found_and_nothing_is_started(resources, runs, fake):
    await keep(resources, minutes_ago=59)
    found = await find_account("Pallets", runs, resources)
    assert isinstance(found, Found)
    assert found.fresh
    assert [repo["metadata"]["name"] for repo in found.account.repos] == ["flask"]
    assert fake.started == []


async def test_a_stale_account_is_found_while_a_run_refreshes_it(resources, runs, fake):
    await keep(resources, minutes_ago=61)
    found = await find_account(USER, runs, resources)
    assert isinstance(found, Found)
    assert not found.fresh
    assert fake.started == [(USER, False)]


async def test_a_stale_account_is_found_though_nothing_can_be_started(resources, runs, fake):
    await keep(resources, minutes_ago=61)
    fake.fails = Unavailable("no task hub")
    assert isinstance(await find_account(USER, runs, resources), Found)


async def test_a_cold_account_is_gathered(resources, runs, fake):
    found = await find_account(USER, runs, resources)
    assert isinstance(found, RunStatus)
    assert found.to_json() == {"id": "repo-context-pallets", "runtimeStatus": "Pending", "customStatus": None}
    assert fake.started == [(USER, False)]


async def test_after_a_failure_readers_do_not_start_the_same_failure_again_at_once(resources, runs, fake):
    fake.ended("Failed", minutes_ago=0.2)
    with pytest.raises(Unavailable) as outage:
        await find_account(USER, runs, resources)
    assert 40 < (outage.value.retry_after_s or 0) <= 60
    assert fake.started == []
    fake.ended("Failed", minutes_ago=2)
    assert isinstance(await find_account(USER, runs, resources), RunStatus)


async def test_a_result_that_the_cache_did_not_take_whole_is_gathered_again(resources, runs, fake):
    await keep(resources, minutes_ago=1, incomplete=1)
    found = await find_account(USER, runs, resources)
    assert isinstance(found, Found)
    assert not found.fresh
    assert fake.started == [(USER, False)]


async def test_an_account_that_github_does_not_have_is_not_found_until_it_is_time_to_ask_again(resources, runs, fake):
    await keep(resources, minutes_ago=1, missing=True, names=[])
    with pytest.raises(NotFound):
        await find_account(USER, runs, resources)
    with pytest.raises(NotFound):
        await gather(USER, runs, resources, force=False)
    assert fake.started == []
    await keep(resources, minutes_ago=61, missing=True, names=[])
    assert isinstance(await find_account(USER, runs, resources), RunStatus)


@pytest.mark.parametrize("name", ["a/b", "", "-x", "../etc"])
async def test_names_that_are_none_are_refused(resources, runs, fake, name):
    for ask in (find_account(name, runs, resources), gather(name, runs, resources, force=True)):
        with pytest.raises(InvalidRequest):
            await ask
    assert fake.started == []


async def test_other_accounts_than_those_of_the_setting_are_refused(cosmos, hub, runs):
    async with open_pipeline(cosmos, hub.url, REPO_CONTEXT_ALLOW_ANY="0", REPO_CONTEXT_USERS="other") as resources:
        with pytest.raises(NotFound):
            await find_account(USER, runs, resources)
        with pytest.raises(NotGathered):
            await gather(USER, runs, resources, force=False)


async def test_gathering_is_left_out_while_fresh_unless_forced(resources, runs, fake):
    await keep(resources, minutes_ago=10)
    assert isinstance(await gather(USER, runs, resources, force=False), Found)
    assert fake.started == []
    assert isinstance(await gather(USER, runs, resources, force=True), RunStatus)
    assert fake.started == [(USER, True)]


async def test_without_a_cache_the_latest_run_answers_and_is_not_repeated(cut_off, runs, fake):
    fake.ended("Completed", minutes_ago=5, output=[bundle_of("flask").to_json()])
    found = await find_account(USER, runs, cut_off)
    assert isinstance(found, Found)
    assert found.account.repos[0]["repoContext"] == {"summary": "web"}
    assert fake.started == []


@pytest.mark.parametrize("output", [None, "text", {"a": 1}, [{"metadata": 5}]])
async def test_a_run_of_another_kind_is_no_answer(cut_off, runs, fake, output):
    fake.ended("Completed", minutes_ago=5, output=output)
    assert isinstance(await find_account(USER, runs, cut_off), RunStatus)


async def test_without_a_cache_an_old_run_is_repeated(cut_off, runs, fake):
    fake.ended("Completed", minutes_ago=61, output=[])
    assert isinstance(await find_account(USER, runs, cut_off), RunStatus)


@pytest.mark.parametrize(("minutes_ago", "outcome"), [(53, "fresh"), (55, "Pending"), (200, "Pending")])
async def test_the_timer_refreshes_what_will_not_be_fresh_at_its_next_turn(
    cosmos, hub, runs, fake, minutes_ago, outcome
):
    async with open_pipeline(cosmos, hub.url, REPO_CONTEXT_USERS=f"{USER},no/name") as resources:
        await keep(resources, minutes_ago)
        assert await refresh_all(runs, resources) == {USER: outcome, "no/name": "failed"}


async def test_the_timer_goes_on_with_the_next_account_after_a_failure(cosmos, hub, runs, fake):
    fake.fails = Unavailable("no task hub")
    async with open_pipeline(cosmos, hub.url, REPO_CONTEXT_USERS="a,b") as resources:
        assert await refresh_all(runs, resources) == {"a": "failed", "b": "failed"}


async def test_without_a_cache_the_timer_goes_by_the_latest_run(cut_off, runs, fake):
    settings = replace(cut_off.settings, repo_context=replace(cut_off.settings.repo_context, users=(USER,)))
    fake.ended("Completed", minutes_ago=5, output=[])
    assert await refresh_all(runs, replace(cut_off, settings=settings)) == {USER: "fresh"}


async def test_a_warm_up_starts_what_is_cold_and_nothing_else(cosmos, hub, runs, fake):
    async with open_pipeline(cosmos, hub.url, REPO_CONTEXT_USERS=f"{USER},django") as resources:
        await keep(resources, minutes_ago=500)
        assert await warm_up(runs, resources) == ["django"]
        assert fake.started == [("django", False)]


async def test_a_warm_up_does_not_start_a_failure_over_and_over(cosmos, hub, runs, fake):
    fake.ended("Failed", minutes_ago=0.1)
    async with open_pipeline(cosmos, hub.url, REPO_CONTEXT_USERS=USER) as resources:
        assert await warm_up(runs, resources) == []


async def test_a_clean_up_finds_what_nobody_reads(cosmos, hub):
    async with open_pipeline(cosmos, hub.url, REPO_CONTEXT_ALLOW_ANY="0", REPO_CONTEXT_USERS=USER) as resources:
        cache = resources.github_cache
        await cache.set(USER, kept_of("gone"))
        await keep(resources, minutes_ago=-1)
        await cache.set("somebody", kept_of("x"))
        settings = resources.settings.repo_context
        looked = await clean_up(cache, settings, None, dry_run=True)
        assert looked.found == {USER: ["repository-gone"], "somebody": ["repository-x"]}
        assert looked.removed == 0
        assert json.dumps(looked.to_json())
        done = await clean_up(cache, settings, None, dry_run=False)
        assert done.removed == 2
        assert (await clean_up(cache, settings, None, dry_run=True)).found == {}
        assert sorted(await cache.ids(USER)) == ["index", "repository-flask"]


async def test_what_a_run_under_way_has_stored_is_not_cleaned_up(resources):
    await resources.github_cache.set(USER, kept_of("flask"))
    looked = await clean_up(resources.github_cache, resources.settings.repo_context, None, dry_run=True)
    assert looked.found == {}


async def test_statistics_count_items_by_kind_and_account(resources):
    await keep(resources, minutes_ago=1)
    await resources.github_cache.set_vectors(USER, {"flask": {"model": "m"}})
    stats = await resources.github_cache.stats()
    assert stats["items"] == {"repository": 1, "index": 1, "vector": 1}
    assert stats["by_account"][USER]["items"] == stats["items"]


async def test_code_without_a_durable_client_uses_the_one_that_a_binding_brought():
    first, second = Runs(cast("Any", "first")), Runs(cast("Any", "second"))
    assert Runs.of_process() is second
    assert first is not second
