"""How often and how much: calls a minute for each user, bytes of a body."""

import asyncio

import pytest

from shared.search.payload import MAX_BODY_BYTES as SEARCH_BYTES
from shared.snippets.querying.request import MAX_BODY_BYTES as QUERY_BYTES
from shared.snippets.submission import MAX_BODY_BYTES as SNIPPET_BYTES
from tests.support.gateway import OTHER_USER, GatewayUnderTest

SEARCHES = 100
POLLS = 600
PROBES = 60
MINUTE_S = 60


async def spend(gateway: GatewayUnderTest, method: str, paths: list[str], **options) -> None:
    """Send requests that are all let through."""
    answers = await asyncio.gather(*(gateway.call(method, path, **options) for path in paths))
    assert {answer.status for answer in answers} == {200}


def is_refused(answer) -> bool:
    assert list(answer.json) == ["error"]
    assert 1 <= int(answer.headers["Retry-After"]) <= MINUTE_S
    return answer.status == 429


async def test_the_search_after_a_hundred_in_a_minute_is_refused_until_it_may_be_tried_again(
    gateway: GatewayUnderTest,
) -> None:
    token = gateway.token()
    await spend(gateway, "POST", ["/search"] * (SEARCHES - 1), token=token)
    gateway.clock.advance(20)
    await spend(gateway, "POST", ["/search"], token=token)

    refused = await gateway.post("/search", token=token)
    assert is_refused(refused)
    assert len(gateway.blue.asked) == SEARCHES

    gateway.clock.advance(int(refused.headers["Retry-After"]) - 1)
    assert is_refused(await gateway.post("/search", token=token))
    gateway.clock.advance(1)
    assert (await gateway.post("/search", token=token)).status == 200


async def test_each_user_and_polls_are_counted_apart_from_searches(gateway: GatewayUnderTest) -> None:
    token = gateway.token()
    await spend(gateway, "POST", ["/search"] * SEARCHES, token=token)

    assert is_refused(await gateway.post("/search", token=token))
    assert (await gateway.post("/search", token=gateway.token(OTHER_USER))).status == 200
    assert (await gateway.get("/status/req_1", token=token)).status == 200


async def test_a_user_forged_for_each_request_is_counted_as_the_one_of_the_token(gateway: GatewayUnderTest) -> None:
    token = gateway.token()
    await spend(gateway, "POST", ["/search"] * SEARCHES, token=token, headers={"user-id": "another"})

    assert is_refused(await gateway.post("/search", token=token, headers={"user-id": "one-more"}))


async def test_polls_of_searches_and_of_runs_share_six_hundred_a_minute(gateway: GatewayUnderTest) -> None:
    token = gateway.token()
    await spend(gateway, "GET", ["/status/req_1", "/instances/blue/run"] * (POLLS // 2), token=token)

    assert is_refused(await gateway.get("/status/req_1", token=token))
    assert is_refused(await gateway.get("/instances/blue/run", token=token))
    assert (await gateway.post("/search", token=token)).status == 200


async def test_probes_are_limited_for_each_address(gateway: GatewayUnderTest) -> None:
    await spend(gateway, "GET", ["/api/health"] * PROBES, token=None)

    assert is_refused(await gateway.get("/api/health", token=None))


@pytest.mark.parametrize(
    ("path", "most"),
    [("/search", SEARCH_BYTES), ("/api/snippets/query", QUERY_BYTES), ("/api/orchestrators/embeddings", SNIPPET_BYTES)],
)
async def test_a_body_of_as_many_bytes_as_the_app_takes_reaches_it_and_one_more_does_not(
    gateway: GatewayUnderTest, path, most
) -> None:
    refused = await gateway.post(path, data=b" " * (most + 1))

    assert refused.status == 413
    assert str(most) in refused.json["error"]
    assert gateway.blue.asked == []
    assert (await gateway.post(path, data=b" " * most)).status == 200
    assert len(gateway.blue.asked[0].body) == most


@pytest.mark.parametrize("method", ["POST", "DELETE"])
async def test_a_body_whose_length_is_not_told_is_refused(gateway: GatewayUnderTest, method) -> None:
    async def pieces():
        yield b"{}"

    path = "/api/ai" if method == "POST" else "/api/snippets/p/n"
    answer = await gateway.call(method, path, data=pieces())

    assert answer.status == 411
    assert "Content-Length" in answer.json["error"]
    assert gateway.blue.asked == []


async def test_a_post_without_a_body_says_so_by_its_length(gateway: GatewayUnderTest) -> None:
    assert (await gateway.post("/search", data=b"")).status == 200
