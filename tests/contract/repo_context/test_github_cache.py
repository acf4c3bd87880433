"""The cache on Cosmos DB: whole results, few requests, and nothing that depends on it."""

import asyncio
import json

import pytest

from shared.clients.cosmos import open_database
from shared.errors import Unavailable
from shared.github_cache import GitHubCache
from shared.repo_context.kept import Index, ListingPage
from shared.settings import Service
from tests.support.cosmos import provisioned_cosmos, start_cosmos
from tests.support.repo_context import open_cache
from tests.support.repositories import LISTED_AT, bundle_of, kept_of, metadata_of

INDEX = Index(login="Pallets", names=("flask", "click"), refreshed_at=LISTED_AT)


@pytest.fixture
async def opened(cosmos):
    async with open_cache(cosmos) as both:
        yield both


@pytest.fixture
async def cache(opened) -> GitHubCache:
    return opened[0]


async def fill(cache, index=INDEX):
    taken = await asyncio.gather(*(cache.set("pallets", kept_of(name)) for name in index.names))
    assert all(taken)
    assert await cache.set_index("pallets", index)


async def test_what_was_set_is_got_in_the_order_of_the_index(cache):
    await fill(cache)
    account = await cache.get("pallets")
    assert account is not None
    assert [repo["metadata"]["name"] for repo in account.repos] == ["flask", "click"]
    assert account.repos[0] == {
        "metadata": metadata_of("flask"),
        "repoContext": {"summary": "web"},
        "file_types": {".py": 80, ".rst": 20},
        "languages": {"Python": 900_000, "HTML": 4_000},
    }
    assert account.repository("FLASK") == account.repos[0]
    assert account.repository("gone") is None


async def test_an_account_without_an_index_is_not_there_yet(cache):
    await cache.set("pallets", kept_of("flask"))
    assert await cache.get("pallets") is None
    assert await cache.status("pallets") is None
    assert await cache.known("pallets", "Flask") == kept_of("flask")


async def test_accounts_do_not_see_each_other(cache):
    await fill(cache)
    assert await cache.get("django") is None
    assert await cache.known("django", "flask") is None


async def test_what_the_index_does_not_name_is_not_told(cache):
    await fill(cache)
    await cache.set_index("pallets", INDEX.model_copy(update={"names": ("click", "unknown")}))
    account = await cache.get("pallets")
    assert account is not None
    assert [repo["metadata"]["name"] for repo in account.repos] == ["click"]


async def test_an_account_is_read_again_only_once_its_index_has_changed(cache):
    await fill(cache)
    first = await cache.get("pallets")
    await cache.set("pallets", kept_of("flask", bundle=bundle_of("flask", languages={"Go": 1})))
    assert await cache.get("pallets") is first
    await cache.set_index("pallets", INDEX)
    second = await cache.get("pallets")
    assert first is not None
    assert second is not None
    assert second.version != first.version
    assert second.repos[0]["languages"] == {"Go": 1}


async def test_another_process_sees_the_same_version(cosmos, cache, opened):
    await fill(cache)
    other = GitHubCache(opened[1], 3600)
    mine, theirs = await cache.get("pallets"), await other.get("pallets")
    assert mine is not None
    assert theirs is not None
    assert mine.version == theirs.version
    assert mine.repos == theirs.repos


async def test_120_bundles_side_by_side_are_all_kept(cache):
    names = [f"repo-{number}" for number in range(120)]
    assert all(await asyncio.gather(*(cache.set("big", kept_of(name)) for name in names)))
    known = await asyncio.gather(*(cache.known("big", name) for name in names))
    assert [kept.bundle.name for kept in known if kept] == names


async def test_bundles_near_the_limit_are_kept_though_no_batch_holds_two(cache):
    texts = {name: json.dumps({"text": name * 900_000}) for name in "ab"}
    kept = [kept_of(name, bundle=bundle_of(name, repo_context=text)) for name, text in texts.items()]
    assert all(await asyncio.gather(*(cache.set("big", each) for each in kept)))
    assert await cache.known("big", "a") == kept[0]


