"""Requests with If-None-Match, as PyGithub sends them, and what they cost."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest
import pytest_asyncio
from github import Github

from tests.support.github import LocalGitHub, running_github

pytestmark = pytest.mark.asyncio(loop_scope="module")

LANGUAGES = "/repos/pallets/flask/languages"
LISTING = "/users/pallets/repos"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def endpoint() -> AsyncGenerator[LocalGitHub]:
    async with running_github(token=None) as running:
        yield running


async def asked(client: Github, path: str, tag: str | None = None) -> tuple[int, dict[str, Any], str]:
    headers = {} if tag is None else {"If-None-Match": tag}
    return await asyncio.to_thread(client.requester.requestJson, "GET", path, headers=headers)


@pytest.mark.parametrize("path", [LANGUAGES, LISTING, "/repos/pallets/flask/git/trees/main?recursive=1"])
async def test_answer_that_has_not_changed_is_304_and_free(github: LocalGitHub, path: str) -> None:
    client = github.client("me")
    status, headers, _ = await asked(client, path)
    again, seen, body = await asked(client, path, headers["etag"])
    assert (status, again, body) == (200, 304, "")
    assert seen["etag"] == headers["etag"]
    assert seen["x-ratelimit-remaining"] == headers["x-ratelimit-remaining"] == "4999"
    stats = await github.stats()
    assert (stats["requests"], stats["not_modified"], stats["charged"]) == (2, 1, 1)


async def test_304_does_not_raise(github: LocalGitHub) -> None:
    client = github.client("me")
    _, headers, _ = await asked(client, LANGUAGES)
    seen, found = await asyncio.to_thread(
        client.requester.requestJsonAndCheck, "GET", LANGUAGES, headers={"If-None-Match": headers["etag"]}
    )
    assert (seen["etag"], found) == (headers["etag"], None)


async def test_anonymous_caller_pays_for_a_304(github: LocalGitHub) -> None:
    client = github.client(None)
    _, headers, _ = await asked(client, LANGUAGES)
    status, after, _ = await asked(client, LANGUAGES, headers["etag"])
    assert (status, after["x-ratelimit-remaining"]) == (304, "58")


async def test_tag_of_another_token_is_none(github: LocalGitHub) -> None:
    _, headers, _ = await asked(github.client("me"), LANGUAGES)
    status, _, _ = await asked(github.client("you"), LANGUAGES, headers["etag"])
    assert status == 200


async def test_change_of_one_repository_changes_its_answers_alone(github: LocalGitHub) -> None:
    client = github.client("me")
    _, flask, _ = await asked(client, LANGUAGES)
    _, click, _ = await asked(client, "/repos/pallets/click/languages")
    _, listing, _ = await asked(client, LISTING)
    await github.push("pallets/flask", languages={"Rust": 1})
    assert (await asked(client, LANGUAGES, flask["etag"]))[0] == 200
    assert (await asked(client, "/repos/pallets/click/languages", click["etag"]))[0] == 304
    assert (await asked(client, LISTING, listing["etag"]))[0] == 200


async def test_object_that_has_not_changed_knows_it(github: LocalGitHub) -> None:
    def updates() -> tuple[bool, bool]:
        repository = github.client("me", lazy=False).get_repo("pallets/flask")
        unchanged = repository.update()
        asyncio.run_coroutine_threadsafe(github.push("pallets/flask"), loop).result()
        return unchanged, repository.update()

    loop = asyncio.get_running_loop()
    assert await asyncio.to_thread(updates) == (False, True)


async def test_time_of_the_last_change_is_a_condition_too(github: LocalGitHub) -> None:
    client = github.client("me")
    _, headers, _ = await asked(client, "/repos/pallets/flask")
    condition = {"If-Modified-Since": headers["last-modified"]}

    async def status() -> int:
        found, _, _ = await asyncio.to_thread(
            client.requester.requestJson, "GET", "/repos/pallets/flask", headers=condition
        )
        return found

    assert await status() == 304
    await github.push("pallets/flask")
    assert await status() == 200
