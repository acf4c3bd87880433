"""How deep JSON from outside may be nested."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.processes.json_bodies import NestedTooDeep, check_nesting, read_json


@pytest.mark.parametrize("body", [b"1", b"[]", b'{"a": [{"b": 1}, {"c": 2}, {"d": [3]}]}', b"[[[[1]]]]"])
def test_what_is_nested_as_deep_as_allowed_is_read(body):
    assert read_json(body, 4) == orjson.loads(body)


@pytest.mark.parametrize("body", [b"[[[[[]]]]]", b'{"a": {"b": {"c": {"d": {}}}}}', b'[1, {"a": [[{"b": 1}]]}]'])
def test_one_level_more_is_refused(body):
    with pytest.raises(NestedTooDeep, match="nested more than 4 levels deep"):
        read_json(body, 4)


def test_brackets_in_texts_are_no_nesting():
    assert read_json(b'["[[[[[[", "{{{{"]', 2) == ["[[[[[[", "{{{{"]


TEXTS = st.text(alphabet='[]{}"\\\\/a\n')
VALUES = st.recursive(
    st.none() | TEXTS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3)
)


@given(VALUES, st.integers(1, 6))
def test_a_body_is_as_deep_as_what_it_holds(value, levels):
    def is_refused(check, argument):
        try:
            check(argument, levels)
        except NestedTooDeep:
            return True
        return False

    assert is_refused(read_json, orjson.dumps(value)) is is_refused(check_nesting, value)


def test_a_value_that_nothing_sent_is_checked_alike():
    nested: list[object] = []
    for _ in range(100_000):
        nested = [nested]

    with pytest.raises(NestedTooDeep):
        check_nesting(nested, 128)


def test_what_is_no_json_is_no_question_of_depth():
    with pytest.raises(orjson.JSONDecodeError):
        read_json(b"[" * 10, 4)
