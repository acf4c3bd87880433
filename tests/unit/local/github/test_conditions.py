"""Requests that only want what has changed."""

from datetime import UTC, datetime

import pytest

from local.github.conditions import entity_tag, unchanged
from local.github.credentials import Caller

ME = Caller("token 1", "user ID 1", authenticated=True)
THEN = datetime(2026, 3, 1, 12, tzinfo=UTC)
TAG = 'W/"abc"'


def test_tag_holds_for_one_caller_and_one_page() -> None:
    other = Caller("token 2", "user ID 1", authenticated=True)
    tags = {entity_tag(b"{}", "", ME), entity_tag(b"{}", "", other), entity_tag(b"{}", "<x>", ME)}
    assert len(tags) == 3
    assert entity_tag(b"{}", "", ME) == entity_tag(b"{}", "", ME)


@pytest.mark.parametrize(
    ("sent", "known"),
    [(TAG, True), ('"abc"', True), ('W/"x", W/"abc"', True), ("*", True), ('W/"x"', False), ("", False)],
)
def test_tags_are_compared_weakly(sent: str, known: bool) -> None:
    assert unchanged({"If-None-Match": sent}, TAG, THEN) is known


@pytest.mark.parametrize(
    ("sent", "known"),
    [
        ("Sun, 01 Mar 2026 12:00:00 GMT", True),
        ("Mon, 02 Mar 2026 12:00:00 GMT", True),
        ("Sun, 01 Mar 2026 11:59:59 GMT", False),
        ("yesterday", False),
        ("Sun, 01 Mar 99999 12:00:00 GMT", False),
    ],
)
def test_time_counts_to_the_second(sent: str, known: bool) -> None:
    assert unchanged({"If-Modified-Since": sent}, TAG, THEN) is known


def test_tag_decides_when_both_are_sent() -> None:
    headers = {"If-None-Match": 'W/"x"', "If-Modified-Since": "Mon, 02 Mar 2026 12:00:00 GMT"}
    assert not unchanged(headers, TAG, THEN)
