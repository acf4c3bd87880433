"""What callers see of the app: its answers, and nothing of where it is or how it is managed."""

import shutil
from pathlib import Path

import pytest
from aiohttp import web

from local.gateway.__main__ import INFRA
from tests.support.gateway import Answer, Asked, GatewayUnderTest, gateway_under_test

RUN = "0123456789abcdef0123456789abcdef"
KEY = "code=a-system-key"


def exposed(answer: Answer, gateway: GatewayUnderTest) -> list[str]:
    """Return what an answer tells that it must not."""
    return [secret for secret in (gateway.blue.host, "code=", "a-system-key", "x-app-colour") if secret in answer.whole]


def management_urls(app: str) -> dict[str, str]:
    instance = f"{app}/runtime/webhooks/durabletask/instances/{RUN}"
    names = ("sendEventPostUri", "terminatePostUri", "rewindPostUri", "purgeHistoryDeleteUri", "suspendPostUri")
    return {"id": RUN, "statusQueryGetUri": f"{instance}?{KEY}"} | dict.fromkeys(names, f"{instance}/x?{KEY}")


def started(gateway: GatewayUnderTest, document: dict, colour: str = "blue"):
    """Script an app that has started a run and says so as Fanwise does."""

    def script(_: Asked) -> web.Response:
        headers = {"Location": document["statusQueryGetUri"], "Retry-After": "2", "x-app-colour": colour}
        return web.json_response(document, status=202, headers=headers)

    gateway.blue.script = script


@pytest.mark.parametrize("path", ["/api/orchestrators/embeddings", "/api/orchestrators/repo-context"])
@pytest.mark.parametrize("colour", ["blue", "green"])
async def test_a_started_run_is_followed_at_the_gateway_and_nothing_else_is_offered(
    gateway: GatewayUnderTest, path, colour
) -> None:
    started(gateway, management_urls(gateway.blue.url), colour)

    answer = await gateway.post(path)

    address = f"{gateway.url}/instances/{colour}/{RUN}"
    assert (answer.status, answer.json) == (202, {"id": RUN, "statusQueryGetUri": address})
    assert (answer.headers["Location"], answer.headers["Retry-After"]) == (address, "2")
    assert exposed(answer, gateway) == []


async def test_a_run_that_gathers_an_account_keeps_its_progress(gateway: GatewayUnderTest) -> None:
    progress = {"stage": "fetching", "done": 1, "total": 3, "until": "2026-11-22T03:00:00+00:00"}
    run = {"id": "repo-context-octo", "runtimeStatus": "Running", "customStatus": progress}
    started(gateway, run | {"statusQueryGetUri": management_urls(gateway.blue.url)["statusQueryGetUri"]})

    answer = await gateway.get("/api/github/repos/octo/with-context")

    address = f"{gateway.url}/instances/blue/repo-context-octo"
    assert answer.json == run | {"statusQueryGetUri": address}
    assert exposed(answer, gateway) == []


async def test_a_url_that_somebody_adds_later_stays_inside(gateway: GatewayUnderTest) -> None:
    started(gateway, management_urls(gateway.blue.url) | {"forkPostUri": f"{gateway.blue.url}/fork?{KEY}"})

    assert exposed(await gateway.post("/api/orchestrators/embeddings"), gateway) == []


def redirected(app: str) -> web.Response:
    return web.json_response({}, status=202, headers={"Location": f"{app}/elsewhere?{KEY}"})


def with_cookie(app: str) -> web.Response:
    cookie = f"ARRAffinity=1;Path=/;HttpOnly;Domain={app.removeprefix('http://')}"
    return web.json_response({}, headers={"Set-Cookie": cookie, "Request-Context": f"appId={app}?code=1"})


def sign_in(app: str) -> web.Response:
    realm = f'Bearer realm="{app.removeprefix("http://")}" authorization_uri="https://login.example"'
    return web.json_response({"code": 401}, status=401, headers={"WWW-Authenticate": realm})


