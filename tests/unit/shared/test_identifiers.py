"""Names as Cosmos DB ids."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.snippets.identifiers import (
    accepted_at_ms,
    chunk_id,
    chunk_key,
    content_key,
    reindexed,
    snippet_id,
    snippet_name,
    version_of,
)

NAMES = st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80)


@given(NAMES)
def test_a_name_comes_back_from_its_id(name):
    assert snippet_name(snippet_id(name)) == name


@given(NAMES)
def test_an_id_holds_nothing_that_cosmos_refuses(name):
    encoded = snippet_id(name)
    assert not set(encoded) & set("/\\#?")
    assert encoded == encoded.rstrip()


@given(NAMES, NAMES)
def test_two_names_have_two_ids(one, other):
    assume(one != other)
    assert snippet_id(one) != snippet_id(other)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("example.py", "example.py"),
        ("src/pkg/__init__.py", "src=2F;pkg=2F;__init__.py"),
        ("a=2F;b", "a=3D;2F;b"),
        ("..", "=2E;=2E;"),
    ],
)
def test_ids_stay_readable(name, expected):
    assert snippet_id(name) == expected


def test_versions_sort_as_runs_were_accepted():
    earlier, later = version_of(1_700_000_000_000, "ffff"), version_of(1_700_000_000_001, "0000")
    assert earlier < later


def test_the_same_chunk_of_a_run_has_one_id_and_another_text_another():
    key = content_key("text", "model", 3)
    assert chunk_id("a.py", "v1", 0, key) == chunk_id("a.py", "v1", 0, content_key("text", "model", 3))
    others = [content_key("text2", "model", 3), content_key("text", "model2", 3), content_key("text", "model", 4)]
    assert len({chunk_id("a.py", "v1", 0, k) for k in [key, *others]}) == 4


def test_a_chunks_key_tells_the_recipe_and_all_that_is_embedded():
    key = chunk_key("a.py\nx", "code/500/h1/m/3")
    assert key == chunk_key("a.py\nx", "code/500/h1/m/3")
    assert len({key, chunk_key("x", "code/500/h1/m/3"), chunk_key("a.py\nx", "code/400/h1/m/3")}) == 3


def test_a_version_made_anew_follows_its_base_and_no_later_acceptance():
    base = version_of(1000, "b")
    first = reindexed(base, version_of(5000, "x"))
    second = reindexed(first, version_of(6000, "x"))
    assert base < first < second < version_of(1000, "c") < version_of(1001, "a")
    assert accepted_at_ms(second) == 1000
