"""Polls of a search: one answer for each user and search in five seconds, and none twice that the caller has."""

import pytest
from aiohttp import web

from tests.support.gateway import OTHER_USER, Asked, GatewayUnderTest

PATH = "/status/req_1"
ETAG = '"0123456789abcdef0123456789abcdef"'
KEPT_S = 5


def answering(status: int = 200, **headers: str):
    """Script an app whose answers differ, though their ETag does not, so that one is told from the next."""
    count = 0

    def script(_: Asked) -> web.Response:
        nonlocal count
        count += 1
        told = {"ETag": ETAG, "Cache-Control": "private, no-cache", **headers}
        return web.json_response({"answer": count, "text": 'ü "quoted"'}, status=status, headers=told)

    return script


@pytest.mark.parametrize(("status", "headers"), [(202, {"Retry-After": "2"}), (200, {})])
async def test_the_second_poll_within_five_seconds_does_not_reach_the_app(
    gateway: GatewayUnderTest, status, headers
) -> None:
    gateway.blue.script = answering(status, **headers)
    first = await gateway.get(PATH)
    gateway.clock.advance(KEPT_S - 0.1)

    second = await gateway.get(PATH)

    assert len(gateway.blue.asked) == 1
    assert (second.status, second.body) == (status, first.body)
    for name in ("ETag", "Retry-After", "Cache-Control", "X-Content-Type-Options"):
        assert second.headers.get(name) == first.headers.get(name)
    assert second.headers["Content-Type"].startswith("application/json")


async def test_after_five_seconds_the_app_is_asked_again(gateway: GatewayUnderTest) -> None:
    gateway.blue.script = answering()
    await gateway.get(PATH)
    gateway.clock.advance(KEPT_S)

    assert (await gateway.get(PATH)).json["answer"] == 2


async def test_what_one_user_was_told_is_told_to_no_other(gateway: GatewayUnderTest) -> None:
    gateway.blue.script = answering()
    await gateway.get(PATH)

    assert (await gateway.get(PATH, token=gateway.token(OTHER_USER))).json["answer"] == 2
    assert gateway.blue.asked[1].headers["user-id"] == OTHER_USER


async def test_searches_are_kept_apart(gateway: GatewayUnderTest) -> None:
    gateway.blue.script = answering()
    await gateway.get(PATH)

    assert (await gateway.get("/status/req_2")).json["answer"] == 2


@pytest.mark.parametrize("status", [404, 500, 503])
async def test_other_answers_are_not_kept(gateway: GatewayUnderTest, status) -> None:
    gateway.blue.script = answering(status)
    await gateway.get(PATH)

    answer = await gateway.get(PATH)

    assert (answer.status, answer.json["answer"]) == (status, 2)


@pytest.mark.parametrize("tags", [ETAG, f"W/{ETAG}", f'"other", {ETAG}', "*"])
async def test_a_caller_who_has_the_kept_answer_gets_304_from_the_gateway(gateway: GatewayUnderTest, tags) -> None:
    gateway.blue.script = answering(202)
    await gateway.get(PATH)

    answer = await gateway.get(PATH, headers={"If-None-Match": tags})

    assert (answer.status, answer.body, answer.headers["ETag"]) == (304, b"", ETAG)
    assert len(gateway.blue.asked) == 1


@pytest.mark.parametrize("tags", ['"other"', ETAG[1:-1], ETAG[:10] + '"'])
async def test_a_caller_who_has_another_answer_gets_it_whole(gateway: GatewayUnderTest, tags) -> None:
    gateway.blue.script = answering()
    await gateway.get(PATH)

    assert (await gateway.get(PATH, headers={"If-None-Match": tags})).status == 200


async def test_a_caller_who_has_the_answer_of_the_app_gets_304_and_the_answer_is_kept(
    gateway: GatewayUnderTest,
) -> None:
    gateway.blue.script = answering()

    assert (await gateway.get(PATH, headers={"If-None-Match": ETAG})).status == 304
    assert "If-None-Match" not in gateway.blue.asked[0].headers
    assert (await gateway.get(PATH)).json["answer"] == 1


async def test_a_failure_is_told_again_whatever_the_caller_has(gateway: GatewayUnderTest) -> None:
    gateway.blue.script = answering(500)

    assert (await gateway.get(PATH, headers={"If-None-Match": "*"})).status == 500


async def test_a_refused_token_gets_nothing_of_what_is_kept(gateway: GatewayUnderTest) -> None:
    gateway.blue.script = answering()
    await gateway.get(PATH)

    assert (await gateway.get(PATH, token=gateway.token(exp=1_700_000_000))).status == 401
