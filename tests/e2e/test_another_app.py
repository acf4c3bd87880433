"""The end-to-end tests against an app that somebody else started, as they run beside Microsoft's emulators."""

import os
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest

from tests.support.another_app import BASE_URL, FUNCTION_KEY, REASON, speaks_http_only
from tests.support.stack import REPOSITORY

# A text stored and read, hostile ids, faults of a payload, and two that look into the services behind the app.
CHOSEN = (
    "tests/e2e/test_snippets.py::test_snippets_are_listed_by_name_in_pages",
    "tests/e2e/test_snippets.py::test_hostile_ids_find_nothing",
    "tests/e2e/test_embeddings.py::test_all_faults_come_at_once",
    "tests/e2e/test_embeddings.py::test_the_same_text_again_costs_no_call",
    "tests/e2e/test_embeddings.py::test_secrets_and_stacks_never_leave",
)


def test_those_that_speak_http_run_and_the_others_say_why_not(app_url, stack, tmp_path):
    outcomes = run_tests(app_url, tmp_path / "outcomes.xml")

    skipped = {name: reason for name, reason in outcomes.items() if reason}
    assert set(skipped) == {"test_the_same_text_again_costs_no_call", "test_secrets_and_stacks_never_leave"}
    assert set(skipped.values()) == {REASON}
    assert any(name.startswith("test_hostile_ids_find_nothing") for name in set(outcomes) - set(skipped))


def test_they_fail_where_nothing_answers(tmp_path):
    with pytest.raises(AssertionError, match=r"Cannot connect"):
        run_tests("http://127.0.0.1:9", tmp_path / "outcomes.xml", CHOSEN[0])


def run_tests(url, report, *names):
    """Run ``names``, or all that are chosen, against ``url``; return why each was skipped, None for one that passed."""
    environment = os.environ | {BASE_URL: url, FUNCTION_KEY: ""}
    command = [sys.executable, "-m", "pytest", *(names or CHOSEN), f"--junitxml={report}", "-p", "no:cacheprovider"]
    run = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout
    found = {}
    for case in ET.parse(report).iter("testcase"):
        skipped = case.find("skipped")
        found[case.attrib["name"]] = None if skipped is None else skipped.attrib["message"]
    return found


@pytest.mark.parametrize(
    ("fixtures", "expected"),
    [
        (("app", "app_url", "project"), True),
        (("app", "app_url", "openai", "stack"), False),
        (("parts", "stack"), False),
        (("tmp_path",), False),
    ],
)
def test_a_test_speaks_http_only_when_it_reaches_for_nothing_behind_the_app(fixtures, expected):
    assert speaks_http_only(fixtures) is expected
