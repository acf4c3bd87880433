"""What is searched for, in words."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.search.contracts import (
    LabValues,
    MappedResin,
    MeantColour,
    ReadWords,
    RequestBlock,
    RequestText,
    SearchRequest,
)
from shared.search.query import MAX_CHARACTERS, MAX_WORDS, query_of
from tests.support.scripted_search import BLUE, request_of

PP = MappedResin(given="PP", code="PP", name="polypropylene", family="polyolefin", known=True)


def test_colour_words_come_first_then_the_resin_then_the_other_texts_in_their_order():
    request = request_of(REQUEST_FINISH="high gloss", REQUEST_USE="toys")
    assert query_of(RequestBlock(request=request), PP) == "warm signal blue PP polypropylene high gloss toys"


def test_a_resin_is_named_as_typed_too_where_that_says_more():
    resin = PP.model_copy(update={"given": "PP-GF30"})
    assert query_of(RequestBlock(request=request_of(lab=None)), resin).endswith("PP polypropylene PP-GF30")
    unknown = MappedResin(given="Foo", code="Foo")
    assert query_of(RequestBlock(request=request_of(lab=None)), unknown).endswith("blue Foo")


def test_another_resin_replaces_the_one_that_was_asked_for():
    query = query_of(RequestBlock(request=request_of(resin="PP")), MappedResin(given="PS", code="PS"))
    assert query == "warm signal blue PS"


@pytest.mark.parametrize("words", ["", "   "])
def test_a_colour_without_words_is_searched_by_the_words_for_it(words):
    assert "blue" in query_of(RequestBlock(request=request_of(words=words)), None) or "violet" in query_of(
        RequestBlock(request=request_of(words=words)), None
    )


def test_words_that_were_given_are_not_doubled_by_those_for_the_colour():
    assert query_of(RequestBlock(request=request_of(words="like the sky", lab=BLUE)), None) == "like the sky"


def test_control_characters_and_lone_surrogates_are_no_words():
    assert query_of(RequestBlock(request=request_of(words="warm\x00\x1bblue\ud800")), None) == "warm blue"


@pytest.mark.parametrize("between", [" ", "-", ",", "_"])
def test_what_an_index_takes_for_words_is_counted_whatever_stands_between(between):
    listed = between.join(f"c{number}" for number in range(160))[:500]
    query = query_of(RequestBlock(request=request_of(words=listed[:500], REQUEST_MORE=listed, lab=None)), None)
    assert len(re.findall("c[0-9]+", query)) == MAX_WORDS


def test_each_character_of_a_script_without_blanks_is_a_word():
    query = query_of(RequestBlock(request=request_of(words="\u8272" * 500, lab=None)), None)
    assert query == "\u8272" * MAX_WORDS


@given(st.lists(st.text(max_size=500), max_size=42))
def test_no_request_makes_a_query_that_a_service_would_refuse(texts):
    entries = tuple(RequestText(field=f"REQUEST_{number}", text=text) for number, text in enumerate(texts))
    query = query_of(RequestBlock(request=SearchRequest(k=1, texts=entries, lab=BLUE)), PP)
    assert 0 < len(query) <= MAX_CHARACTERS
    assert len(re.findall(r"[^\W_]+", query)) <= MAX_WORDS
    assert query == query.strip()
    query.encode()


def test_colour_words_that_were_understood_are_searched_by_the_words_of_the_index_too():
    meant = MeantColour(text="dunkelblau", meaning="dark blue", lab=LabValues(L=25, a=5, b=-35), reach=12)
    block = RequestBlock(request=request_of(words="dunkelblau", lab=None), words=ReadWords(colours=(meant,)))
    query = query_of(block, None)
    assert query.startswith("dunkelblau ")
    assert "blue" in query
