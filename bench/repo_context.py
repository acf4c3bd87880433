"""Gathering 120 repositories beside one after another and beside the ideal; refreshing them; a question about them."""

import asyncio
import itertools
import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from github import Auth, Github, GithubException

from bench.durable_http import run_to_end
from bench.processes import program, scratch
from bench.report import Row
from bench.samples import Samples
from bench.stack import TUNED, settings

ACCOUNT = "hashicorp"
REPOSITORIES = 120
LATENCY_MS = 50
# As many as the app keeps open to GitHub.
CONNECTIONS = 32
# One after another takes 20 s, and what it takes is latency.
SEQUENTIAL_REPEATS = 2
REPEATS = 5
QUESTIONS = 300
POLL_S = 0.02
CONTEXT_FILE = ".repo-context.json"
# Words of questions; asked in all pairs, so that no answer is one that was given before.
_ASKED = (
    "kubernetes",
    "terraform",
    "Go services",
    "service mesh",
    "secrets",
    "docker",
    "consul",
    "testing",
    "command line",
    "azure",
    "documentation",
    "raft consensus",
    "plugins",
    "TypeScript components",
    "web frontend",
    "vagrant",
    "packer",
    "API client",
)


@dataclass
class Measured:
    """Milliseconds, and requests to GitHub."""

    cold: Samples = field(default_factory=Samples)
    sequential: Samples = field(default_factory=Samples)
    bare: Samples = field(default_factory=Samples)
    questions: Samples = field(default_factory=Samples)
    embedding: Samples = field(default_factory=Samples)
    cold_requests: int = 0
    unchanged_requests: int = 0
    changed_requests: int = 0


class Bench:
    """The app, its GitHub and its embeddings endpoint, each a process of its own."""

    def __init__(self, http: aiohttp.ClientSession, parts: dict[str, Any], endpoint_url: str) -> None:
        self.http = http
        self.app_url, self.github_url = parts["host"]["url"], parts["github"]["url"]
        self.endpoint_url = endpoint_url

    async def gather(self) -> float:
        """Milliseconds that a run takes, from the request for it to its end."""
        body = {"username": ACCOUNT, "force": True}
        took_ms, status = await run_to_end(
            self.http, f"{self.app_url}/api/orchestrators/repo-context", body=body, poll_s=POLL_S
        )
        if len(status["output"]) != REPOSITORIES or any(each.get("errors") for each in status["output"]):
            raise RuntimeError(f"{len(status['output'])} repositories, status {status['customStatus']}")
        return took_ms

    async def forget(self) -> None:
        """Empty the cache."""
        await self.asked("POST", f"{self.app_url}/api/github/cache/cleanup", {"dry_run": False, "username": ACCOUNT})

    async def requests(self) -> int:
        """How many requests GitHub has had."""
        return (await self.asked("GET", f"{self.github_url}/_stats"))["requests"]

    async def asked(self, method: str, url: str, body: Any = None) -> Any:
        """Send ``body``, return the answer.

        Raises:
            RuntimeError: It is none of success.
        """
        async with self.http.request(method, url, json=body) as answer:
            if answer.status != 200:
                raise RuntimeError(f"{url} answered {answer.status}: {await answer.text()}")
            return await answer.json()


def one_after_another(url: str) -> int:
    """Gather the account as it was done before, one call at a time; return how many repositories there are.

    Even so it is done well: three calls for each repository, and PyGithub's own pause of 0.25 s between calls is off.
    """
    with Github(base_url=url, auth=Auth.Token("local"), per_page=100, seconds_between_requests=None, retry=None) as hub:
        bundles = [
            {
                "metadata": {"name": repo.name, "description": repo.description, "topics": repo.topics},
                "languages": _attempt(repo.get_languages),
                "repoContext": _attempt(lambda repo=repo: repo.get_contents(CONTEXT_FILE)),
                "file_types": _attempt(lambda repo=repo: repo.get_git_tree(repo.default_branch, recursive=True)),
            }
            for repo in hub.get_user(ACCOUNT).get_repos()
        ]
    return len(bundles)


