"""Bodies into documents, and what a handler raises into an answer."""

import asyncio
import json

import azure.functions as func
import pytest

from shared.errors import Conflict, InvalidRequest, NotFound, Rejected, TooLarge, Unavailable
from shared.http import answered, answered_within, json_type, read_json_object

LIMIT = 1024 * 1024


def request(body):
    return func.HttpRequest(method="POST", url="/api/x", body=body)


async def fault_of(body, max_bytes=LIMIT):
    with pytest.raises(InvalidRequest) as caught:
        await read_json_object(request(body), max_bytes)
    return caught.value


async def answer_to(error):
    @answered
    async def handler():
        raise error

    return await handler()


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (None, "null"),
        (True, "boolean"),
        (1, "integer"),
        (1.5, "number"),
        ("a", "string"),
        ([], "array"),
        ({}, "object"),
    ],
)
def test_types_are_called_what_json_calls_them(value, name):
    assert json_type(value) == name


@pytest.mark.parametrize("size", [1, 300_000])
async def test_small_and_large_bodies_are_read_alike(size):
    document = {"text": "é" * size}
    assert await read_json_object(request(json.dumps(document).encode()), LIMIT * 4) == document


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{'name': 1}",
        b'{"name": "\xff"}',
        b"[" * 500_000,
        b'{"a":' * 100_000,
        b'{"n": ' + b"9" * 10_000 + b"}",
    ],
)
async def test_what_is_no_json_is_said_so(body):
    fault = await fault_of(body)
    assert (fault.faults, fault.status_code) == (("Invalid JSON payload",), 400)


@pytest.mark.parametrize(
    ("body", "name"), [(b"[]", "array"), (b"null", "null"), (b"3", "integer"), (b'"a"', "string"), (b"true", "boolean")]
)
async def test_json_that_is_no_object_is_named(body, name):
    assert (await fault_of(body)).faults == (f"The body must be a JSON object, got {name}",)


async def test_a_body_over_the_limit_is_not_even_parsed():
    fault = await fault_of(b"{" * 11, max_bytes=10)
    assert (fault.faults, fault.status_code) == (("The body has 11 bytes; expected at most 10",), 413)


@pytest.mark.parametrize(
    ("error", "status", "document"),
    [
        (InvalidRequest("a is wrong"), 400, {"error": "a is wrong"}),
        (InvalidRequest("a is wrong", "b too"), 400, {"errors": ["a is wrong", "b too"]}),
        (NotFound("no such snippet"), 404, {"error": "no such snippet"}),
        (Conflict("another body"), 409, {"error": "another body"}),
        (TooLarge("11 bytes"), 413, {"error": "11 bytes"}),
    ],
)
async def test_a_fault_of_the_caller_is_answered_with_its_status_and_words(error, status, document):
    answer = await answer_to(error)
    assert (answer.status_code, json.loads(answer.get_body())) == (status, document)


@pytest.mark.parametrize(("asked_s", "told_s"), [(None, "5"), (0.2, "1"), (2.1, "3"), (30.0, "30")])
async def test_an_outage_is_503_and_says_when_to_come_back(asked_s, told_s):
    answer = await answer_to(Unavailable("Cosmos DB at 10.0.0.7 answered 503", asked_s))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, told_s)
    assert json.loads(answer.get_body()) == {
        "error": "A service that Fanwise needs does not answer at the moment; try again"
    }


@pytest.mark.parametrize("asked_s", [float("inf"), float("nan")])
async def test_an_outage_without_a_sensible_wait_is_503_too(asked_s):
    assert (await answer_to(Unavailable("busy", asked_s))).status_code == 503


async def test_the_reason_of_an_outage_is_in_the_log(caplog):
    await answer_to(Unavailable("Cosmos DB answered 503"))
    assert [record.reason for record in caplog.records if record.levelname == "WARNING"] == ["Cosmos DB answered 503"]


@pytest.mark.parametrize(
    "error", [Rejected("Cosmos DB answered 401: key abc"), KeyError("secret"), RecursionError("deep")]
)
async def test_a_bug_or_a_refused_call_is_500_without_its_words(error):
    answer = await answer_to(error)
    body = answer.get_body().decode()
    assert answer.status_code == 500
    assert set(json.loads(body)) == {"error", "id"}
    assert json.loads(body)["error"] == "Internal server error"
    assert not any(word in body for word in ("Traceback", "key abc", "secret", "deep", ".py"))


async def test_what_a_handler_answers_passes_unchanged():
    answer = func.HttpResponse("ok", status_code=202)

    @answered
    async def handler(req):
        """Say ok."""
        return answer

    assert await handler("request") is answer
    # The Functions worker binds by name and reads the signature.
    assert (handler.__name__, handler.__doc__) == ("handler", "Say ok.")


async def test_no_answer_in_time_is_an_outage(caplog):
    @answered_within(0.01)
    async def hangs(req):
        await asyncio.Event().wait()

    answer = await hangs(None)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) >= 1
    assert [record.reason for record in caplog.records] == ["no answer within 0.01 s"]


async def test_a_timeout_of_the_handlers_own_is_a_bug():
    @answered_within(60)
    async def raises(req):
        raise TimeoutError

    assert (await raises(None)).status_code == 500
