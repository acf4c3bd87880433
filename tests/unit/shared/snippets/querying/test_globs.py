"""A glob stands for the names that it should, in steps that grow with the name alone."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.cosmos.sql.like import like
from shared.snippets.querying.globs import ESCAPE, Glob

ALPHABET = "ab/.%_![]"


@pytest.mark.parametrize(
    ("pattern", "stands_for", "not_for"),
    [
        ("src/a.py", ["src/a.py"], ["src/a.pyc", "xsrc/a.py", "SRC/a.py", ""]),
        ("*.py", ["a.py", ".py"], ["src/a.py", "a.py/b", "a.pyc"]),
        ("src/*.py", ["src/a.py", "src/.py"], ["src/x/a.py", "src/a.js"]),
        ("src/*/a.py", ["src/x/a.py"], ["src/a.py", "src/x/y/a.py"]),
        ("src/**", ["src/", "src/a.py", "src/x/y/a.py"], ["src", "lib/src/a.py"]),
        ("**/a.py", ["a.py", "src/a.py", "x/y/a.py"], ["ba.py", "src/ba.py", "a.py/b"]),
        ("src/**/a.py", ["src/a.py", "src/x/a.py", "src/x/y/a.py"], ["src/xa.py", "srca.py"]),
        ("**/**/a.py", ["a.py", "x/a.py"], ["xa.py"]),
        ("a**z", ["az", "a/b/z", "abz"], ["a/b", "zaz."]),
        ("a?c", ["abc", "a😀c"], ["a/c", "ac", "abbc"]),
        ("**/*test*/**", ["x/my_tests/a.py", "test/a"], ["test", "x/a.py"]),
        ("[a].py", ["[a].py"], ["a.py"]),
        ("**", ["", "a", "a/b"], []),
        ("*", ["", "a"], ["a/b"]),
    ],
)
def test_a_pattern_stands_for(pattern: str, stands_for: list[str], not_for: list[str]):
    glob = Glob(pattern)
    assert [name for name in [*stands_for, *not_for] if glob.matches(name)] == stands_for


def simple_matches(pattern: str, name: str) -> bool:
    """The definition, by trying everything: for short ones only."""
    if not pattern:
        return not name
    if pattern.startswith("**/"):
        ends = [place + 1 for place, character in enumerate(name) if character == "/"]
        return any(simple_matches(pattern[3:], name[end:]) for end in [0, *ends])
    if pattern[0] == "*":
        run = len(pattern) - len(pattern.lstrip("*"))
        most = len(name) if run > 1 else len(name.split("/")[0])
        # Behind a run of stars no directory begins: it is not at the start of a segment.
        rest = pattern[run:]
        return any(simple_matches_inside(rest, name[end:]) for end in range(most + 1))
    return (
        bool(name)
        and (pattern[0] == name[0] or (pattern[0] == "?" and name[0] != "/"))
        and (
            simple_matches(pattern[1:], name[1:]) if pattern[0] == "/" else simple_matches_inside(pattern[1:], name[1:])
        )
    )


def simple_matches_inside(pattern: str, name: str) -> bool:
    """As ``simple_matches``, where ``pattern`` does not begin a segment."""
    if pattern.startswith("**/"):
        return any(simple_matches_inside("/" + pattern[3:], name[end:]) for end in range(len(name) + 1))
    return simple_matches(pattern, name)


patterns = st.lists(st.sampled_from([*ALPHABET, "*", "**", "**/", "?", "/"]), max_size=7).map("".join)
names = st.text(ALPHABET, max_size=7)


@given(patterns, names)
def test_any_pattern_stands_for_what_its_definition_says(pattern: str, name: str):
    assert Glob(pattern).matches(name) == simple_matches(pattern, name)


@given(patterns, names)
def test_the_database_loses_no_name_that_the_pattern_stands_for(pattern: str, name: str):
    glob = Glob(pattern)
    assert like(glob.like(), ESCAPE)(name) or not glob.matches(name)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("src/a.py", "src/a.py"),
        ("src/**/*.py", "src/%.py"),
        ("**/100%_[x]!", "%100!%!_![x!]!!"),
        ("*a*bb*ccc*dd*e*", "%bb%ccc%dd%"),
        ("?", "%"),
    ],
)
def test_the_database_gets_few_pieces(pattern: str, expected: str):
    assert Glob(pattern).like() == expected


@pytest.mark.parametrize("pattern", ["*a" * 256, "**a" * 170, "**/" * 170 + "a", "*" * 512, "?*" * 256, "**/*a" * 100])
def test_a_hostile_pattern_takes_two_calls_for_each_character(pattern: str):
    glob, name = Glob(pattern), "a" * 511 + "b"
    calls = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        glob.matches(name)
    finally:
        sys.setprofile(None)
    assert calls <= 2 * len(name) + 10
