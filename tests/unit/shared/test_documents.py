"""What stands in Cosmos DB for snippets and their deletion."""

import pytest

from shared.snippets.documents import deletion_of
from shared.snippets.identifiers import reindexed, version_of


@pytest.mark.parametrize(
    ("stored", "now_ms", "expected_ms"),
    [
        ({"version": version_of(5, "a")}, 9, 9),
        ({"version": version_of(5, "a")}, 5, 6),
        ({"version": version_of(5, "a"), "confirmed": version_of(20, "b")}, 9, 21),
        ({"version": reindexed(version_of(5, "a"), version_of(30, "b"))}, 9, 9),
    ],
)
def test_a_deletion_comes_after_what_it_deletes_whatever_the_clock_says(stored, now_ms, expected_ms):
    version = deletion_of(stored, now_ms)
    assert version == version_of(expected_ms, "deleted")
    assert version > max(stored.values())
