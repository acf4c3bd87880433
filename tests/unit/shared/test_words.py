"""The words under which code is found: the same for a chunk and for a question."""

from unicodedata import normalize

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from shared.snippets.words import MAX_TERMS, index_words, query_terms


@pytest.mark.parametrize(
    ("identifier", "words"),
    [
        ("parseHttpDate", "parse http date parsehttpdate"),
        ("HTTPServer", "http server httpserver"),
        ("read_json_object", "read json object read_json_object"),
        ("MAX_BODY_BYTES", "max body bytes max_body_bytes"),
        ("utf8", "utf 8 utf8"),
        ("__init__", "init"),
        ("plain", "plain"),
        ("größteZahl", "größte zahl größtezahl"),
        ("解析する", "解析する"),
        ("மொழி", "மொழி"),
        ("हिन्दी_में", "हिन्दी में हिन्दी_में"),
        ("ภาษาไทย", "ภาษาไทย"),
        ("cafe\u0301", "caf\u00e9"),
        ("❤️ 1️⃣ \u0301", "1️⃣"),
        ("x" * 256, "x" * 256),
        ("x" * 257, ""),
        ("a.b(c)", "a b c"),
    ],
)
def test_identifiers_are_split_and_kept_whole(identifier, words):
    assert index_words("", (), (), identifier) == words


def test_a_name_is_found_by_its_parts_however_long_it_is():
    name = "_".join(["test", "that", "cookies", "expire"] * 20)
    assert index_words("", (), (), name).split() == ["test", "that", "cookies", "expire"] * 20
    shorter = "test_that_the_cookies_of_a_session_expire_when_the_clock_is_set_back_by_an_hour"
    assert set(query_terms(shorter)) <= set(index_words("", (), (), f"def {shorter}():").split())
    assert shorter in query_terms(shorter)


def test_data_has_no_words():
    digest, base64 = "3f9a0c" * 22, "aGVsbG8gd29ybGQh" * 8
    assert index_words("", (), (), f"{digest} {base64}") == ""


def test_a_word_is_found_however_its_accents_are_written():
    composed, decomposed = normalize("NFC", "Größe_des_Café"), normalize("NFD", "Größe_des_Café")
    assert index_words("", (), (), composed) == index_words("", (), (), decomposed)
    assert query_terms(composed) == query_terms(decomposed)


def test_a_chunk_has_its_path_once_and_its_symbols_twice():
    words = index_words("src/pool.py", ("Pool",), ("acquire",), "def acquire(): pass").split()
    assert words.count("src") == 1
    assert words.count("pool") == 3
    assert words.count("acquire") == 3


def test_a_question_keeps_what_tells_in_its_order():
    assert query_terms("How do I parse a date in parseDate?") == ["parse", "date", "parsedate"]
    assert query_terms("what is it") == ["what", "is", "it"]
    assert query_terms("?!") == []


def test_of_too_many_words_the_longest_stay():
    words = [f"{'w' * (index % 40 + 1)}{chr(97 + index // 40)}" for index in range(100)]
    kept = query_terms(" ".join(words))
    assert len(kept) == MAX_TERMS
    assert min(map(len, kept)) >= max(len(word) for word in words if word not in kept)
    assert kept == [word for word in words if word in kept]


@given(st.text(max_size=300))
def test_terms_are_words_whatever_is_asked(text):
    terms = query_terms(text)
    assert all(regex.fullmatch(r"\w+", term) for term in terms)
    assert len(set(terms)) == len(terms) <= MAX_TERMS


@given(st.text(max_size=300))
def test_a_question_in_the_words_of_a_chunk_finds_them(text):
    assert set(query_terms(text)) <= set(index_words("", (), (), text).split())