def _attempt(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except GithubException:  # no such file, or an empty repository
        return None


async def bare_gather(url: str) -> float:
    """Milliseconds that the same requests take over 32 connections, with nothing done to what they answer."""
    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    headers = {"Authorization": "token local"}
    async with aiohttp.ClientSession(connector=connector, headers=headers) as http:
        began = time.perf_counter()
        repos: list[dict[str, Any]] = []
        for page in range(1, REPOSITORIES // 100 + 2):
            async with http.get(f"{url}/users/{ACCOUNT}/repos?per_page=100&page={page}") as answer:
                repos += [repo for repo in await answer.json() if not repo["private"]]

        async def fetch(path: str) -> None:
            async with http.get(f"{url}/repos/{ACCOUNT}/{path}") as answer:
                await answer.read()

        parts = [
            (
                f"{repo['name']}/languages",
                f"{repo['name']}/contents/{CONTEXT_FILE}",
                f"{repo['name']}/git/trees/{repo['default_branch']}?recursive=1",
            )
            for repo in repos
        ]
        await asyncio.gather(*map(fetch, itertools.chain.from_iterable(parts)))
        return (time.perf_counter() - began) * 1000


async def measure() -> list[Row]:
    """Time all ways in turn."""
    async with scratch() as folder, aiohttp.ClientSession() as http:
        endpoint_ready, stack_ready = folder / "endpoint.json", folder / "stack.json"
        slow = ["bench.slow_endpoint", "--latency-ms", "0", "--ready-file", str(endpoint_ready)]
        async with program(slow, endpoint_ready, {}) as endpoint:
            env = settings() | TUNED | {"AZURE_OPENAI_ENDPOINT": endpoint["url"], "REPO_CONTEXT_USERS": ""}
            env["REPO_CONTEXT_ALLOW_ANY"] = "1"
            async with program([*_up(folder), "--ready-file", str(stack_ready)], stack_ready, env) as parts:
                measured = await _measured(Bench(http, parts, endpoint["url"]))
    return _rows(measured)


def _up(folder: Path) -> list[str]:
    return ["local", "up", "--ports", "auto", "--no-openai", "--no-catalogue", "--data", str(folder / "data")]


async def _measured(bench: Bench) -> Measured:
    measured = Measured()
    await bench.gather()  # the first run pays for imports and connections
    await bench.asked("PUT", f"{bench.github_url}/_faults", {"latency_ms": LATENCY_MS})
    for _ in range(REPEATS):
        await bench.forget()
        before = await bench.requests()
        measured.cold.add(await bench.gather())
        measured.cold_requests = max(measured.cold_requests, await bench.requests() - before)
        measured.bare.add(await bare_gather(bench.github_url))
    for _ in range(SEQUENTIAL_REPEATS):
        began = time.perf_counter()
        found = await asyncio.to_thread(one_after_another, bench.github_url)
        measured.sequential.add((time.perf_counter() - began) * 1000)
        if found < REPOSITORIES:
            raise RuntimeError(f"one after another found {found} repositories")
    measured.unchanged_requests = await _refresh(bench)
    for name in await _some_names(bench, 3):
        await bench.asked("PATCH", f"{bench.github_url}/_fixture/repos/{ACCOUNT}/{name}", {"push": True})
    measured.changed_requests = await _refresh(bench)
    await _ask(bench, measured)
    return measured


async def _refresh(bench: Bench) -> int:
    before = await bench.requests()
    await bench.gather()
    return await bench.requests() - before


async def _some_names(bench: Bench, count: int) -> list[str]:
    answer = await bench.asked("GET", f"{bench.app_url}/api/github/repos/{ACCOUNT}/with-context")
    return [repo["metadata"]["name"] for repo in answer["repos"][:count]]


async def _ask(bench: Bench, measured: Measured) -> None:
    """Ask question after question; beside each, the one embedding that it asks for, by itself."""
    deployment = settings()["EMBEDDING_MODEL_DEPLOYMENT_NAME"]
    embeddings = f"{bench.endpoint_url}/openai/deployments/{deployment}/embeddings"
    pairs = itertools.islice(itertools.cycle(itertools.permutations(_ASKED, 2)), QUESTIONS + 1)
    for number, (first, second) in enumerate(pairs):
        query = f"Which of my repositories show {first} and {second}?"
        body = {"query": query, "username": ACCOUNT}
        began = time.perf_counter()
        answer = await bench.asked("POST", f"{bench.app_url}/api/ai", body)
        asked = time.perf_counter()
        await bench.asked("POST", embeddings, {"input": [query], "dimensions": 1536})
        if answer["total"] != REPOSITORIES or answer["scored_by"] != "vectors and words":
            raise RuntimeError(f"{answer['total']} repositories, scored by {answer['scored_by']}")
        if number:  # the first works the account out
            measured.questions.add((asked - began) * 1000)
            measured.embedding.add((time.perf_counter() - asked) * 1000)


def _rows(measured: Measured) -> list[Row]:
    what = f"{REPOSITORIES} repositories gathered, GitHub at {LATENCY_MS} ms a call"
    cold = measured.cold
    pages = REPOSITORIES // 100 + 1
    ideal_ms = LATENCY_MS * (pages + math.ceil((measured.cold_requests - pages) / CONNECTIONS))
    ideal = f"bare gather over {CONNECTIONS} connections: {measured.bare.shown()}; latency alone: {ideal_ms:,} ms"
    p95_ms = statistics.quantiles(measured.questions.values, n=20)[-1]
    without_ms = p95_ms - measured.embedding.median
    return [
        Row(
            what,
            cold.shown(),
            f"one after another: {measured.sequential.shown()}",
            f"{measured.sequential.median / cold.median:.1f}x",
            ">= 15x",
        ),
        Row(what, cold.shown(), ideal, f"{cold.median / measured.bare.median:.2f}x", "<= 2x"),
        Row(
            f"{REPOSITORIES} repositories refreshed",
            f"{measured.unchanged_requests} requests; {measured.changed_requests} after 3 pushes",
            f"gathered: {measured.cold_requests} requests",
            "",
            "<= 3; <= 15",
        ),
        Row(
            f"a question about {REPOSITORIES} repositories",
            f"{measured.questions.shown()}, p95 {p95_ms:.1f} ms",
            f"its one embedding by itself: {measured.embedding.shown()}",
            f"p95 {without_ms:.1f} ms without it",
            "<= 60 ms",
        ),
    ]
