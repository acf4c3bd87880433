"""Parallel retrieval of repository context, as its specification asks: orchestration, cache, metadata for scores.

Its names are binding: ``get_all_repos_with_context`` in ``github_repo_manager``, ``calculate_repo_scores`` in
``ai_assistant``, ``GitHubCache``, ``create_success_response`` and ``create_error_response``, the logger
``portfolio.api``, ``GetRepoNamesActivity`` and ``FetchRepoContextBundleActivity``.
"""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from activities.repo_context import ACTIVITIES
from shared.ai_assistant import calculate_repo_scores
from shared.clients.cosmos import open_database
from shared.github_cache import GitHubCache
from shared.github_repo_manager import Found, find_account, get_all_repos_with_context
from shared.repo_context.runs import RunStatus
from shared.resources import Resources
from shared.responses import create_error_response, create_success_response
from shared.settings import Service, load_settings
from shared.topology import topology
from tests.support.cosmos import provisioned_cosmos
from tests.support.fake_resources import FakeCloud
from tests.support.fanwise import Fanwise, fanwise
from tests.support.github import SMALL, LocalGitHub, running_github
from tests.support.host import REPOSITORY, RunningHost, eventually, running_host
from tests.support.repo_context import environment

pytestmark = pytest.mark.asyncio(loop_scope="module")

FIELDS = ["metadata", "repoContext", "file_types", "languages"]
LATENCY_MS = 100


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub() -> AsyncGenerator[LocalGitHub]:
    async with running_github("--latency-ms", str(LATENCY_MS)) as running:
        context = {"summary": "Runs services on Kubernetes clusters", "stack": ["kubernetes", "helm"]}
        await running.change(f"{SMALL}/click", context=context)
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cosmos(tmp_path_factory):
    async with provisioned_cosmos(tmp_path_factory.mktemp("cosmos")) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def host(hub, cosmos, tmp_path_factory) -> AsyncGenerator[RunningHost]:
    env = environment(cosmos, hub.url, REPO_CONTEXT_USERS=SMALL)
    async with running_host(REPOSITORY, tmp_path_factory.mktemp("host"), env) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def app(host) -> AsyncGenerator[Fanwise]:
    async with fanwise(host.url) as client:
        yield client


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def run(app) -> dict[str, Any]:
    """The run that the start of the app began by itself: no request asked for it."""
    path = f"/runtime/webhooks/durabletask/instances/repo-context-{SMALL}?code=local"
    found: dict[str, Any] = {}

    async def completed() -> bool:
        # 404 until the timer that runs at the start has started it.
        _, status, _ = await app.call("GET", path)
        found.clear()
        found.update(status or {})
        return found.get("runtimeStatus") == "Completed"

    await eventually(completed, 40)
    return found


async def history_of(app: Fanwise) -> list[dict[str, Any]]:
    path = f"/runtime/webhooks/durabletask/instances/repo-context-{SMALL}?code=local&showHistory=true"
    _, status, _ = await app.call("GET", path)
    return status["historyEvents"]


# Orchestration and parallel retrieval


async def test_activities_have_the_names_of_the_specification():
    assert {"GetRepoNamesActivity", "FetchRepoContextBundleActivity"} <= set(ACTIVITIES)


async def test_the_start_of_the_app_gathers_every_repository(run):
    assert len(run["output"]) == 12
    assert run["customStatus"] == {"stage": "completed", "done": 12, "total": 12}


async def test_the_orchestrator_returns_a_list_of_dicts_with_metadata_context_file_types_and_languages(run):
    assert all(list(bundle)[:4] == FIELDS for bundle in run["output"])


async def test_one_activity_fetches_each_repository(run, app):
    names = [event.get("FunctionName") or event.get("Name") for event in await history_of(app)]
    assert names.count("GetRepoNamesActivity") == 1
    assert names.count("FetchRepoContextBundleActivity") == 12


async def test_repositories_are_fetched_in_parallel(run, hub):
    stats = await hub.stats()
    assert stats["by_route"] == {"repositories": 1, "languages": 12, "contents": 12, "tree": 12}
    # One repository after another would never have more than its own three calls under way.
    assert stats["max_in_flight"] > 6


# Cache population and use


async def test_the_cache_holds_an_item_for_each_repository_and_an_index(run, app):
    _, stats, _ = await app.call("GET", "/api/github/cache/stats")
    assert stats["by_account"][SMALL]["items"]["repository"] == 12
    assert stats["by_account"][SMALL]["items"]["index"] == 1


