"""After the deployment: the app is called as its users will, on the real host; what fails ends it with what to do."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web

from shared.search.status_answers import status_answer
from tests.support.hooks import FUNCTION_KEY, TOKEN, program, run_hook, running_proxy, serving

ACCOUNT = "pallets"


@pytest.fixture
def outputs(cloud) -> dict[str, str]:
    return cloud.environment | {"REPO_CONTEXT_USERS": f"{ACCOUNT}, somebody-else"}


def never() -> web.Response:
    raise AssertionError("nothing is refused here")


async def test_the_app_is_called_with_its_function_key_and_what_it_answers_is_shown(cloud, outputs):
    cloud.management.starting = 2
    async with running_proxy(outputs["SERVICE_API_URI"], never) as app:
        run = await run_hook("postdeploy", outputs | {"SERVICE_API_URI": app.url})

    assert run.code == 0, run.said
    assert "health: ok" in run.out
    assert "embeddings: snippet example.py stored" in run.out
    assert "search: " in run.out
    assert f"repositories of {ACCOUNT}" in run.out
    assert "The app answers as it should." in run.out
    assert "its host does not tell its keys yet (503)" in run.out
    assert app.seen
    assert {headers.get("x-functions-key") for _, _, headers in app.seen} == {FUNCTION_KEY}
    assert "code=" not in run.said
    polls = [path for method, path, _ in app.seen if method == "GET"]
    assert any(path.startswith("/status/req_") for path in polls)
    assert any("/instances/" in path for path in polls)


async def test_without_accounts_to_gather_none_is_gathered(cloud):
    run = await run_hook("postdeploy", cloud.environment)

    assert run.code == 0, run.said
    assert "repo refresh" not in run.out


async def test_an_app_that_does_not_start_ends_it(cloud, outputs):
    def starting() -> web.Response:
        return web.Response(status=503, text="Function host is not running.")

    async with running_proxy(outputs["SERVICE_API_URI"], starting, 1_000_000) as app:
        run = await run_hook("postdeploy", outputs | {"SERVICE_API_URI": app.url, "HOOK_WAIT_S": "0.5"})

    assert run.code == 1
    assert "GET /api/health: answers 503 Function host is not running." in run.err
    assert "What to do: the app does not start" in run.err


async def test_a_model_that_refuses_the_app_ends_it(cloud, outputs):
    await cloud.openai.set("embeddings", fail_matching="def hello")

    run = await run_hook("postdeploy", outputs)

    assert run.code == 1
    assert "FAILED: embeddings: the run ended" in run.err
    assert "What to do: the embedding model or Cosmos DB refuses the app" in run.err


async def test_a_github_that_does_not_answer_ends_it(cloud, outputs):
    await cloud.github.set(fail_next=1_000_000)

    # An account of its own: what another test gathered is fresh.
    run = await run_hook("postdeploy", outputs | {"REPO_CONTEXT_USERS": "hashicorp"})

    assert run.code == 1
    assert "FAILED: repo refresh: the run for hashicorp ended Failed" in run.err
    assert "What to do: check REPO_CONTEXT_USERS" in run.err


def search_document(**fields: object) -> dict[str, Any]:
    """A search as the app keeps it once it has ended."""
    times = dict.fromkeys(("created_at", "updated_at"), "2026-11-22T12:00:00+00:00")
    return {"request_id": "req_1", "status": "completed", "progress": {}, **times, **fields}


def answering(search: dict[str, Any], gathering: dict[str, Any]) -> Callable[[web.Request], Awaitable[web.Response]]:
    """An app that does well but for what a test gives it: a search's document, the status of a gathering."""
    runs = {"1": {"runtimeStatus": "Completed", "output": {"ok": True, "id": "example.py"}}, "2": gathering}

    async def app(request: web.Request) -> web.Response:
        match request.path:
            case "/api/health":
                return web.json_response({"status": "ok"})
            case "/api/orchestrators/embeddings":
                return web.json_response({"statusQueryGetUri": f"http://{request.host}/runs/1"}, status=202)
            case "/api/orchestrators/repo-context":
                return web.json_response({"statusQueryGetUri": f"http://{request.host}/runs/2"}, status=202)
            case "/search":
                return web.json_response({"request_id": "req_1", "status_url": "/status/req_1"}, status=202)
            case "/status/req_1":
                answer = status_answer(search)
                return web.json_response(answer.document, status=answer.status_code)
            case path:
                return web.json_response(runs[path.removeprefix("/runs/")])

    return app


