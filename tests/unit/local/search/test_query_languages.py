"""Both query languages: what they are read into, and that no text breaks a search."""

from functools import cache
from typing import Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from local.search.definitions import parse_definition
from local.search.errors import SearchError
from local.search.execution.search import search
from local.search.execution.semantic import SemanticRanker
from local.search.store.database import StoredDocument
from local.search.store.live import LiveIndex, Snapshot
from local.search.text.analysis import tokens
from local.search.text.lucene import parse_lucene
from local.search.text.simple import parse_simple
from local.search.text.syntax import (
    Boosted,
    Everything,
    Fielded,
    Fuzzy,
    Group,
    Occur,
    Phrase,
    Prefix,
    QuerySyntaxError,
    Regex,
    Wildcard,
    Words,
)
from tests.support.search_documents import DOCUMENTS, PAINTS

MAY, MUST, NOT = Occur.SHOULD, Occur.MUST, Occur.MUST_NOT


@pytest.mark.parametrize(
    ("text", "node"),
    [
        (" * ", Everything()),
        ("blue", Words("blue")),
        ("warm blue", Group(((MAY, Words("warm")), (MAY, Words("blue"))))),
        ("warm + blue", Group(((MUST, Words("warm")), (MUST, Words("blue"))))),
        ("warm | blue", Group(((MAY, Words("warm")), (MAY, Words("blue"))))),
        ("warm -blue", Group(((MAY, Words("warm")), (NOT, Words("blue"))))),
        ("-blue", Group(((NOT, Words("blue")),))),
        ("PP-GF30", Words("PP-GF30")),
        ("a - b", Group(((MAY, Words("a")), (MAY, Words("b"))))),
        ('"warm blue"~3', Phrase("warm blue", 3)),
        ('"warm', Phrase("warm")),
        ("blu*", Prefix("blu")),
        ("blu\\*", Words("blu*")),
        ("bleu~1", Fuzzy("bleu", 1)),
        ("bleu~", Fuzzy("bleu", 2)),
        ("(a b) + c", Group(((MUST, Group(((MAY, Words("a")), (MAY, Words("b"))))), (MUST, Words("c"))))),
        ("()", Group(())),
    ],
)
def test_simple_syntax_is_read_as(text: str, node: object) -> None:
    assert parse_simple(text, match_all=False) == node


def test_simple_words_are_all_needed_when_all_are_asked_for() -> None:
    assert parse_simple("a b", match_all=True) == Group(((MUST, Words("a")), (MUST, Words("b"))))


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("*:*", Everything()),
        ("title:blue^2.5", Fielded("title", Boosted(Words("blue"), 2.5))),
        ("a AND b", Group(((MUST, Words("a")), (MUST, Words("b"))))),
        ("a OR NOT b", Group(((MAY, Words("a")), (NOT, Words("b"))))),
        ("a && !b", Group(((MUST, Words("a")), (NOT, Words("b"))))),
        ("+a -b", Group(((MUST, Words("a")), (NOT, Words("b"))))),
        ("maker/city:(a b)", Fielded("maker/city", Group(((MAY, Words("a")), (MAY, Words("b")))))),
        ('"a b"~2', Phrase("a b", 2)),
        ("/a.*b/", Regex("a.*b")),
        ("a?b*c", Wildcard("a?b*c")),
        ("ab*", Prefix("ab")),
        ("a\\*b", Words("a*b")),
        ("bleu~1", Fuzzy("bleu", 1)),
        ("ANDROID ORchid", Group(((MAY, Words("ANDROID")), (MAY, Words("ORchid"))))),
        ("R&D", Words("R&D")),
    ],
)
def test_full_syntax_is_read_as(text: str, node: object) -> None:
    assert parse_lucene(text, match_all=False) == node


