"""A question is read whole, and everything that is wrong with one is named at once."""

import pytest

from shared.errors import InvalidRequest
from shared.snippets.querying.request import read_query


def test_what_is_left_out_has_its_default():
    query = read_query({"query": "x"})
    assert (query.project_id, query.k, query.group_by, query.path) == (None, 5, "file", None)
    assert (query.language, query.max_chars) == (None, None)


def test_null_is_left_out():
    left_out = dict.fromkeys(("path", "language", "maxChars", "projectId", "k", "groupBy"))
    assert read_query({"query": "x"} | left_out) == read_query({"query": "x"})
    with pytest.raises(InvalidRequest, match="Unknown field 'top'"):
        read_query({"query": "x", "top": None})


def test_everything_is_taken_as_it_came():
    query = read_query(
        {
            "query": "x",
            "projectId": "p",
            "k": 50,
            "groupBy": "chunk",
            "path": "**/*.py",
            "language": "PYTHON",
            "maxChars": 200_000,
        }
    )
    assert (query.text, query.project_id, query.k, query.group_by) == ("x", "p", 50, "chunk")
    assert (query.language, query.max_chars) == ("Python", 200_000)
    assert query.path
    assert query.path.matches("src/a.py")


@pytest.mark.parametrize("written", ["c++", "C++", "jupyter notebook", "typescript"])
def test_the_case_of_a_language_does_not_matter(written: str):
    assert read_query({"query": "x", "language": written}).language in {"C++", "Jupyter Notebook", "TypeScript"}


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("k", 51, "Field 'k' must be an integer from 1 to 50, got '51'"),
        ("groupBy", "page", "Field 'groupBy' must be file or chunk, got 'page'"),
        ("query", None, "got null"),
        ("groupBy", ["file"], "got array"),
        ("path", "", "Field 'path' must be a glob of 1 to 512 characters (* within a segment, ** across, ?), got 0"),
        ("path", "*" * 513, "got 513 characters"),
        ("path", 1, "got integer"),
        ("path", "\ud800", "half a surrogate pair"),
        ("language", "Pyton", "such as Python, TypeScript, C++ or Markdown, got 'Pyton'"),
        ("language", 1, "got integer"),
        ("maxChars", 999, "Field 'maxChars' must be an integer from 1000 to 200000, got '999'"),
        ("maxChars", 200_001, "got '200001'"),
        ("maxChars", True, "got boolean"),
        ("maxChars", 10**400, "got integer"),
        ("maxChars", 1000.0, "got number"),
        ("top", 5, "Unknown field 'top'; expected query, projectId, k, groupBy, path, language, maxChars"),
    ],
)
def test_a_fault_names_field_value_and_what_is_expected(field: str, value: object, expected: str):
    with pytest.raises(InvalidRequest) as caught:
        read_query({"query": "x", field: value})
    (fault,) = caught.value.faults
    assert expected in fault


def test_all_faults_are_named_at_once():
    with pytest.raises(InvalidRequest) as caught:
        read_query({"k": 0, "groupBy": "x", "path": "", "language": "x", "maxChars": 1, "projectId": "a/b", "top": 1})
    assert len(caught.value.faults) == 8
