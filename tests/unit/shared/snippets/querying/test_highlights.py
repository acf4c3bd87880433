"""Words of the question are marked where they stand."""

from hypothesis import given
from hypothesis import strategies as st

from shared.snippets.querying.highlights import MAX_HIGHLIGHTS, highlights


def marked(text: str, *terms: str) -> list[str]:
    return [text[start:end] for start, end in highlights(text, terms)]


def test_parts_of_identifiers_count():
    assert marked("def parseHttpDate(raw_date):", "http", "date") == ["HttpDate", "date"]


def test_a_whole_identifier_counts_as_one():
    assert marked("x = _parse_http_date_(1)", "parse_http_date", "http") == ["parse_http_date"]


def test_other_words_do_not_count():
    assert marked("httpd https xhttp", "http") == []


def test_offsets_are_code_points():
    assert highlights("😀 ünï Sort 中文", {"sort", "中文"}) == [[6, 10], [11, 13]]


def test_there_are_twenty_at_most():
    assert len(highlights("a b " * 100, {"a"})) == MAX_HIGHLIGHTS == 20


@given(st.text(), st.sets(st.text(min_size=1, max_size=5)))
def test_places_are_in_order_apart_and_inside(text: str, terms: set[str]):
    places = highlights(text, terms)
    flat = [place for each in places for place in each]
    assert flat == sorted(set(flat))
    assert all(0 <= place <= len(text) for place in flat)
