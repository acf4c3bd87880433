"""Every answer is JSON of one shape, and tells nothing that a caller should not see."""

import json
import logging

import pytest

from shared.responses import (
    create_empty_response,
    create_error_response,
    create_success_response,
    internal_error_response,
)


def test_success_is_the_document_itself():
    answer = create_success_response({"name": "a.py", "chunks": 2}, headers={"ETag": "7"})
    assert (answer.status_code, answer.mimetype, answer.headers["ETag"]) == (200, "application/json", "7")
    assert json.loads(answer.get_body()) == {"name": "a.py", "chunks": 2}


def test_one_fault_is_an_error():
    answer = create_error_response("Missing required field: text")
    assert answer.status_code == 400
    assert json.loads(answer.get_body()) == {"error": "Missing required field: text"}


def test_several_faults_are_errors():
    answer = create_error_response("Missing required field: name", "Missing required field: text", status_code=422)
    assert answer.status_code == 422
    assert json.loads(answer.get_body()) == {
        "errors": ["Missing required field: name", "Missing required field: text"],
    }


def test_more_fields_join_the_fault():
    answer = create_error_response("Request not found", status_code=404, id="r-1")
    assert json.loads(answer.get_body()) == {"error": "Request not found", "id": "r-1"}


@pytest.mark.parametrize("text", ["größe 漢字 😀", '"quoted" \\ back\nslash', "half a pair \ud800", "\x00\u2028"])
def test_any_text_that_a_caller_sent_can_be_answered(text):
    body = create_error_response(f"got {text}").get_body()
    assert json.loads(body.decode("utf-8"))["error"] == f"got {text}"


def test_a_bug_is_logged_in_full_and_answered_with_an_id_to_quote(caplog):
    try:
        raise KeyError("account key")  # noqa: TRY301 - its traceback is what must not leave
    except KeyError as error:
        with caplog.at_level(logging.ERROR):
            answer = internal_error_response(error)
    document = json.loads(answer.get_body())
    assert answer.status_code == 500
    assert set(document) == {"error", "id"}
    assert document["error"] == "Internal server error"
    (record,) = caplog.records
    assert record.error_id == document["id"]
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], KeyError)


def test_two_bugs_have_two_ids():
    one, other = (json.loads(internal_error_response(KeyError()).get_body())["id"] for _ in range(2))
    assert one != other


def test_nothing_to_say_is_an_empty_204():
    answer = create_empty_response()
    assert (answer.status_code, answer.get_body()) == (204, b"")
