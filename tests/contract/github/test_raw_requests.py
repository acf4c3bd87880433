"""Requests that PyGithub does not send, and the routes that tests steer the endpoint with."""

import json
from collections.abc import AsyncGenerator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from yarl import URL

from tests.support.github import LARGE, LocalGitHub, running_github

pytestmark = pytest.mark.asyncio(loop_scope="module")

HEADERS = {"User-Agent": "tests"}


@pytest_asyncio.fixture(loop_scope="module")
async def session(github: LocalGitHub) -> AsyncGenerator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(github.url, headers=HEADERS) as session:
        yield session


async def test_links_are_those_of_github(session: aiohttp.ClientSession, github: LocalGitHub) -> None:
    async with session.get(f"/users/{LARGE}/repos?per_page=50") as response:
        assert response.headers["Link"] == (
            f'<{github.url}/user/761456/repos?per_page=50&page=2>; rel="next", '
            f'<{github.url}/user/761456/repos?per_page=50&page=3>; rel="last"'
        )
    async with session.get(f"/orgs/{LARGE}/repos?per_page=100&page=2") as response:
        assert f'<{github.url}/organizations/761456/repos?per_page=100&page=1>; rel="prev"' in response.headers["Link"]
        assert len(await response.json()) == 20


async def test_answers_carry_github_s_headers(session: aiohttp.ClientSession) -> None:
    async with session.get("/repos/pallets/flask/languages") as response:
        headers = response.headers
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert headers["ETag"].startswith('W/"')
    assert headers["Cache-Control"] == "public, max-age=60, s-maxage=60"
    assert headers["X-GitHub-Media-Type"] == "github.v3; format=json"
    assert len(headers["X-GitHub-Request-Id"].split(":")) == 5
    assert {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Used", "X-RateLimit-Reset"} <= set(headers)


async def test_caller_without_a_name_is_refused(github: LocalGitHub) -> None:
    async with (
        aiohttp.ClientSession(github.url, skip_auto_headers=["User-Agent"]) as session,
        session.get("/users/pallets") as response,
    ):
        assert response.status == 403
        assert "User-Agent" in (await response.json())["message"]


@pytest.mark.parametrize("authorization", ["Basic eDp5", "Bearer", "token ", "Bearer \xff"])
async def test_credentials_of_another_form_are_refused(session: aiohttp.ClientSession, authorization: str) -> None:
    async with session.get("/users/pallets", headers={"Authorization": authorization}) as response:
        assert response.status == 401
        assert (await response.json())["message"] == "Bad credentials"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/nothing",
        "/users",
        "/users/pallets/gists",
        "/users/..%2fpallets",
        "/users/%00",
        "/users/%ff",
        "/users/" + "a" * 5000,
        "/user/99999999999999999999999",
        "/repositories/1",
        "/repos/pallets/flask/contents/%ff%fe",
        "/repos/pallets/flask/contents/../../../etc/passwd%00",
        "/repos/pallets/flask/contents/src/flask/app.py/more",
        "/repos/pallets/flask/contents/README.md?ref=%ff",
        "/repos/pallets/flask/git/trees/%ff",
        "/repos/pallets/flask/git/trees/a%2f..%2fb",
        "/repos/%2e%2e/flask",
    ],
)
async def test_what_is_not_there_is_not_found(session: aiohttp.ClientSession, path: str) -> None:
    async with session.get(URL(path, encoded=True)) as response:
        body = await response.json()
    assert response.status == 404
    assert set(body) == {"message", "documentation_url", "status"}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_nothing_can_be_written(session: aiohttp.ClientSession, method: str) -> None:
    async with session.request(method, "/repos/pallets/flask", json={"name": "x"}) as response:
        assert response.status in (404, 405)
        assert "message" in await response.json()


async def test_file_whose_contents_nobody_wrote_is_refused_and_not_made_up(session: aiohttp.ClientSession) -> None:
    async with session.get("/repos/pallets/flask/contents/README.md") as response:
        assert response.status == 501
        assert "README.md" in (await response.json())["message"]


