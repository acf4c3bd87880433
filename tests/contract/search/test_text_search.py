"""Text searches through the SDK: both query languages, weights, highlights."""

import pytest
import pytest_asyncio
from azure.core.exceptions import HttpResponseError

from tests.contract.search.conftest import MakeShelf, Shelf
from tests.support.search_documents import DOCUMENTS, PAINTS

pytestmark = pytest.mark.asyncio(loop_scope="session")
EVERYTHING = {"sky", "navy", "fire", "moss"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shelf(make_shelf: MakeShelf) -> Shelf:
    made = await make_shelf(PAINTS)
    await made.write(DOCUMENTS)
    return made


@pytest.mark.parametrize("text", ["*", "", None])
async def test_no_text_finds_everything_with_score_one(shelf: Shelf, text: str | None) -> None:
    rows = await shelf.rows(text)
    assert {row["id"] for row in rows} == EVERYTHING
    assert {row["@search.score"] for row in rows} == {1.0}


@pytest.mark.parametrize(
    ("text", "mode", "found"),
    [
        ("blue", "any", {"sky", "navy", "fire"}),
        ("BLUE", "any", {"sky", "navy", "fire"}),
        ("blue red", "any", {"sky", "navy", "fire"}),
        ("blue red", "all", {"fire"}),
        ("blue + red", "any", {"fire"}),
        ("sky | moss", "all", {"sky", "moss"}),
        ('"navy blue"', "any", {"navy"}),
        ('"blue navy"', "any", set()),
        ("blue -red", "all", {"sky", "navy"}),
        ("ceil*", "any", {"sky"}),
        ("(sky | fire) + blue", "any", {"sky", "fire"}),
        ("PP-GF30", "any", {"moss"}),
        ("Bonn", "any", {"sky", "fire"}),
        ("run", "any", {"moss"}),
        ("signl~1", "any", {"fire"}),
        ("nothing", "any", set()),
        ("s1", "any", set()),
    ],
)
async def test_simple_syntax(shelf: Shelf, text: str, mode: str, found: set[str]) -> None:
    assert set(await shelf.ids(text, search_mode=mode)) == found


@pytest.mark.parametrize("text", ['"', "+", "-", "(", "| |", "a)(b", '"a" + + -', "~", "\\", "&", "x:y", "[a TO b]"])
async def test_simple_syntax_knows_no_errors(shelf: Shelf, text: str) -> None:
    assert set(await shelf.ids(text)) <= EVERYTHING


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("title:blue", {"sky", "navy"}),
        ("title:(blue OR red)", {"sky", "navy", "fire"}),
        ("title:blue AND NOT title:navy", {"sky"}),
        ("title:blue && notes:doors", {"navy"}),
        ("+title:blue -navy", {"sky"}),
        ("maker/city:ghent", {"navy"}),
        ('notes:"light ceilings"~2', {"sky"}),
        ("navi~1", {"navy"}),
        ("title:s?y", {"sky"}),
        ("title:f*e", {"fire"}),
        ("title:/[sm].*/", {"sky", "moss"}),
        ("marks:REACH", {"sky", "navy"}),
        ("sky OR moss^5", {"sky", "moss"}),
    ],
)
async def test_full_syntax(shelf: Shelf, text: str, found: set[str]) -> None:
    assert set(await shelf.ids(text, query_type="full")) == found


async def test_boosted_word_comes_first(shelf: Shelf) -> None:
    assert (await shelf.ids("title:sky^9 OR title:moss", query_type="full"))[0] == "sky"
    assert (await shelf.ids("title:sky OR title:moss^9", query_type="full"))[0] == "moss"


@pytest.mark.parametrize("text", ["title:(blue", '"open', "nowhere:blue", "secret:s1", "*end", "a AND", "/open"])
async def test_wrong_full_syntax_is_refused(shelf: Shelf, text: str) -> None:
    with pytest.raises(HttpResponseError) as raised:
        await shelf.ids(text, query_type="full")
    assert raised.value.status_code == 400


async def test_search_fields_narrow_the_search(shelf: Shelf) -> None:
    assert set(await shelf.ids("blue", search_fields=["title"])) == {"sky", "navy"}
    assert set(await shelf.ids("blue", search_fields=["notes", "marks"])) == {"sky", "fire"}


async def test_scoring_profile_weighs_fields(shelf: Shelf) -> None:
    plain = await shelf.ids("navy black signal")
    weighed = await shelf.ids("navy signal", scoring_profile="notes-first")
    assert plain[0] == "navy"
    assert weighed[0] == "fire"


async def test_rarer_word_scores_higher(shelf: Shelf) -> None:
    rows = {row["id"]: row["@search.score"] for row in await shelf.rows("navy blue", search_fields=["title"])}
    assert rows["navy"] > rows["sky"] > 0


async def test_highlights_mark_the_words_found(shelf: Shelf) -> None:
    rows = await shelf.rows("blue ceilings", highlight_fields="title,notes-1", filter="id eq 'sky'")
    assert rows[0]["@search.highlights"]["title"] == ["Sky <em>blue</em>"]
    assert "<em>ceilings</em>" in rows[0]["@search.highlights"]["notes"][0]


async def test_highlight_tags_can_be_chosen(shelf: Shelf) -> None:
    rows = await shelf.rows(
        "moss", highlight_fields="title", highlight_pre_tag="[", highlight_post_tag="]", search_fields=["title"]
    )
    assert rows[0]["@search.highlights"]["title"] == ["[Moss] green PP-GF30"]


@pytest.mark.parametrize(
    "options",
    [
        {"search_fields": ["price"]},
        {"search_fields": ["nowhere"]},
        {"highlight_fields": "price"},
        {"scoring_profile": "nobody"},
        {"highlight_fields": "title", "highlight_pre_tag": "["},
        {"query_type": "strange"},
        {"search_mode": "some"},
    ],
)
async def test_wrong_option_is_refused(shelf: Shelf, options: dict[str, object]) -> None:
    with pytest.raises(HttpResponseError) as raised:
        await shelf.ids("blue", **options)
    assert raised.value.status_code == 400
