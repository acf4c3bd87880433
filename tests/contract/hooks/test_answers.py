"""What an app may answer to the first calls that is no success: each ends the hook with what to do."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from aiohttp import web

from infra.hooks.failures import HookFailed
from infra.hooks.first_calls import call_the_app
from infra.hooks.outputs import Outputs
from tests.support.hooks import Management, azd_environment, running_management, serving
from tests.support.hooks_app import FOUND, GATHERED, answering, search_document


@pytest.fixture
async def management() -> AsyncGenerator[Management]:
    async with running_management() as running:
        yield running


@pytest.fixture
def outputs(management: Management, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    found = azd_environment(tmp_path, ARM_ENDPOINT=management.url, REPO_CONTEXT_USERS="pallets", HOOK_WAIT_S="2")
    # Where azd is found to sign in.
    monkeypatch.setenv("PATH", found["PATH"])
    return found


async def failure(outputs: dict[str, str], url: str) -> HookFailed:
    """How the calls to an app end that must not succeed."""
    with pytest.raises(HookFailed) as failed:
        await asyncio.to_thread(call_the_app, Outputs(outputs | {"SERVICE_API_URI": url}))
    return failed.value


@pytest.mark.parametrize(
    ("search", "gathering", "said", "advice"),
    [
        (search_document(), GATHERED, "search: no result, though the sample catalogue is loaded", "azd monitor"),
        (search_document(status="queued"), GATHERED, "for the search: queued", "azd monitor"),
        (
            search_document(**FOUND),
            {"runtimeStatus": "Running", "customStatus": {"stage": "waiting", "reason": "GitHub's rate limit"}},
            "A run waits: GitHub's rate limit",
            "FANWISE_GITHUB_TOKEN",
        ),
        (search_document(**FOUND), {"status": "?"}, "A run's status was answered with 200", "azd monitor"),
    ],
    ids=["empty", "stuck", "limited", "no-status"],
)
async def test_an_answer_that_is_no_success_ends_it(outputs, search, gathering, said, advice):
    async with serving(answering(search, gathering)) as url:
        failed = await failure(outputs, url)

    assert said in str(failed)
    assert advice in failed.advice


async def test_an_app_that_answers_well_is_passed(outputs):
    async with serving(answering(search_document(**FOUND))) as url:
        await asyncio.to_thread(call_the_app, Outputs(outputs | {"SERVICE_API_URI": url}))


async def test_a_degraded_answer_warns_and_ends_nothing(outputs, capsys):
    degraded = search_document(processing_metadata={"degraded": ["scoring"]}, **FOUND)
    async with serving(answering(degraded)) as url:
        await asyncio.to_thread(call_the_app, Outputs(outputs | {"SERVICE_API_URI": url}))

    said = capsys.readouterr().out
    assert "search: 1 results" in said
    assert "WARNING: the answer is degraded, without scoring" in said
    assert "CHAT_MODEL_CAPACITY" in said


async def test_a_key_that_may_not_be_read_ends_it(management, outputs):
    management.status = 403

    failed = await failure(outputs, "http://127.0.0.1:1")

    assert "refuses to tell the function key: 403 AuthorizationFailed" in str(failed)
    assert "Contributor" in failed.advice


async def test_the_key_goes_to_no_other_host(outputs):
    asked: list[str] = []

    async def elsewhere(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.json_response({"runtimeStatus": "Completed", "output": {"ok": True}})

    async def app(request: web.Request) -> web.Response:
        if request.path == "/api/health":
            return web.json_response({"status": "ok"})
        return web.json_response({"statusQueryGetUri": f"{other}/instances/1?code=system"}, status=202)

    async with serving(elsewhere) as other, serving(app) as url:
        failed = await failure(outputs, url)

    assert "An answer points to" in str(failed)
    assert asked == []


@pytest.mark.parametrize("path", ["/api/health", "/search"])
async def test_whoever_waits_does_so_for_as_long_as_was_asked_for(outputs, path, capsys):
    well = answering(search_document(**FOUND))
    refused: list[str] = []

    async def at_first_away(request: web.Request) -> web.StreamResponse:
        if request.path == path and not refused:
            refused.append(path)
            return web.json_response({"status": "degraded"}, status=503)
        return await well(request)

    async with serving(at_first_away) as url:
        chosen = outputs | {"SERVICE_API_URI": url, "HOOK_WAIT_S": "1234", "HOOK_POLL_S": "0.01"}
        await asyncio.to_thread(call_the_app, Outputs(chosen))

    assert f"{path}: answers 503" in (said := capsys.readouterr().out)
    assert "of at most 1234 s" in said
