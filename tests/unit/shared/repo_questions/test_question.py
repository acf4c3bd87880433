"""What may be asked over HTTP; every fault is named at once."""

import pytest

from shared.errors import InvalidRequest
from shared.repo_questions.question import MOST_CHARACTERS, Question, read_question

GOOD = {"query": "kubernetes?", "username": "Octocat"}


def test_what_may_be_left_out_has_defaults():
    assert read_question(GOOD) == Question("kubernetes?", "octocat", 3, explain=False)
    assert read_question(GOOD | {"max_repos": 20, "explain": True}) == Question(
        "kubernetes?", "octocat", 20, explain=True
    )


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"query": ""}, "Field 'query' must be a string of 1 to 2000 characters, not all blank, got 0 characters"),
        ({"query": "x" * (MOST_CHARACTERS + 1)}, "got 2001 characters"),
        ({"query": 5}, "got integer"),
        ({"query": "\ud800"}, "must be valid Unicode"),
        ({"username": "-a"}, "Field 'username' must be a GitHub account"),
        ({"username": "../../x"}, "got '../../x'"),
        ({"username": None}, "got null"),
        ({"max_repos": 0}, "Field 'max_repos' must be an integer from 1 to 20, got '0'"),
        ({"max_repos": 21}, "got '21'"),
        ({"max_repos": True}, "got boolean"),
        ({"max_repos": 1.5}, "got number"),
        ({"max_repos": "3"}, "got string"),
        ({"explain": 1}, "Field 'explain' must be true or false, got integer"),
        ({"explian": True}, "Unknown field 'explian'; expected query, username, max_repos, explain"),
    ],
    ids=str,
)
def test_a_wrong_field_is_named(change, fault):
    with pytest.raises(InvalidRequest) as caught:
        read_question(GOOD | change)
    (found,) = caught.value.faults
    assert fault in found


def test_all_faults_are_named_at_once():
    with pytest.raises(InvalidRequest) as caught:
        read_question({"max_repos": None, "explain": None})
    assert caught.value.faults == (
        "Missing required field: query",
        "Missing required field: username",
        "Field 'max_repos' must be an integer from 1 to 20, got null",
        "Field 'explain' must be true or false, got null",
    )
