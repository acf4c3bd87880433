"""The activities of repo context against GitHub and Cosmos DB: what they ask, keep and hand back."""

import asyncio
import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from activities.repo_context.fetch_repo_context_bundle_activity import fetch_repo_context_bundle_activity
from activities.repo_context.get_repo_names_activity import get_repo_names_activity
from activities.repo_context.store_repo_index_activity import store_repo_index_activity
from shared.errors import Rejected, Unavailable
from shared.github_cache import GitHubCache
from shared.repo_context.contracts import Bundle, BundleTask, IndexTask, Limited, ListingTask
from shared.resources import Resources
from shared.snippets.plan import durable_bytes
from tests.support.github import SMALL
from tests.support.repo_context import open_pipeline
from tests.support.repositories import LISTED_AT

PRIVATE = "private-notes"


def at(minutes: int) -> str:
    return (datetime.fromisoformat(LISTED_AT) + timedelta(minutes=minutes)).isoformat()


async def listed(resources: Resources, listed_at: str = LISTED_AT, username: str = SMALL) -> list[str]:
    names = await get_repo_names_activity(ListingTask(username=username, listed_at=listed_at), resources)
    return list(names.names)


async def fetched(resources: Resources, name: str = "flask", listed_at: str = LISTED_AT, **fields: Any) -> Bundle:
    task = BundleTask.model_validate({"username": SMALL, "repo_name": name, "listed_at": listed_at} | fields)
    bundle = await fetch_repo_context_bundle_activity(task, resources)
    assert isinstance(bundle, Bundle)
    return bundle


async def whole_run(resources: Resources, listed_at: str = LISTED_AT) -> dict[str, Bundle]:
    """List, fetch and store the index, as a run does."""
    names = await listed(resources, listed_at)
    bundles = await asyncio.gather(*(fetched(resources, name, listed_at) for name in names))
    task = IndexTask(username=SMALL, login=SMALL, listed_at=listed_at, names=tuple(names))
    assert (await store_repo_index_activity(task, resources)).kept
    return dict(zip(names, bundles, strict=True))


async def asked(hub) -> int:
    return (await hub.stats())["requests"]


async def test_public_repositories_are_listed_and_private_ones_are_not(resources, hub):
    await hub.create(f"{SMALL}/{PRIVATE}", private=True)
    names = await get_repo_names_activity(ListingTask(username=SMALL, listed_at=LISTED_AT), resources)
    assert len(names.names) == 12
    assert "flask" in names.names
    assert PRIVATE not in names.names
    assert names.login == SMALL


async def test_120_repositories_are_two_pages(resources, hub):
    for number in range(120):
        await hub.create(f"many/repo-{number:03}", languages={"Go": 1})
    assert len(await listed(resources, username="many")) == 120
    assert await asked(hub) == 2


async def test_a_bundle_takes_three_requests_and_none_for_its_metadata(resources, hub):
    await listed(resources)
    await hub.reset_stats()
    bundle = await fetched(resources)
    assert (await hub.stats())["by_route"] == {"languages": 1, "contents": 1, "tree": 1}
    assert bundle.metadata["full_name"] == f"{SMALL}/flask"
    assert bundle.metadata["topics"]
    assert bundle.languages["Python"] > 100_000
    assert bundle.file_types[".py"] > 10
    assert bundle.errors == ()


async def test_its_three_requests_are_under_way_at_once(resources, hub):
    await listed(resources)
    await hub.set_faults(latency_ms=100)
    await hub.reset_stats()
    await fetched(resources)
    assert (await hub.stats())["max_in_flight"] == 3


async def test_a_refresh_with_nothing_changed_asks_for_the_listing_only(resources, hub):
    before = await whole_run(resources)
    await hub.reset_stats()
    assert await whole_run(resources, at(60)) == before
    stats = await hub.stats()
    assert (stats["requests"], stats["charged"]) == (1, 0)


async def test_only_what_was_pushed_to_is_fetched_again(resources, hub):
    await whole_run(resources)
    await hub.push(f"{SMALL}/flask", languages={"Rust": 7})
    await hub.reset_stats()
    again = await whole_run(resources, at(60))
    assert again["flask"].languages == {"Rust": 7}
    stats = await hub.stats()
    assert stats["requests"] == 4
    # Of these the context file has not changed, and says so for free.
    assert stats["charged"] < 4


async def test_another_process_finds_listing_and_bundles_in_the_cache(resources, hub, cosmos):
    await whole_run(resources)
    await hub.reset_stats()
    other = GitHubCache(resources.github_cache._container, 3600)
    bundle = await fetched(replace(resources, github_cache=other), listed_at=at(60))
    assert bundle.languages["Python"] > 0
    assert await asked(hub) == 0