async def test_a_bundle_over_2_mb_is_trimmed_with_a_note(cache):
    huge = kept_of("flask", bundle=bundle_of("flask", repo_context=json.dumps({"a": "x" * 2_500_000})))
    assert await cache.set("pallets", huge)
    kept = await cache.known("pallets", "flask")
    assert kept is not None
    assert kept.bundle.repo_context is None
    assert kept.bundle.truncated
    assert "left out" in kept.bundle.errors[0]
    assert kept.bundle.languages == huge.bundle.languages


async def test_every_item_leaves_after_its_time(opened):
    cache, container = opened
    await fill(cache)
    await cache.set_listing("pallets", [ListingPage(page=1, pages=1, repositories=(metadata_of(),))])
    await cache.set_vectors("pallets", {"flask": {"model": "m"}})
    rows = [row async for row in container.query_items("SELECT c.id, c.ttl FROM c", partition_key="pallets")]
    assert {row["ttl"] for row in rows} == {3600}
    assert sorted(row["id"] for row in rows) == [
        "index",
        "listing-1",
        "repository-click",
        "repository-flask",
        "vector-flask",
    ]


async def test_pages_and_vectors_come_back_as_they_were(cache):
    page = ListingPage(page=2, pages=2, login="Pallets", etag='"e"', credential="c", repositories=(metadata_of(),))
    await cache.set_listing("pallets", [page])
    await cache.set_vectors("pallets", {"Flask": {"model": "m", "vector": "AAAA"}})
    assert await cache.listing("pallets") == {2: page}
    await cache.set_vectors("pallets", {"click": {"model": "m", "vector": "BBBB"}})
    assert await cache.vectors("pallets", ["FLASK", "gone"]) == {"flask": {"model": "m", "vector": "AAAA"}}
    assert set(await cache.vectors("pallets")) == {"flask", "click"}


async def test_invalidating_forgets_everything_of_one_account(cache):
    await fill(cache)
    await cache.set_index("django", INDEX)
    assert await cache.invalidate("pallets") == 3
    assert await cache.get("pallets") is None
    assert await cache.ids("pallets") == []
    assert await cache.status("django") == INDEX


async def test_hits_and_misses_are_counted(cache):
    await fill(cache)
    for username in ("pallets", "pallets", "nobody"):
        await cache.get(username)
    assert (await cache.stats())["reads"] == {"hits": 2, "misses": 1}


async def test_without_cosmos_nothing_is_found_or_kept_and_it_is_told_once(tmp_path, caplog):
    async with provisioned_cosmos(tmp_path / "cosmos") as cosmos, open_cache(cosmos) as (cache, _):
        await fill(cache)
        cosmos.kill()
        assert await cache.get("pallets") is None
        assert await cache.known("pallets", "flask") is None
        assert await cache.listing("pallets") == {}
        assert await cache.vectors("pallets") == {}
        assert await cache.set("pallets", kept_of("flask")) is False
        assert await cache.set_index("pallets", INDEX) is False
        with pytest.raises(Unavailable):
            await cache.read("pallets")
        with pytest.raises(Unavailable):
            await cache.status("pallets")
    told = [record for record in caplog.records if "cannot be reached" in record.message]
    assert [(record.name, record.levelname) for record in told] == [("portfolio.api", "WARNING")]


async def test_a_container_that_is_missing_is_a_cache_that_is_away(tmp_path):
    cosmos = await asyncio.to_thread(start_cosmos, tmp_path)
    try:
        async with open_database(Service(cosmos.url, cosmos.key), None) as database:
            cache = GitHubCache(database.get_container_client("nowhere"), 60)
            assert await cache.get("pallets") is None
            assert await cache.set("pallets", kept_of()) is False
    finally:
        await asyncio.to_thread(cosmos.stop)