def error_page(app: str) -> web.Response:
    page = f"<html><title>{app} is stopped</title></html>"
    return web.Response(text=page, status=403, content_type="text/html")


def no_route(app: str) -> web.Response:
    return web.Response(text=f"{app} has none", status=404)


@pytest.mark.parametrize(
    ("says", "status"), [(redirected, 202), (with_cookie, 200), (sign_in, 503), (error_page, 503), (no_route, 404)]
)
async def test_no_answer_tells_where_the_app_is(gateway: GatewayUnderTest, says, status) -> None:
    gateway.blue.script = lambda _: says(gateway.blue.url)

    answer = await gateway.get("/api/snippets/p")

    assert answer.status == status
    assert exposed(answer, gateway) == []
    assert status < 400 or list(answer.json) == ["error"]
    assert (answer.headers.get("Retry-After") == "5") is (status == 503)


async def test_a_path_of_ours_stays_as_the_location(gateway: GatewayUnderTest) -> None:
    gateway.blue.script = lambda _: web.json_response({}, status=202, headers={"Location": "/status/req_1"})

    assert (await gateway.post("/search")).headers["Location"] == "/status/req_1"


async def test_faults_that_the_app_tells_are_passed_on_as_they_are(gateway: GatewayUnderTest) -> None:
    fault = {"errors": ["Missing required field: k", "Field 'L' must be a number"]}
    gateway.blue.script = lambda _: web.json_response(fault, status=400)

    answer = await gateway.post("/search")

    assert (answer.status, answer.json) == (400, fault)


async def test_an_app_that_cannot_be_reached_is_unavailable(gateway: GatewayUnderTest) -> None:
    gateway.blue.hangs_up = True

    answer = await gateway.post("/search")

    assert (answer.status, answer.headers["Retry-After"], list(answer.json)) == (503, "5", ["error"])
    assert exposed(answer, gateway) == []


async def test_an_app_that_does_not_answer_in_time_is_unavailable(tmp_path: Path) -> None:
    shutil.copytree(INFRA, tmp_path / "gateway")
    api = tmp_path / "gateway" / "policies" / "api.xml"
    api.write_text(api.read_text(encoding="utf-8").replace('timeout="60"', 'timeout="1"'), encoding="utf-8")
    async with gateway_under_test(tmp_path / "gateway") as gateway:
        gateway.blue.delay_s = 30

        answer = await gateway.post("/search")

    assert (answer.status, answer.headers["Retry-After"], list(answer.json)) == (503, "5", ["error"])


async def test_answers_tell_browsers_to_take_them_for_data(gateway: GatewayUnderTest) -> None:
    answer = await gateway.get("/api/snippets/p")

    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


async def test_the_app_says_how_long_its_answer_may_be_kept(gateway: GatewayUnderTest) -> None:
    gateway.blue.script = lambda _: web.json_response({}, headers={"Cache-Control": "private, no-cache"})

    assert (await gateway.get("/api/snippets/p")).headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/search"),
        ("GET", "/runtime/webhooks/durabletask/instances"),
        ("GET", "/admin/host/status"),
        ("DELETE", "/status/req_1"),
        ("GET", "/status/.."),
        ("GET", "/status/%2e%2e/admin"),
    ],
)
async def test_what_is_no_operation_does_not_reach_the_app(gateway: GatewayUnderTest, method, path) -> None:
    assert (await gateway.call(method, path)).status == 404
    assert gateway.blue.asked == []


async def test_names_in_a_path_reach_the_app_as_they_were_written(gateway: GatewayUnderTest) -> None:
    await gateway.get("/api/snippets/p/src/a%20b%2Fc.py?include=text%2Cchunks&x=%2B")

    assert gateway.blue.asked[0].path == "/api/snippets/p/src/a%20b%2Fc.py?include=text,chunks&x=%2B"
