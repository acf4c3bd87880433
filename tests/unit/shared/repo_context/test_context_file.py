"""``.repo-context.json`` may hold anything: what can be used is, and the rest has a reason."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.repo_context.context_file import (
    MAX_BYTES,
    MAX_DEPTH,
    UnusableContext,
    context_of,
    context_of_contents,
    parsed_context,
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=20,
)


def contents(content: bytes, **fields):
    encoded = base64.encodebytes(content).decode()
    return {"type": "file", "encoding": "base64", "size": len(content), "content": encoded} | fields


@given(st.dictionaries(st.text(), json_values))
def test_an_object_comes_back_as_it_was(document):
    assert parsed_context(context_of(json.dumps(document).encode("utf-8", "surrogatepass"))) == document


@given(st.binary(max_size=200))
def test_any_bytes_are_an_object_or_have_a_reason(content):
    try:
        text = context_of(content)
    except UnusableContext:
        return
    assert isinstance(parsed_context(text), dict)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not valid JSON"),
        (b"{", "not valid JSON"),
        (b"\xff\xfe{}", "not valid JSON"),
        (b"[1]", "must hold a JSON object, got array"),
        (b'"text"', "got string"),
        (b"null", "got null"),
        (b"12", "got integer"),
        (b'{"a": NaN}', "not valid JSON"),
        (b'{"a": Infinity}', "not valid JSON"),
        (b'{"a": 1e999}', "not valid JSON"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not valid JSON"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "not valid JSON"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "nested too deeply"),
        (b'{"a":' + b"[" * 33 + b"]" * 33 + b"}", "nested too deeply"),
        (b" " * (MAX_BYTES + 1), f"expected at most {MAX_BYTES}"),
    ],
)
def test_what_cannot_be_used_has_a_reason(content, reason):
    with pytest.raises(UnusableContext, match=reason):
        context_of(content)


def test_the_deepest_that_is_allowed_is_taken():
    document = b'{"a":' * (MAX_DEPTH - 1) + b"{}" + b"}" * (MAX_DEPTH - 1)
    assert parsed_context(context_of(document)) is not None


def test_an_object_that_names_a_class_stays_text():
    attack = {"__class__": "X", "__module__": "os", "__data__": "{}"}
    text = context_of(json.dumps(attack).encode())
    assert isinstance(text, str)
    assert parsed_context(text) == attack


def test_a_script_tag_is_text_like_any_other():
    assert parsed_context(context_of(b'{"a": "<script>alert(1)</script>"}')) == {"a": "<script>alert(1)</script>"}


def test_characters_beyond_ascii_and_lone_surrogates_travel_as_ascii():
    text = context_of(b'{"a": "\\ud800", "b": "\xd0\xb6"}')
    assert text.isascii()
    assert parsed_context(text) == {"a": "\ud800", "b": "ж"}


def test_a_secret_that_somebody_committed_goes_no_further():
    assert "ghp_" not in context_of(b'{"token": "ghp_' + b"a" * 36 + b'"}')


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ([{"type": "file"}], "is no file"),
        (None, "is no file"),
        ("text", "is no file"),
        (contents(b"{}", type="symlink"), "no file that GitHub hands out"),
        (contents(b"", size=10 * 1024 * 1024, encoding="none"), "has 10485760 bytes"),
        (contents(b"{}") | {"content": "*"}, "valid JSON"),
        (contents(b"{}") | {"content": "a"}, "encoding that cannot be read"),
        (contents(b"{}") | {"content": None}, "valid JSON"),
    ],
)
def test_answers_that_are_no_file_have_a_reason(document, reason):
    with pytest.raises(UnusableContext, match=reason):
        context_of_contents(document)


def test_a_file_of_the_contents_api_is_decoded():
    assert context_of_contents(contents(b'{"stack": ["k8s"]}')) == '{"stack":["k8s"]}'
