"""What a user is told of a failure."""

import pytest

from shared.orchestration import Failed, Late
from shared.search.failures import may_succeed_later, no_search_succeeded, not_stored, too_long, unexpected

HOST = "Activity function 'VectorSearch' failed:  "


@pytest.mark.parametrize(
    ("failure", "later"),
    [
        (HOST + "Unavailable: Azure AI Search answered 503", True),
        (HOST + "Rejected: Azure AI Search answered 400", False),
        (HOST + "KeyError: 'Rejected: no'", True),
        ("The worker was lost", True),
        ("", True),
    ],
)
def test_only_what_was_refused_for_good_is_not_tried_again(failure, later):
    assert may_succeed_later(failure) is later


def test_the_first_failure_speaks_for_all_and_the_log_gets_every_reason():
    failures = [
        Failed(HOST + "Unavailable: Azure AI Search answered 503: x", attempts=6),
        Failed(HOST + "Rejected: Azure OpenAI"),
    ]
    failed = no_search_succeeded(failures)
    assert str(failed) == "Search index did not answer after 6 retries"
    assert failed.reason == "; ".join(failure.text for failure in failures)


@pytest.mark.parametrize(
    "text",
    [
        "Rejected: Invalid expression 'Azure AI Search' <script>alert(1)</script>",
        "Unavailable: /usr/lib/python3/site-packages/x.py line 3 AccountKey=abc",
        "ValueError: sk-secret",
        "",
    ],
)
def test_nothing_of_a_raw_text_reaches_a_user(text):
    shown = str(no_search_succeeded([Failed(HOST + text if text else "", attempts=3)]))
    assert shown in {"The materials could not be searched", "The materials could not be searched after 3 retries"}


def test_the_deadline_a_lost_result_and_a_bug_have_sentences_of_their_own():
    assert str(too_long(120)) == "The search took longer than 120 s"
    assert str(not_stored(Late())) == "The results could not be stored after 5 retries"
    bug = unexpected(KeyError("secret"))
    assert "secret" not in str(bug)
    assert "secret" in bug.reason
