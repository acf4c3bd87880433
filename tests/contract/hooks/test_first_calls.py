"""After the deployment: the app is called as its users will, on the real host; what fails ends it with what to do."""

import pytest
from aiohttp import web

from tests.support.gateway_client import running_gateway, signed_in
from tests.support.hooks import FUNCTION_KEY, azd_signs_in, program, run_hook, running_proxy, serving
from tests.support.hooks_app import answering, search_document

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


async def test_a_search_that_fails_ends_it(cloud, outputs):
    app = answering(search_document(status="failed", error="boom"))
    async with serving(app) as url:
        run = await run_hook("postdeploy", outputs | {"SERVICE_API_URI": url})

    assert run.code == 1
    assert "FAILED: search: it ended failed: boom" in run.err
    assert "What to do: azd monitor --logs" in run.err


async def test_through_the_gateway_the_deployer_signs_in_as_any_caller(cloud, outputs, tmp_path):
    behind = {"SERVICE_API_BEHIND_GATEWAY": "true", "GATEWAY_AUDIENCE": "00000000-client"}
    async with running_gateway(outputs["SERVICE_API_URI"]) as gateway, signed_in(gateway, "deployer") as user:
        azd_signs_in(tmp_path / "programs", user.token)

        run = await run_hook("postdeploy", outputs | behind | {"GATEWAY_URI": gateway.url, "HOOK_POLL_S": "0.2"})

    assert run.code == 0, run.said
    assert "The app answers as it should." in run.out
    assert user.token not in run.said
    assert cloud.management.asked == []


async def test_who_is_not_signed_in_is_told_so(cloud, outputs, tmp_path):
    program(tmp_path / "programs", "azd", "echo 'ERROR: not logged in, run `azd auth login` to login' >&2; exit 1")

    run = await run_hook("postdeploy", outputs)

    assert run.code == 1
    assert "What to do: azd auth login" in run.err
