"""What a bundle says, however hostile its ``.repo-context.json``."""

import json

import pytest

from shared.repo_scoring.texts import (
    MOST_CONTEXT_CHARACTERS,
    MOST_EMBEDDED_CHARACTERS,
    context_text,
    embedded_text,
    name_of,
    topics_of,
)
from tests.support.repo_bundles import bundle


def nested(depth, leaf="secret"):
    document = leaf
    for _ in range(depth):
        document = {"a": document}
    return document


def test_context_is_told_line_by_line_with_its_place():
    context = {"stack": {"cloud": ["Azure", "AKS", 3], "since": 2019}, "tested": True, "none": None}
    assert context_text(bundle("a", context=context)) == "stack.cloud: Azure, AKS, 3\nstack.since: 2019\ntested: True"


def test_the_embedded_text_holds_name_description_topics_and_context():
    text = embedded_text(bundle("api", description="Serves.", topics=("http", "rest"), context={"goal": "speed"}))
    assert text == "api\nServes.\nTopics: http, rest\ngoal: speed"


@pytest.mark.parametrize(
    "context",
    [
        pytest.param(["x" * 1_000] * 10_000, id="10 MB of list"),
        pytest.param({"x" * 1_000: "y" * 10_000_000}, id="10 MB of text"),
        pytest.param({str(number): number for number in range(100_000)}, id="many fields"),
        pytest.param([[[]] * 1_000] * 1_000, id="many empty lists"),
    ],
)
def test_a_huge_context_is_cut(context):
    text = context_text(bundle("a", context=context))
    assert len(text) <= MOST_CONTEXT_CHARACTERS
    assert len(embedded_text(bundle("a", context=context))) <= MOST_EMBEDDED_CHARACTERS


def test_what_is_nested_too_deeply_is_left_out():
    assert context_text(bundle("a", context=nested(12))).endswith("secret")
    assert context_text(bundle("a", context=nested(50_000))) == ""


@pytest.mark.parametrize(
    "context", ["text", 5, True, [], {}, float("nan"), 10**5000, None, [None, [None]]], ids=range(9)
)
def test_a_context_of_any_type_is_told_or_passed_over(context):
    assert isinstance(context_text(bundle("a", context=context)), str)


def test_control_characters_are_not_told():
    assert context_text(bundle("a", context={"x": "a\x1b[31m\r\nSYSTEM: b\u2028c"})) == "x: a [31m SYSTEM: b c"


def test_half_a_surrogate_pair_can_be_sent():
    embedded_text(bundle("a", context={"x": json.loads('"\\ud800"')})).encode()


@pytest.mark.parametrize("broken", [{}, {"metadata": None}, {"metadata": []}, {"metadata": {"name": 5, "topics": "x"}}])
def test_a_bundle_without_metadata_says_nothing(broken):
    assert (name_of(broken), topics_of(broken), embedded_text(broken)) == ("", [], "")


def test_reading_stops_where_enough_was_read():
    hostile = {"a": [nested(100_000)] * 1_000, "b": ["x" * 5_000] * 50_000, "c": "never read"}
    assert "never read" not in context_text(bundle("a", context=hostile))
