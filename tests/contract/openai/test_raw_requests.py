"""Requests that no SDK sends."""

import gzip
import json
from collections.abc import AsyncGenerator

import aiohttp
import pytest
import pytest_asyncio

from tests.support.openai import LocalOpenAI, running_openai

pytestmark = pytest.mark.asyncio(loop_scope="module")

V1 = "/openai/v1/embeddings"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def endpoint() -> AsyncGenerator[LocalOpenAI]:
    async with running_openai() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def session(endpoint: LocalOpenAI) -> AsyncGenerator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(endpoint.url) as session:
        yield session


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"", "could not parse the JSON"),
        (b"{", "could not parse the JSON"),
        (b"[" * 100_000, "could not parse the JSON"),
        (b'{"model": "m", "input": "\\ud800"}', "could not parse the JSON"),
        (b'{"model": "m", "input": "\xff"}', "could not parse the JSON"),
        (b"[]", "an array, expected an object"),
        (b'{"input": "a"}', "must provide a model"),
        (b'{"model": 1, "input": "a"}', "must provide a model"),
        (b'{"model": "m"}', "null, expected a string or an array"),
        (b'{"model": "m", "input": "a", "dimensions": 1e400}', "could not parse the JSON"),
        (b'{"model": "m", "input": "a", "dimensions": 12.5}', "a number, expected an integer"),
        (b'{"model": "m", "input": "a", "encoding_format": [1]}', "an array, expected 'float' or 'base64'"),
    ],
)
async def test_malformed_body_is_refused_in_the_service_s_shape(
    session: aiohttp.ClientSession, body: bytes, text: str
) -> None:
    async with session.post(V1, data=body) as response:
        error = (await response.json())["error"]
    assert response.status == 400
    assert text in error["message"]
    assert set(error) == {"message", "type", "param", "code"}


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"[" * 100_000, "could not parse the JSON"),
        (b'{"model": "m", "messages": [{"role": "user", "content": "\\ud800"}]}', "could not parse the JSON"),
        (b"[]", "an array, expected an object"),
        (b'{"messages": []}', "must provide a model"),
        (b'{"model": "m"}', "Missing required parameter: 'messages'"),
        (b'{"model": "m", "messages": null}', "Missing required parameter: 'messages'"),
        (b'{"model": "m", "messages": [[]]}', "Invalid type for 'messages[0]'"),
        (b'{"model": "m", "messages": [{"role": {}, "content": "x"}]}', "Invalid value: an object"),
        (b'{"model": "m", "messages": [{"role": "user", "content": []}]}', "messages[0].content"),
        (b'{"model": "m", "messages": [{"role": "user", "content": [7]}]}', "messages[0].content[0]"),
        (b'{"model": "m", "messages": [], "response_format": 7}', "Invalid type for 'response_format'"),
        (b'{"model": "m", "messages": [], "n": true}', "'n' is supported with 1 only"),
        (b'{"model": "m", "messages": [], "stream": 1}', "expected a boolean"),
    ],
)
async def test_malformed_chat_is_refused_in_the_service_s_shape(
    session: aiohttp.ClientSession, body: bytes, text: str
) -> None:
    async with session.post("/openai/v1/chat/completions", data=body) as response:
        error = (await response.json())["error"]
    assert response.status == 400
    assert text in error["message"]
    assert set(error) == {"message", "type", "param", "code"}


async def test_a_stream_is_of_server_sent_events(session: aiohttp.ClientSession) -> None:
    asked = {"model": "m", "messages": [{"role": "user", "content": "hello"}], "stream": True}
    async with session.post("/openai/v1/chat/completions", json=asked) as response:
        assert response.content_type == "text/event-stream"
        events = (await response.text()).split("\n\n")
    assert events[-2:] == ["data: [DONE]", ""]
    assert all(json.loads(event.removeprefix("data: "))["object"] == "chat.completion.chunk" for event in events[:-2])


async def test_switches_of_an_unknown_scope_are_not_found(session: aiohttp.ClientSession) -> None:
    async with session.put("/_faults/chat/haiku", json={}) as response:
        assert response.status == 404
        assert "chat/score_chunk" in (await response.json())["error"]["message"]


async def test_switches_of_a_scope_are_read_and_reset_by_themselves(session: aiohttp.ClientSession) -> None:
    async with session.put("/_faults/chat", json={"fail_next": 3}) as response:
        assert (await response.json())["fail_next"] == 3
    async with session.get("/_faults/chat") as response:
        assert (await response.json())["fail_next"] == 3
    async with session.get("/_faults") as response:
        assert (await response.json())["fail_next"] == 0
    async with session.delete("/_faults/chat") as response:
        assert (await response.json())["fail_next"] == 0


async def test_body_that_unpacks_to_too_much_is_refused(session: aiohttp.ClientSession) -> None:
    bomb = gzip.compress(b" " * (80 * 1024 * 1024), compresslevel=1)
    async with session.post(V1, data=bomb, headers={"Content-Encoding": "gzip"}) as response:
        assert response.status == 413


async def test_azure_s_route_without_an_api_version_is_not_found(session: aiohttp.ClientSession) -> None:
    async with session.post("/openai/deployments/m/embeddings", json={"input": "a"}) as response:
        assert response.status == 404
        assert "api-version" in (await response.json())["error"]["message"]


async def test_wrong_method_names_the_right_one(session: aiohttp.ClientSession) -> None:
    async with session.get(V1) as response:
        assert response.status == 405
        assert response.headers["Allow"] == "POST"


@pytest.mark.parametrize("switches", [{"rate_429": 2}, {"unknown": 1}, {"latency_ms": "1"}, []])
async def test_wrong_switches_are_named_and_change_nothing(session: aiohttp.ClientSession, switches: object) -> None:
    async with session.put("/_faults", data=json.dumps(switches)) as response:
        assert response.status == 400
        assert "Invalid switches" in (await response.json())["error"]["message"]
    async with session.get("/_faults") as response:
        assert (await response.json())["rate_429"] == 0


async def test_without_a_key_any_caller_is_let_in(session: aiohttp.ClientSession) -> None:
    headers = {"Authorization": "Bearer whatever"}
    async with session.post(V1, json={"model": "m", "input": "a"}, headers=headers) as response:
        assert response.status == 200


async def test_an_embedding_model_that_there_is_not_is_refused_at_the_start() -> None:
    with pytest.raises(AssertionError, match="ended with 2"):
        async with running_openai("--embedding", "word2vec"):
            pytest.fail("it serves")


async def test_endpoint_open_to_other_machines_needs_a_key() -> None:
    with pytest.raises(AssertionError, match="ended with 1"):
        async with running_openai("--host", "0.0.0.0"):
            pytest.fail("it serves without a key")