async def test_readers_are_served_from_the_cache(run, app, hub):
    before = (await hub.stats())["requests"]
    for _ in range(3):
        status, _, headers = await app.call("GET", f"/api/github/repos/{SMALL}/with-context")
        assert (status, headers["X-Cache"]) == (200, "hit")
    assert (await hub.stats())["requests"] == before


async def test_get_all_repos_with_context_returns_the_cached_list(run, cosmos, hub):
    async with reading(cosmos, hub) as (resources, runs):
        assert isinstance(resources.github_cache, GitHubCache)
        found = await find_account(SMALL, runs, resources)
        assert isinstance(found, Found)
        assert len(found.account.repos) == 12
        assert runs.started == []


async def test_get_all_repos_with_context_starts_a_run_on_a_miss_and_returns_its_status(run, cosmos, hub):
    async with reading(cosmos, hub) as (resources, runs):
        status = await find_account("django", runs, resources)
        assert isinstance(status, RunStatus)
        assert status.runtime_status == "Pending"
        assert runs.started == ["django"]


async def test_get_all_repos_with_context_takes_a_username():
    assert next(iter(get_all_repos_with_context.__annotations__)) == "username"


# Metadata for scoring


async def test_cached_metadata_is_what_github_says(run, app, hub):
    _, document, _ = await app.call("GET", f"/api/github/repos/{SMALL}/with-context")
    client = hub.client()
    with client:
        theirs = {repo.name: repo for repo in client.get_user(SMALL).get_repos() if not repo.private}
        assert [repo["metadata"]["name"] for repo in document["repos"]] == sorted(theirs, key=str.lower)
        for repo in document["repos"]:
            told, original = repo["metadata"], theirs[repo["metadata"]["name"]]
            for field in ("full_name", "description", "language", "default_branch", "topics", "stargazers_count"):
                assert told[field] == getattr(original, field)
        flask = theirs["flask"]
        ours = next(repo for repo in document["repos"] if repo["metadata"]["name"] == "flask")
        languages = {name: size for name, size in flask.get_languages().items() if name != "url"}
        assert ours["languages"] == languages
        paths = [entry.path for entry in flask.get_git_tree(flask.default_branch, recursive=True).tree]
        assert ours["file_types"][".py"] == sum(path.endswith(".py") for path in paths)


async def test_what_is_cached_goes_straight_into_calculate_repo_scores(run, app):
    _, document, _ = await app.call("GET", f"/api/github/repos/{SMALL}/with-context")
    scored = calculate_repo_scores("which of my repositories show Kubernetes experience?", document["repos"])
    assert scored[0]["name"] == "click"
    assert scored[0]["score"] > scored[1]["score"]
    assert "kubernetes" in [term.lower() for term in scored[0]["matched_terms"]]


# Conventions


async def test_a_health_check_tells_that_github_and_cosmos_answer(run, app):
    _, health, _ = await app.call("GET", "/api/health", headers={"user-id": "me"})
    assert {health["dependencies"][name]["status"] for name in ("github", "cosmos")} == {"ok"}


async def test_answers_are_made_by_the_two_response_functions():
    success, error = create_success_response({"a": 1}), create_error_response("no", status_code=404)
    assert (success.status_code, json.loads(success.get_body())) == (200, {"a": 1})
    assert (error.status_code, json.loads(error.get_body())) == (404, {"error": "no"})


async def test_the_log_is_written_by_portfolio_api_with_fields(run, host):
    (line, *_) = await host.log_lines("portfolio.api", "repo context refreshed")
    assert SMALL in line


@asynccontextmanager
async def reading(cosmos, hub) -> AsyncGenerator[tuple[Resources, Any]]:
    """Another reader of the same cache."""
    async with open_database(Service(cosmos.url, cosmos.key), None) as database:
        container = database.get_container_client(topology().containers["github_cache"].name)
        settings = load_settings(environment(cosmos, hub.url, REPO_CONTEXT_ALLOW_ANY="1"))
        yield replace(FakeCloud().resources, settings=settings, github_cache=GitHubCache(container, 60)), _Started()


class _Started:
    """Stands in for the durable client: there are no runs yet, and what is started is remembered."""

    def __init__(self) -> None:
        self.started: list[str] = []

    async def latest(self, username: str) -> None:
        return None

    async def start(self, username: str, *, force: bool = False) -> RunStatus:
        self.started.append(username)
        return RunStatus(f"repo-context-{username}", "Pending")
