"""The worker sends the text of a line and nothing else, so the fields stand in it."""

import json
import logging

import pytest

from shared.logs import FieldsFormatter


def line(message, *arguments, fields=None, error=None):
    record = logging.getLogger("fanwise").makeRecord(
        "fanwise", logging.INFO, "a.py", 1, message, arguments, error and (type(error), error, None), extra=fields
    )
    return FieldsFormatter().format(record)


def test_fields_follow_the_message_as_json():
    text = line("activity %s", "completed", fields={"instance_id": "run-1", "chunk": 4, "ms": 1.5})
    message, _, fields = text.partition(" {")
    assert message == "activity completed"
    assert json.loads("{" + fields) == {"instance_id": "run-1", "chunk": 4, "ms": 1.5}


def test_a_line_without_fields_is_its_message():
    assert line("sweep completed") == "sweep completed"


@pytest.mark.parametrize("value", [object(), {1, 2}, ValueError("x"), "a\nb", "\ud800", float("nan")])
def test_any_field_fits_on_one_line(value):
    assert "\n" not in line("activity completed", fields={"reason": value})


def test_a_traceback_comes_after_the_fields():
    text = line("activity failed", fields={"chunk": 4}, error=KeyError("bug"))
    assert text.splitlines()[0] == 'activity failed {"chunk": 4}'
    assert "KeyError: 'bug'" in text
