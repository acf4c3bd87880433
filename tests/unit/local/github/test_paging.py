"""Pages and the header that leads to the next."""

import pytest

from local.github.paging import Page


@pytest.mark.parametrize(
    ("query", "number", "size"),
    [
        ({}, 1, 30),
        ({"per_page": "100", "page": "2"}, 2, 100),
        ({"per_page": "500"}, 1, 100),
        ({"per_page": "0"}, 1, 30),
        ({"per_page": "-1", "page": "-3"}, 1, 30),
        ({"per_page": "x", "page": ""}, 1, 30),
        ({"page": "0"}, 1, 30),
        ({"page": "9" * 5000}, 1, 30),
        ({"page": "٣"}, 1, 30),
        ({"page": "999999999"}, 1_000_000, 30),
    ],
)
def test_what_cannot_be_used_is_taken_for_the_nearest_thing(query: dict[str, str], number: int, size: int) -> None:
    page = Page.of(query)
    assert (page.number, page.size) == (number, size)


def test_first_page_leads_to_the_next_and_the_last() -> None:
    query = {"per_page": "50", "type": "owner"}
    assert Page(1, 50).links("http://h/user/1/repos", query, 120) == (
        '<http://h/user/1/repos?per_page=50&type=owner&page=2>; rel="next", '
        '<http://h/user/1/repos?per_page=50&type=owner&page=3>; rel="last"'
    )


def test_last_page_leads_back() -> None:
    links = Page(3, 50).links("http://h/x", {"page": "3"}, 120)
    assert links == '<http://h/x?page=2>; rel="prev", <http://h/x?page=1>; rel="first"'


def test_one_page_needs_no_header() -> None:
    assert Page(1, 50).links("http://h/x", {}, 50) == ""


def test_query_cannot_break_out_of_the_header() -> None:
    links = Page(1, 1).links("http://h/x", {"sort": '>; rel="next"\r\nSet-Cookie: a'}, 2)
    assert "\r" not in links
    assert links.count(">; rel=") == 2


def test_page_beyond_the_last_is_empty() -> None:
    assert list(Page(4, 50).cut(range(120))) == []
    assert list(Page(3, 50).cut(range(120))) == list(range(100, 120))
