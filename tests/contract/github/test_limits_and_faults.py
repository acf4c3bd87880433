"""Rate limits and failures as PyGithub meets them when it neither sleeps nor tries again."""

import asyncio
import time

import pytest
from github import BadCredentialsException, Github, GithubException, RateLimitExceededException

from tests.support.github import LocalGitHub

pytestmark = pytest.mark.asyncio(loop_scope="module")

RESET_S = 10.0


async def languages(client: Github, full_name: str = "pallets/flask") -> dict[str, int]:
    return await asyncio.to_thread(client.get_repo(full_name).get_languages)


async def test_answers_tell_what_is_left(github: LocalGitHub) -> None:
    client = github.client()
    await languages(client)
    await languages(client)
    assert client.rate_limiting == (4998, 5000)
    assert time.time() < client.rate_limiting_resettime <= time.time() + 3601


async def test_reading_the_limit_is_free(github: LocalGitHub) -> None:
    client = github.client()
    await languages(client)
    found = [await asyncio.to_thread(client.get_rate_limit) for _ in range(3)]
    assert [(each.rate.limit, each.rate.remaining) for each in found] == [(5000, 4999)] * 3
    assert found[0].resources.core.remaining == 4999


async def test_exhausted_quota_says_when_it_is_whole_again(github: LocalGitHub) -> None:
    await github.set_faults(quota={"remaining": 1, "reset_s": 60})
    client = github.client()
    await languages(client)
    with pytest.raises(RateLimitExceededException) as raised:
        await languages(client)
    headers = raised.value.headers or {}
    assert raised.value.status == 403
    assert (headers["x-ratelimit-remaining"], headers["x-ratelimit-used"]) == ("0", "5000")
    assert headers["x-ratelimit-resource"] == "core"
    assert 50 < int(headers["x-ratelimit-reset"]) - time.time() <= 61
    assert "retry-after" not in headers


async def test_quota_comes_back_at_its_reset(github: LocalGitHub) -> None:
    await github.set_faults(quota={"remaining": 0, "reset_s": 1})
    client = github.client()
    with pytest.raises(RateLimitExceededException) as raised:
        await languages(client)
    reset = int((raised.value.headers or {})["x-ratelimit-reset"])
    async with asyncio.timeout(RESET_S):
        while time.time() < reset:
            await asyncio.sleep(0.05)
    await languages(client)
    assert client.rate_limiting == (4999, 5000)
    assert (await github.stats())["too_early"] == 0


async def test_who_does_not_wait_for_the_reset_is_counted(github: LocalGitHub) -> None:
    await github.set_faults(quota={"remaining": 0, "reset_s": 60})
    client = github.client()
    for _ in range(3):
        with pytest.raises(RateLimitExceededException):
            await languages(client)
    stats = await github.stats()
    assert (stats["too_early"], stats["charged"]) == (2, 0)


async def test_token_and_address_have_quotas_of_their_own(github: LocalGitHub) -> None:
    await languages(github.client())
    anonymous = github.client(None)
    await languages(anonymous)
    assert anonymous.rate_limiting == (59, 60)


@pytest.mark.parametrize("status", [403, 429])
async def test_secondary_limit_says_how_long_to_wait(github: LocalGitHub, status: int) -> None:
    await github.set_faults(secondary={"after": 1, "status": status, "retry_after_s": 30})
    client = github.client()
    await languages(client)
    with pytest.raises(GithubException) as raised:
        await languages(client)
    assert raised.value.status == status
    assert isinstance(raised.value, RateLimitExceededException) is (status == 403)
    headers = raised.value.headers or {}
    assert headers["retry-after"] == "30"
    assert int(headers["x-ratelimit-remaining"]) > 0
    assert "secondary rate limit" in raised.value.data["message"]


async def test_secondary_limit_may_leave_out_how_long(github: LocalGitHub) -> None:
    await github.set_faults(secondary={"retry_after_s": None, "lasts_s": 0})
    client = github.client()
    with pytest.raises(RateLimitExceededException) as raised:
        await languages(client)
    assert "retry-after" not in (raised.value.headers or {})
    await languages(client)


async def test_too_many_requests_at_once_meet_the_secondary_limit(github: LocalGitHub) -> None:
    await github.set_faults(max_concurrent=2, latency_ms=100)
    client = github.client()
    outcomes = await asyncio.gather(*(languages(client) for _ in range(4)), return_exceptions=True)
    assert any(isinstance(each, RateLimitExceededException) for each in outcomes)
    assert any(isinstance(each, dict) for each in outcomes)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_failure_is_raised_at_once(github: LocalGitHub, status: int) -> None:
    await github.set_faults(fail_next=1, fail_status=status)
    client = github.client()
    with pytest.raises(GithubException) as raised:
        await languages(client)
    assert raised.value.status == status
    assert "Python" in await languages(client)
    assert (await github.stats())["by_status"] == {"200": 1, str(status): 1}


async def test_failure_may_concern_one_repository_alone(github: LocalGitHub) -> None:
    await github.set_faults(fail_next=1_000_000, matching="/pallets/flask/")
    client = github.client()
    with pytest.raises(GithubException):
        await languages(client)
    assert "Python" in await languages(client, "pallets/click")


async def test_hanging_request_is_let_go_when_the_switches_change(github: LocalGitHub) -> None:
    await github.set_faults(hang=True, matching="/languages")
    hanging = asyncio.create_task(languages(github.client()))
    async with asyncio.timeout(RESET_S):
        while not (await github.stats())["requests"]:
            await asyncio.sleep(0.02)
    assert not hanging.done()
    await github.set_faults()
    with pytest.raises(GithubException) as raised:
        await hanging
    assert raised.value.status == 504


async def test_wrong_token_is_refused(github: LocalGitHub) -> None:
    with pytest.raises(BadCredentialsException) as raised:
        await languages(github.client("wrong"))
    assert raised.value.status == 401
    assert "wrong" not in str(raised.value.data)
