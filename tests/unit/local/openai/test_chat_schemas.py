"""JSON schemas of the strict kind, and whether an answer is of one."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.openai.chat.schemas import check_strict, is_of
from local.openai.refusals import Refusal
from shared.llm.prompts import prompts

SCORES = prompts().score_chunk.schema_
JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.sampled_from(["object", "array", "string", "a"]),
    lambda node: (
        st.lists(node, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "items", "enum", "properties", "required", "a"]), node, max_size=4)
    ),
    max_leaves=8,
)


@pytest.mark.parametrize("name", ["synonym_resins", "score_chunk", "overall_analysis"])
def test_the_prompts_schemas_are_of_the_strict_kind(name):
    check_strict(getattr(prompts(), name).schema_, name)


def refusal(**changes):
    with pytest.raises(Refusal) as caught:
        check_strict(copy.deepcopy(SCORES) | changes, "score_chunk")
    assert caught.value.status == 400
    return str(caught.value)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"additionalProperties": True}, "'additionalProperties' is required to be supplied and to be false"),
        ({"required": []}, "'required' is required to be supplied"),
        ({"required": None}, "'required' is required to be supplied"),
        ({"properties": 5}, "'properties' must be an object"),
        ({"properties": {"scores": 5}}, "In context=('properties', 'scores'), the schema is no object"),
        ({"properties": {"scores": {"type": "array", "items": {"type": "number", "minimum": 0}}}}, "'minimum' is not"),
        ({"type": "array"}, "must be a JSON Schema of 'type: \"object\"'"),
    ],
)
def test_a_schema_of_another_kind_is_refused_in_the_service_s_words(changes, text):
    assert text in refusal(**changes)


def test_a_schema_that_is_nested_too_deep_is_refused():
    nested = {"type": "number"}
    for _ in range(12):
        nested = {"type": "array", "items": nested}
    assert "nested more than 10 levels" in refusal(properties={"scores": nested})


GOOD = {"scores": [{"id": "A", "score": 1.5, "explanation": ""}]}


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        (GOOD, True),
        ({"scores": []}, True),
        ({}, False),
        ({"scores": [], "more": 1}, False),
        ({"scores": {}}, False),
        ({"scores": [{"id": "A", "score": "1", "explanation": ""}]}, False),
        ({"scores": [{"id": "A", "score": True, "explanation": ""}]}, False),
        ({"scores": [{"id": "A", "score": 1}]}, False),
        ([], False),
        (None, False),
    ],
)
def test_an_answer_is_of_its_schema_or_not(value, fits):
    assert is_of(SCORES, value) is fits


def test_a_value_may_be_of_one_of_several_types():
    assert is_of({"type": ["string", "null"]}, None)
    assert not is_of({"type": ["string", "null"]}, 1)


def test_an_enumeration_lets_its_values_through():
    assert is_of({"type": "string", "enum": ["a"]}, "a")
    assert not is_of({"type": "string", "enum": ["a"]}, "b")


def test_a_keyword_that_is_not_known_lets_nothing_through():
    assert not is_of({"type": "string", "pattern": ".*"}, "a")


@settings(max_examples=100, deadline=None)
@given(JSON, JSON)
def test_any_schema_and_any_value_have_an_answer(schema, value):
    assert is_of(schema, value) in (True, False)
