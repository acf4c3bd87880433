"""Our client of GitHub: what its answers come to, and that nothing sleeps where others wait."""

import asyncio
import threading

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from github.Requester import HTTPRequestsConnectionClass

from shared.clients.github import GitHub, RateLimited, Refused, open_github
from shared.errors import Rejected, Unavailable
from shared.settings import GitHubAccess, GitHubApp
from tests.support.github import SMALL, TOKEN, running_github

LANGUAGES = f"/repos/{SMALL}/flask/languages"


@pytest.fixture
async def client(hub):
    async with open_github(GitHubAccess(hub.url, TOKEN, None)) as opened:
        yield opened


def whole(document):
    return document


async def test_an_answer_is_decoded_and_comes_with_its_etag(client):
    answer = await client.get(LANGUAGES, whole)
    assert answer is not None
    assert answer.content["Python"] > 0
    assert "url" not in answer.content
    assert answer.etag
    assert answer.last_page == 1


async def test_what_has_not_changed_is_none_and_costs_no_quota(client, hub):
    answer = await client.get(LANGUAGES, whole)
    assert answer is not None
    assert await client.get(LANGUAGES, whole, etag=answer.etag) is None
    stats = await hub.stats()
    assert (stats["requests"], stats["not_modified"], stats["charged"]) == (2, 1, 1)


async def test_the_last_page_is_told(client):
    answer = await client.get(f"/users/{SMALL}/repos", whole, parameters={"per_page": "5"})
    assert answer is not None
    assert answer.last_page == 3


async def test_32_requests_are_under_way_at_once(client, hub):
    # Long enough for a busy machine to start 32 threads before the first is answered.
    await hub.set_faults(latency_ms=500)
    await asyncio.gather(*(client.get(LANGUAGES, whole) for _ in range(64)))
    assert (await hub.stats())["max_in_flight"] == 32


async def test_requests_at_the_same_time_each_get_their_own_answer(client, hub, monkeypatch):
    both_have_noted = threading.Barrier(2)
    note = HTTPRequestsConnectionClass.request

    def note_and_wait(connection, *arguments):
        note(connection, *arguments)
        both_have_noted.wait(timeout=10)

    monkeypatch.setattr(HTTPRequestsConnectionClass, "request", note_and_wait)
    names = ("flask", "jinja")
    found = await asyncio.gather(*(client.get(f"/repos/{SMALL}/{name}", whole) for name in names))
    assert tuple(each.content["name"] for each in found) == names


async def test_the_event_loop_is_free_meanwhile(client, hub):
    await client.ping()
    await hub.set_faults(latency_ms=300)
    asked = asyncio.create_task(client.get(LANGUAGES, whole))
    turns = 0
    while not asked.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 100


@pytest.mark.parametrize(
    ("path", "status"), [("/users/nobody-at-all/repos", 404), (f"/repos/{SMALL}/gone/languages", 404)]
)
async def test_what_github_refuses_is_refused_with_its_status(client, path, status):
    with pytest.raises(Refused) as refused:
        await client.get(path, whole)
    assert refused.value.status == status
    assert isinstance(refused.value, Rejected)


async def test_451_and_an_empty_repository_keep_their_status(client, hub):
    await hub.change(f"{SMALL}/flask", blocked=True)
    await hub.change(f"{SMALL}/click", empty=True)
    for path, status in ((LANGUAGES, 451), (f"/repos/{SMALL}/click/git/trees/main", 409)):
        with pytest.raises(Refused) as refused:
            await client.get(path, whole)
        assert refused.value.status == status


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_failing_github_is_unavailable_at_once(client, hub, status):
    await hub.set_faults(fail_next=1, fail_status=status)
    with pytest.raises(Unavailable, match=str(status)):
        await client.get(LANGUAGES, whole)
    assert (await hub.stats())["requests"] == 1


async def test_nobody_there_is_unavailable():
    async with open_github(GitHubAccess("http://127.0.0.1:9", TOKEN, None)) as client:
        with pytest.raises(Unavailable, match="cannot be reached"):
            await client.get("/rate_limit", whole)