async def test_run_twice_an_activity_asks_once(resources, hub):
    await listed(resources)
    first = await fetched(resources)
    await hub.push(f"{SMALL}/flask", languages={"Rust": 7})
    await hub.reset_stats()
    assert await fetched(resources) == first
    assert await asked(hub) == 0


async def test_a_repository_deleted_meanwhile_keeps_its_last_good_bundle(resources, hub):
    before = await whole_run(resources)
    await hub.push(f"{SMALL}/flask")
    await listed(resources, at(60))
    await hub.change(f"{SMALL}/flask", deleted=True)
    bundle = await fetched(resources, listed_at=at(60))
    assert bundle.stale
    assert bundle.languages == before["flask"].languages
    assert bundle.repo_context == before["flask"].repo_context
    assert any("404" in error for error in bundle.errors)


async def test_one_that_is_gone_from_the_listing_leaves_the_cache(resources, hub):
    await whole_run(resources)
    await hub.change(f"{SMALL}/flask", deleted=True)
    await whole_run(resources, at(60))
    account = await resources.github_cache.get(SMALL)
    assert account is not None
    assert len(account.repos) == 11
    assert "repository-flask" not in await resources.github_cache.ids(SMALL)


async def test_one_that_became_private_leaves_the_cache_too(resources, hub):
    await whole_run(resources)
    await hub.change(f"{SMALL}/flask", private=True)
    await whole_run(resources, at(60))
    account = await resources.github_cache.get(SMALL)
    assert account is not None
    assert account.repository("flask") is None
    assert await resources.github_cache.known(SMALL, "flask") is None


async def test_a_private_repository_is_not_fetched_by_its_name_either(resources, hub):
    await hub.create(f"{SMALL}/{PRIVATE}", private=True, languages={"Go": 1})
    await listed(resources)
    bundle = await fetched(resources, PRIVATE)
    assert bundle.errors
    assert bundle.languages == {}
    assert not {"languages", "tree"} & set((await hub.stats())["by_route"])


async def test_an_empty_repository_says_so_and_is_not_asked_again(resources, hub):
    await hub.change(f"{SMALL}/flask", empty=True)
    bundle = (await whole_run(resources))["flask"]
    assert (bundle.languages, bundle.file_types, bundle.repo_context) == ({}, {}, None)
    assert bundle.errors == ("file tree: the repository is empty",)
    await hub.reset_stats()
    assert (await whole_run(resources, at(60)))["flask"].errors == bundle.errors
    assert await asked(hub) == 1


async def test_a_blocked_repository_keeps_what_was_known_and_is_asked_again_next_time(resources, hub):
    before = await whole_run(resources)
    await hub.push(f"{SMALL}/flask", blocked=True)
    blocked = (await whole_run(resources, at(60)))["flask"]
    assert blocked.stale
    assert blocked.languages == before["flask"].languages
    assert any("451" in error for error in blocked.errors)
    await hub.change(f"{SMALL}/flask", blocked=False)
    assert not (await whole_run(resources, at(120)))["flask"].errors


async def test_a_tree_that_github_cut_off_says_so(resources, hub):
    await hub.change(f"{SMALL}/flask", truncated=True)
    bundle = (await whole_run(resources))["flask"]
    assert any("cut it off" in error for error in bundle.errors)
    assert bundle.file_types


HOSTILE = {
    "10 MB": b'{"a":"' + b"x" * (10 * 1024 * 1024) + b'"}',
    "deep": b'{"a":' * 200_000 + b"1" + b"}" * 200_000,
    "list": b"[1, 2]",
    "number": b"12",
    "no JSON": b"<html>",
    "bytes": b"\xff\xfe\x00",
    "empty": b"",
}


@pytest.mark.parametrize("kind", HOSTILE)
async def test_a_hostile_context_file_is_reported_and_the_last_good_one_stays(resources, hub, kind):
    await hub.change(f"{SMALL}/flask", context={"summary": "good"})
    await whole_run(resources)
    await hub.write_context(f"{SMALL}/flask", HOSTILE[kind])
    bundle = (await whole_run(resources, at(60)))["flask"]
    assert json.loads(bundle.repo_context or "") == {"summary": "good"}
    assert bundle.stale
    assert any("repo-context.json" in error for error in bundle.errors)
    assert bundle.languages


async def test_script_tags_and_names_of_classes_travel_as_text(resources, hub):
    hostile = {"__class__": "X", "__module__": "os", "__data__": "{}", "html": "<script>alert(1)</script>"}
    await hub.change(f"{SMALL}/flask", context=hostile)
    bundle = (await whole_run(resources))["flask"]
    assert isinstance(bundle.to_json()["repoContext"], str)
    account = await resources.github_cache.get(SMALL)
    assert account is not None
    flask = account.repository("flask")
    assert flask is not None
    assert flask["repoContext"] == hostile


