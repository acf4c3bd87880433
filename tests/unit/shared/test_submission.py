"""What may be submitted, and how each fault is told."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InvalidRequest, TooLarge
from shared.snippets.submission import MAX_TEXT_BYTES, read_submission

GOOD = {"projectId": "test-project", "name": "example.py", "text": "print()"}
JSON_VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.just([]), st.just({"a": [1]})
)


def faults_of(document):
    with pytest.raises(InvalidRequest) as caught:
        read_submission(document)
    return caught.value.faults


def test_the_example_of_the_spec_is_accepted():
    request = read_submission(GOOD)
    assert (request.project_id, request.name, request.text) == ("test-project", "example.py", "print()")


def test_the_project_has_a_default():
    assert read_submission({"name": "a", "text": "b"}).project_id == "default-project"


@pytest.mark.parametrize(
    "name",
    [
        "src/pkg/__init__.py",
        "a b",
        "ünïcode.py",
        "x" * 512,
        "a?b#c\\d",
        ".env",
        "a/.git/b",
        "...",
        "a..b",
        "/a",
        "a//b",
        "100%2",
        "%252",
    ],
)
def test_paths_are_names(name):
    assert read_submission(GOOD | {"name": name}).name == name


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("name", 7, "got integer"),
        ("name", "", "got ''"),
        ("name", "x" * 513, "1 to 512 characters"),
        ("name", "a\nb", "without control characters"),
        ("name", "😀" * 512, "at most 1023 bytes"),
        *(("name", name, "without a part . or ..") for name in (".", "..", "a/../b", "./a", "a/.", "..\\a", "a/..\\b")),
        *(("name", name, "without a slash at the end") for name in ("/", "//", "pkg/", "a\\", "src/pkg//")),
        *(("name", name, "without %2F") for name in ("a%2Fb.py", "a%2fb.py", "%2F")),
        ("projectId", ".", "other than . and .."),
        ("projectId", "..", "other than . and .."),
        ("projectId", None, "got null"),
        ("projectId", "a/b", "without /"),
        ("projectId", "", "1 to 128"),
        ("text", ["x"], "got array"),
        ("text", "\ud800", "half a surrogate pair at character 0"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_expected(field, value, expected):
    (fault,) = faults_of(GOOD | {field: value})
    assert f"Field '{field}'" in fault
    assert expected in fault


def test_all_faults_come_at_once():
    faults = faults_of({"projectId": 1, "name": True, "project_id": "typo"})
    assert len(faults) == 4
    assert "Missing required field: text" in faults
    assert "Unknown field 'project_id'; expected projectId, name, text" in faults


def test_a_text_over_ten_megabytes_is_too_large():
    read_submission(GOOD | {"text": "é" * (MAX_TEXT_BYTES // 2)})
    with pytest.raises(TooLarge, match="10485762 bytes"):
        read_submission(GOOD | {"text": "é" * (MAX_TEXT_BYTES // 2 + 1)})


@given(st.dictionaries(st.sampled_from(["projectId", "name", "text", "other"]), JSON_VALUES))
def test_no_document_causes_a_bug(document):
    with contextlib.suppress(InvalidRequest):
        assert isinstance(read_submission(document).text, str)


@pytest.mark.parametrize("text", ["", "\ufeffx", "a\r\nb\rc", "\x00", "\u2028", "x" * 1_000_000])
def test_every_text_is_accepted_as_it_is(text):
    assert read_submission(GOOD | {"text": text}).text == text