@pytest.mark.parametrize("status", [403, 429])
async def test_a_secondary_limit_is_raised_with_its_retry_after(client, hub, status):
    await hub.set_faults(secondary={"after": 0, "status": status, "retry_after_s": 7})
    with pytest.raises(RateLimited) as limited:
        await client.get(LANGUAGES, whole)
    assert limited.value.wait_s == 7


async def test_a_secondary_limit_without_a_time_is_a_minute(client, hub):
    await hub.set_faults(secondary={"after": 0, "retry_after_s": None, "lasts_s": 1})
    with pytest.raises(RateLimited) as limited:
        await client.get(LANGUAGES, whole)
    assert limited.value.wait_s == 60


async def test_a_spent_quota_is_raised_with_the_time_of_its_reset(client, hub):
    await hub.set_faults(quota={"remaining": 0, "reset_s": 120})
    with pytest.raises(RateLimited) as limited:
        await client.get(LANGUAGES, whole)
    assert 110 <= limited.value.wait_s <= 123


async def test_nothing_is_sent_while_github_asked_to_be_left_alone(hub):
    now = 1000.0
    client = GitHub(GitHubAccess(hub.url, TOKEN, None), now=lambda: now)
    await hub.set_faults(secondary={"after": 0, "retry_after_s": 30, "lasts_s": 0.1})
    with pytest.raises(RateLimited):
        await client.get(LANGUAGES, whole)
    await hub.set_faults()
    with pytest.raises(RateLimited) as limited:
        await client.get(LANGUAGES, whole)
    assert limited.value.wait_s == 30
    assert (await hub.stats())["requests"] == 1
    now += 30
    assert await client.get(LANGUAGES, whole) is not None
    client.close()


async def test_a_wrong_token_is_refused_and_not_told():
    secret = "ghp_" + "w" * 36
    async with running_github() as hub, open_github(GitHubAccess(hub.url, secret, None)) as client:
        with pytest.raises(Refused) as refused:
            await client.get(LANGUAGES, whole)
    assert refused.value.status == 401
    assert secret not in str(refused.value)


async def test_without_a_token_public_repositories_are_there():
    async with running_github(token=None) as hub, open_github(GitHubAccess(hub.url, None, None)) as client:
        assert await client.get(LANGUAGES, whole) is not None


async def test_an_installation_that_is_no_number_is_named():
    access = GitHubAccess("http://127.0.0.1:9", None, GitHubApp("1", "one", "key"))
    async with open_github(access) as client:
        with pytest.raises(Rejected, match="GITHUB_APP_INSTALLATION_ID"):
            await client.get("/rate_limit", whole)


async def test_etags_are_named_after_who_signs_in_without_telling_the_token(hub):
    names = {GitHub(GitHubAccess(hub.url, token, None)).credential for token in (TOKEN, "another-token", None)}
    assert len(names) == 3
    assert not any(TOKEN in name for name in names)


async def test_a_decoder_that_fails_is_a_bug_and_stays_one(client):
    def broken(_):
        raise KeyError("bug")

    with pytest.raises(KeyError):
        await client.get(LANGUAGES, broken)


async def test_as_an_installation_of_a_github_app_it_signs_in_once_and_tells_no_key(tmp_path):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    file = tmp_path / "app.pem"
    public = serialization.PublicFormat.SubjectPublicKeyInfo
    file.write_bytes(key.public_key().public_bytes(serialization.Encoding.PEM, public))
    form = serialization.PrivateFormat.PKCS8
    pem = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()
    async with running_github("--app", f"77:4711:{file}") as hub:
        async with open_github(GitHubAccess(hub.url, None, GitHubApp("77", "4711", pem))) as client:
            assert await client.get(LANGUAGES, whole) is not None
            assert await client.get(LANGUAGES, whole) is not None
        assert (await hub.stats())["by_route"]["installation_token"] == 1
        async with open_github(GitHubAccess(hub.url, None, GitHubApp("78", "4711", pem))) as client:
            with pytest.raises(Rejected) as refused:
                await client.get(LANGUAGES, whole)
        assert "PRIVATE KEY" not in str(refused.value)