FOUND = {"results": {"search_results": [{"name": "Blue PP", "score": 90, "dE": 0.5}]}}
GATHERED = {"runtimeStatus": "Completed", "output": [{}]}


@pytest.mark.parametrize(
    ("search", "gathering", "said", "advice"),
    [
        (search_document(status="failed", error="boom"), GATHERED, "search: it ended failed: boom", "azd monitor"),
        (search_document(), GATHERED, "search: no result, though the sample catalogue is loaded", "azd monitor"),
        (
            search_document(processing_metadata={"degraded": ["scoring"]}, **FOUND),
            GATHERED,
            "search: 1 results, but without scoring",
            "CHAT_MODEL_CAPACITY",
        ),
        (search_document(status="queued"), GATHERED, "for the search: queued", "azd monitor"),
        (
            search_document(**FOUND),
            {"runtimeStatus": "Running", "customStatus": {"stage": "waiting", "reason": "GitHub's rate limit"}},
            "A run waits: GitHub's rate limit",
            "FANWISE_GITHUB_TOKEN",
        ),
        (search_document(**FOUND), {}, "A run's status was answered with 200", "azd monitor"),
    ],
    ids=["failed", "empty", "degraded", "stuck", "limited", "no-status"],
)
async def test_an_answer_that_is_no_success_ends_it(cloud, outputs, search, gathering, said, advice):
    async with serving(answering(search, gathering)) as url:
        run = await run_hook("postdeploy", outputs | {"SERVICE_API_URI": url, "HOOK_WAIT_S": "2"})

    assert run.code == 1
    assert said in run.err
    assert advice in run.err


async def test_a_key_that_may_not_be_read_ends_it(cloud, outputs):
    cloud.management.status = 403

    run = await run_hook("postdeploy", outputs)

    assert run.code == 1
    assert "refuses to tell the function key: 403 AuthorizationFailed" in run.err


async def test_the_key_goes_to_no_other_host(cloud, outputs):
    asked: list[str] = []

    async def elsewhere(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.json_response({"runtimeStatus": "Completed", "output": {"ok": True}})

    async def app(request: web.Request) -> web.Response:
        if request.path == "/api/health":
            return web.json_response({"status": "ok"})
        return web.json_response({"statusQueryGetUri": f"{other}/instances/1?code=system"}, status=202)

    async with serving(elsewhere) as other, serving(app) as url:
        run = await run_hook("postdeploy", outputs | {"SERVICE_API_URI": url})

    assert run.code == 1
    assert "An answer points to" in run.err
    assert asked == []


async def test_through_the_gateway_the_deployer_signs_in_as_any_caller(cloud, outputs):
    gateway = {"SERVICE_API_BEHIND_GATEWAY": "true", "GATEWAY_AUDIENCE": "0000-client"}
    async with running_proxy(outputs["SERVICE_API_URI"], never) as proxy:
        run = await run_hook("postdeploy", outputs | gateway | {"GATEWAY_URI": proxy.url})

    assert run.code == 0, run.said
    assert {headers.get("Authorization") for _, _, headers in proxy.seen} == {f"Bearer {TOKEN}"}
    assert not any("x-functions-key" in headers for _, _, headers in proxy.seen)
    assert cloud.management.asked == []


async def test_who_is_not_signed_in_is_told_so(cloud, outputs, tmp_path):
    program(tmp_path / "programs", "azd", "echo 'ERROR: not logged in, run `azd auth login` to login' >&2; exit 1")

    run = await run_hook("postdeploy", outputs)

    assert run.code == 1
    assert "What to do: azd auth login" in run.err