async def test_former_name_is_answered_with_the_new_place(session: aiohttp.ClientSession, github: LocalGitHub) -> None:
    await github.change("pallets/flask", name="bottle")
    path = "/repos/pallets/flask/git/trees/main?recursive=1"
    async with session.get(path, allow_redirects=False) as response:
        location = response.headers["Location"]
        body = await response.json()
    assert (response.status, body["message"], body["url"]) == (301, "Moved Permanently", location)
    assert location.endswith("/git/trees/main?recursive=1")
    async with session.get(location) as response:
        assert response.status == 200


async def test_former_name_of_a_private_repository_tells_nothing(
    session: aiohttp.ClientSession, github: LocalGitHub
) -> None:
    await github.change("pallets/fanwise-private-sample", name="elsewhere")
    async with session.get("/repos/pallets/fanwise-private-sample", allow_redirects=False) as response:
        assert response.status == 404


@pytest.mark.parametrize(
    "switches", [{"rate_500": 2}, {"unknown": 1}, {"latency_ms": "1"}, {"quota": {"remaining": -1}}, []]
)
async def test_wrong_switches_are_named_and_change_nothing(session: aiohttp.ClientSession, switches: object) -> None:
    async with session.put("/_faults", data=json.dumps(switches)) as response:
        assert response.status == 400
        assert "Invalid switches" in (await response.json())["message"]
    async with session.get("/_faults") as response:
        assert (await response.json())["rate_500"] == 0


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/_fixture/repos/pallets/flask", "{", 400),
        ("/_fixture/repos/pallets/flask", '{"tree": {"/a": 1}}', 400),
        ("/_fixture/repos/pallets/flask", '{"context_base64": "#"}', 400),
        ("/_fixture/repos/pallets/flask", '{"name": "click"}', 409),
        ("/_fixture/repos/pallets/nothing", "{}", 404),
        ("/_fixture/repos/pallets/%20", "{}", 404),
    ],
)
async def test_change_that_cannot_be_changes_nothing(
    session: aiohttp.ClientSession, path: str, body: str, status: int
) -> None:
    async with session.get("/repos/pallets/flask") as response:
        before = response.headers["ETag"]
    async with session.patch(path, data=body) as response:
        assert response.status == status
    async with session.get("/repos/pallets/flask") as response:
        assert response.headers["ETag"] == before


async def test_changes_switches_and_counts_are_forgotten_on_reset(
    session: aiohttp.ClientSession, github: LocalGitHub
) -> None:
    await github.change("pallets/flask", deleted=True)
    await github.set_faults(fail_next=5)
    await github.reset()
    async with session.get("/repos/pallets/flask") as response:
        assert response.status == 200
    stats = await github.stats()
    assert (stats["requests"], stats["by_path"]) == (1, {"/repos/pallets/flask": 1})


@pytest.mark.parametrize(
    "options",
    [("--host", "0.0.0.0"), ("--latency-ms", "-1"), ("--app", "1:2:/nowhere.pem"), ("--data", "/nowhere")],
    ids=lambda options: options[0],
)
async def test_options_that_cannot_be_end_it(options: tuple[str, str]) -> None:
    with pytest.raises(AssertionError, match="ended with 1"):
        async with running_github(*options, token=None):
            pytest.fail("it serves")


async def test_other_accounts_are_served_from_a_folder(tmp_path: Path) -> None:
    fixture = {
        "account": {"id": 1, "login": "me", "type": "User", "created_at": "2020-01-01T00:00:00Z"},
        "repositories": [
            {"id": 2, "name": "tool", "created_at": "2020-01-01T00:00:00Z", "pushed_at": "2020-01-01T00:00:00Z"}
        ],
    }
    (tmp_path / "me.json").write_text(json.dumps(fixture), encoding="utf-8")
    async with (
        running_github("--data", str(tmp_path)) as running,
        aiohttp.ClientSession(running.url, headers=HEADERS) as session,
        session.get("/users/me/repos") as response,
    ):
        assert [each["full_name"] for each in await response.json()] == ["me/tool"]
