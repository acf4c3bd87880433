"""What the Azure SDKs raise, in words that tell a caller what to do."""

import pytest
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ResourceNotFoundError,
    ServiceRequestError,
    ServiceResponseError,
    ServiceResponseTimeoutError,
)
from azure.cosmos.exceptions import CosmosHttpResponseError

from shared.clients.azure_errors import translated
from shared.errors import Rejected, Unavailable


class Answer:
    """What an SDK keeps of a response: status, reason, headers."""

    reason = "a reason"

    def __init__(self, status_code, headers=()):
        self.status_code = status_code
        self.headers = dict(headers)

    def text(self, encoding=None):
        return ""


def blob_error(status, headers=()):
    return HttpResponseError(message="The account is busy\nRequestId: 7", response=Answer(status, headers))


def cosmos_error(status, headers=()):
    return CosmosHttpResponseError(status, "Request rate is large", response=Answer(status, headers))


def raised_for(error, expected):
    with pytest.raises(expected) as caught, translated("Cosmos DB"):
        raise error
    return caught.value


@pytest.mark.parametrize("error_with", [blob_error, cosmos_error])
@pytest.mark.parametrize("status", [408, 410, 429, 449, 500, 502, 503, 504])
def test_what_may_pass_is_unavailable(status, error_with):
    cause = error_with(status)
    error = raised_for(cause, Unavailable)
    assert str(error).startswith(f"Cosmos DB answered {status}: ")
    assert error.__cause__ is cause


@pytest.mark.parametrize("error_with", [blob_error, cosmos_error])
@pytest.mark.parametrize("status", [400, 401, 403, 405, 413])
def test_what_can_never_succeed_is_rejected(status, error_with):
    assert str(raised_for(error_with(status), Rejected)).startswith(f"Cosmos DB answered {status}: ")


def test_a_refused_sign_in_is_rejected():
    raised_for(ClientAuthenticationError("wrong key", response=Answer(401)), Rejected)


@pytest.mark.parametrize("error_with", [blob_error, cosmos_error])
@pytest.mark.parametrize("status", [304, 404, 409, 412])
def test_what_callers_decide_upon_passes_unchanged(status, error_with):
    error = error_with(status)
    assert raised_for(error, HttpResponseError) is error


@pytest.mark.parametrize("error", [ResourceNotFoundError("missing"), ResourceExistsError("there")])
def test_missing_and_existing_pass_even_without_an_answer(error):
    assert raised_for(error, HttpResponseError) is error


@pytest.mark.parametrize(
    "error",
    [
        ServiceRequestError("Cannot connect to host"),
        ServiceResponseError("Connection lost"),
        ServiceResponseTimeoutError("No answer"),
        HttpResponseError("An answer that nobody could read"),
        TimeoutError(),
        ConnectionResetError("reset"),
    ],
)
def test_no_answer_is_unavailable(error):
    assert raised_for(error, Unavailable).retry_after_s is None


def test_a_bug_stays_what_it_is():
    error = KeyError("bug")
    assert raised_for(error, KeyError) is error


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"x-ms-retry-after-ms": "250"}, 0.25),
        ({"x-ms-retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"x-ms-retry-after-ms": "soon", "retry-after": "7"}, 7.0),
        ({"retry-after": "Sat, 21 Nov 2026 10:00:00 GMT"}, None),
    ],
)
@pytest.mark.parametrize("error_with", [blob_error, cosmos_error])
def test_the_wait_that_a_service_asks_for_is_kept(headers, wait_s, error_with):
    assert raised_for(error_with(429, headers), Unavailable).retry_after_s == wait_s


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "1e999", "-3"])
def test_a_wait_that_is_no_time_is_none_or_zero(text):
    wait_s = raised_for(cosmos_error(429, {"retry-after": text}), Unavailable).retry_after_s
    assert wait_s is None or wait_s == 0


def test_the_text_is_one_short_line():
    text = str(raised_for(HttpResponseError("x" * 5000 + "\nsecond line", response=Answer(503)), Unavailable))
    assert len(text) < 400
    assert "\n" not in text