@pytest.mark.parametrize(
    "text", ["(a", "a)", '"a', "/a", "AND a", "a AND", "title:", "*a", "?a", "[a TO b]", "a^", "~1"]
)
def test_wrong_full_syntax_is_told_with_its_place(text: str) -> None:
    with pytest.raises(QuerySyntaxError, match=r"position \d"):
        parse_lucene(text, match_all=False)


@pytest.mark.parametrize(
    ("analyzer", "words"),
    [
        ("standard.lucene", ["pp", "gf30", "signal's", "blue", "45.5", "1,000", "naïve", "东", "京"]),
        ("standardasciifolding.lucene", ["pp", "gf30", "signal's", "blue", "45.5", "1,000", "naive", "东", "京"]),
        ("keyword", ["PP-GF30 Signal's blue 45.5 1,000 naïve 东京"]),
        ("whitespace", ["PP-GF30", "Signal's", "blue", "45.5", "1,000", "naïve", "东京"]),
        ("simple", ["pp", "gf", "signal", "s", "blue", "naïve", "东京"]),
    ],
)
def test_analyzer_finds_the_words(analyzer: str, words: list[str]) -> None:
    assert [token.text for token in tokens(analyzer, "PP-GF30 Signal's blue 45.5 1,000 naïve 东京")] == words


def test_language_analyzer_stems_and_drops_stop_words() -> None:
    assert [token.text for token in tokens("en.lucene", "The colours are running")] == ["colour", "run"]
    assert [token.text for token in tokens("de.lucene", "die Farben")] == ["farb"]


def test_tokens_know_their_place_in_characters() -> None:
    text = "naïve 𝄞 blue"
    assert [text[token.start : token.end] for token in tokens("standard.lucene", text)] == ["naïve", "blue"]


@cache
def paints() -> Snapshot:
    """The index of paints. No fixture: properties run many examples in one test."""
    definition = parse_definition("paints", PAINTS)
    index = LiveIndex(1, definition, '"1"')
    vectors = {field.name for field in definition.vectors}
    documents = [{name: value for name, value in row.items() if name not in vectors} for row in DOCUMENTS]
    index.load([StoredDocument(row["id"], orjson.dumps(row), {}) for row in documents])
    return index.snapshot


def found(**body: Any) -> list[str]:
    return [row["id"] for row in search(paints(), body, SemanticRanker(), "")["value"]]


@pytest.mark.parametrize(
    ("text", "mode", "ids"),
    [
        ("sky -blue", "any", {"sky", "moss"}),
        ("sky -navy", "all", {"sky"}),
        ("blue + -navy", "any", {"sky", "fire"}),
        ("blue & sky", "all", {"sky"}),
        ("blue !", "all", {"sky", "navy", "fire"}),
    ],
)
def test_negation_and_empty_words_follow_the_mode(text: str, mode: str, ids: set[str]) -> None:
    assert set(found(search=text, searchMode=mode)) == ids


_WORDS = [
    *'()"~*?^:/+-|&![]{}\\',
    " ",
    "blue",
    "title:",
    "AND",
    "OR",
    "NOT",
    "&&",
    "||",
    "sky~1",
    "a^3",
    "/b.*/",
    "naïve",
]
_TEXTS = st.text(max_size=40) | st.lists(st.sampled_from(_WORDS), max_size=20).map("".join)


@given(_TEXTS)
@example("".join(f"a{chr(code)}* " for code in range(32, 256)))
@example("\U00018cd6*")
def test_simple_syntax_is_never_an_error(text: str) -> None:
    search(paints(), {"search": text, "highlight": "title,notes"}, SemanticRanker(), "")


@given(_TEXTS)
def test_full_syntax_is_at_most_a_bad_request(text: str) -> None:
    status, message = 200, ""
    try:
        search(paints(), {"search": text, "queryType": "full", "highlight": "title"}, SemanticRanker(), "")
    except SearchError as error:
        status, message = error.status, error.message
    assert status in (200, 400)
    assert len(message) < 1_000
