"""The repo-context pipeline on real parts: GitHub and Cosmos DB as processes of their own, resources opened on them."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

from shared.clients.cosmos import ContainerProxy, open_database
from shared.clients.github import open_github
from shared.github_cache import GitHubCache
from shared.resources import Resources
from shared.settings import GitHubAccess, Service, load_settings
from shared.topology import topology
from tests.support.cosmos import RunningCosmos
from tests.support.fake_resources import FakeCloud
from tests.support.github import TOKEN
from tests.support.stack import sample_environment

NOBODY_SERVES_HERE = "http://127.0.0.1:9"


def environment(cosmos: RunningCosmos, github_url: str, **settings: str) -> dict[str, str]:
    """Return the settings of a host that gathers repositories and does nothing else."""
    sample = sample_environment()
    return (
        sample
        | {
            "COSMOS_ENDPOINT": cosmos.url,
            "COSMOS_KEY": cosmos.key,
            "GITHUB_API_URL": github_url,
            "GITHUB_TOKEN": TOKEN,
            "AI_SEARCH_ENDPOINT": NOBODY_SERVES_HERE,
            "SERVICEBUS": sample["SERVICEBUS"].replace(":5672", ":9"),
            "AzureWebJobs.SearchQueueStarter.Disabled": "1",
            "AzureWebJobs.search_reconciler.Disabled": "1",
            "AzureWebJobs.sweep_snippets.Disabled": "1",
            "DISABLE_OPENAI": "1",
        }
        | settings
    )


@asynccontextmanager
async def open_cache(cosmos: RunningCosmos, ttl_s: int = 3600) -> AsyncGenerator[tuple[GitHubCache, ContainerProxy]]:
    """Open the container of ``cosmos``, emptied of what other tests left."""
    async with open_database(Service(cosmos.url, cosmos.key), None) as database:
        container = database.get_container_client(topology().containers["github_cache"].name)
        async for row in container.query_items("SELECT c.id, c.username FROM c"):
            await container.delete_item(row["id"], partition_key=row["username"])
        yield GitHubCache(container, ttl_s), container


@asynccontextmanager
async def open_pipeline(cosmos: RunningCosmos, github_url: str, **settings: str) -> AsyncGenerator[Resources]:
    """Open resources of which GitHub and the cache are real."""
    loaded = load_settings(environment(cosmos, github_url, REPO_CONTEXT_ALLOW_ANY="1") | settings)
    access = GitHubAccess(github_url, loaded.github.token, None)
    async with open_cache(cosmos) as (cache, _), open_github(access) as github:
        yield replace(FakeCloud().resources, settings=loaded, github=github, github_cache=cache)