async def test_a_secret_in_a_file_or_description_goes_no_further(resources, hub):
    secret = "ghp_" + "s" * 36
    await hub.change(f"{SMALL}/flask", context={"token": secret}, description=f"use {secret}")
    await whole_run(resources)
    account = await resources.github_cache.get(SMALL)
    assert account is not None
    assert secret not in json.dumps(account.repos)


async def test_a_context_of_a_megabyte_travels_trimmed_and_is_kept_whole(resources, hub):
    content = json.dumps({"text": "x" * 900_000}).encode()
    await hub.write_context(f"{SMALL}/flask", content)
    bundle = (await whole_run(resources))["flask"]
    assert durable_bytes(bundle.to_json()) <= 4096
    assert bundle.truncated
    kept = await resources.github_cache.known(SMALL, "flask")
    assert kept is not None
    assert json.loads(kept.bundle.repo_context or "") == json.loads(content)
    assert not kept.bundle.truncated


async def test_a_failing_github_is_left_to_the_next_attempt_and_the_last_makes_do(resources, hub):
    await whole_run(resources)
    await hub.push(f"{SMALL}/flask")
    await listed(resources, at(60))
    await hub.set_faults(fail_next=100, matching="languages")
    for attempt in (1, 2):
        with pytest.raises(Unavailable, match="502"):
            await fetched(resources, listed_at=at(60), attempt=attempt)
    bundle = await fetched(resources, listed_at=at(60), attempt=3)
    assert bundle.stale
    assert bundle.languages["Python"] > 0
    await hub.set_faults()
    assert not (await whole_run(resources, at(120)))["flask"].errors


@pytest.mark.parametrize("fault", [{"quota": {"remaining": 0, "reset_s": 50}}, {"secondary": {"retry_after_s": 50}}])
async def test_a_rate_limit_is_handed_back_with_its_time(resources, hub, fault):
    await listed(resources)
    await hub.set_faults(**fault)
    task = BundleTask(username=SMALL, repo_name="flask", listed_at=LISTED_AT)
    limited = await fetch_repo_context_bundle_activity(task, resources)
    assert isinstance(limited, Limited)
    assert 40 < limited.limited_for_s <= 52
    names = await get_repo_names_activity(ListingTask(username=SMALL, listed_at=LISTED_AT), resources)
    assert names.limited_for_s is not None
    assert names.names == ()


async def test_a_conditional_request_with_another_token_is_none(resources, hub, cosmos):
    await whole_run(resources)
    await hub.push(f"{SMALL}/flask")
    kept = await resources.github_cache.known(SMALL, "flask")
    assert kept is not None
    assert kept.etag("tree", resources.github.credential)
    assert kept.etag("tree", "another") is None


async def test_an_account_that_github_does_not_have_is_remembered_for_a_while(resources, hub):
    names = await get_repo_names_activity(ListingTask(username="nobody-at-all", listed_at=LISTED_AT), resources)
    assert names.missing
    index = await resources.github_cache.status("nobody-at-all")
    assert index is not None
    assert index.missing


async def test_bad_credentials_are_refused_for_good(cosmos, hub):
    secret = "ghp_" + "w" * 36
    async with open_pipeline(cosmos, hub.url, GITHUB_TOKEN=secret) as resources:
        with pytest.raises(Rejected, match="401") as refused:
            await listed(resources)
    assert secret not in str(refused.value)


async def test_only_the_accounts_of_the_setting_are_gathered(cosmos, hub):
    async with open_pipeline(
        cosmos, hub.url, REPO_CONTEXT_ALLOW_ANY="0", REPO_CONTEXT_USERS=f"other, {SMALL.title()}"
    ) as resources:
        assert len(await listed(resources)) == 12
        with pytest.raises(Rejected, match="not gathered here"):
            await listed(resources, username="django")
        with pytest.raises(Rejected, match="not gathered here"):
            await fetched(resources, username="django")
    assert set((await hub.stats())["by_path"]) == {f"/users/{SMALL}/repos"}


@pytest.mark.parametrize("name", ["../flask", "flask/../../x", "", "a b"])
async def test_names_that_are_none_reach_nobody(resources, hub, name):
    with pytest.raises(Rejected):
        await fetched(resources, name)
    assert await asked(hub) == 0


async def test_without_a_listing_the_activity_asks_for_the_metadata_itself(resources, hub):
    bundle = await fetched(resources, listed_at="")
    assert bundle.metadata["full_name"] == f"{SMALL}/flask"
    assert await asked(hub) == 4


async def test_an_index_without_some_bundles_says_how_many_are_missing(resources):
    await listed(resources)
    await fetched(resources)
    task = IndexTask(username=SMALL, login=SMALL, listed_at=LISTED_AT, names=("flask", "click"))
    await store_repo_index_activity(task, resources)
    index = await resources.github_cache.status(SMALL)
    assert index is not None
    assert index.incomplete == 1
