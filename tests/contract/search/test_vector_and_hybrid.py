"""Vector, hybrid and semantic searches through the SDK."""

import pytest
import pytest_asyncio
from azure.core.exceptions import HttpResponseError
from azure.search.documents.models import VectorFilterMode, VectorizableTextQuery, VectorizedQuery

from tests.contract.search.conftest import MakeShelf, Shelf
from tests.support.search_documents import DOCUMENTS, PAINTS

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shelf(make_shelf: MakeShelf) -> Shelf:
    made = await make_shelf(PAINTS)
    await made.write(DOCUMENTS)
    return made


def near(*vector: float, k: int = 3, fields: str = "near", weight: float | None = None) -> VectorizedQuery:
    return VectorizedQuery(vector=list(vector), k_nearest_neighbors=k, fields=fields, weight=weight)


async def test_vector_search_scores_by_cosine(shelf: Shelf) -> None:
    rows = await shelf.rows(vector_queries=[near(2.0, 0.0, 0.0, 0.0)])
    assert [(row["id"], row["@search.score"]) for row in rows[:2]] == [
        ("sky", pytest.approx(1.0, abs=1e-6)),
        ("navy", pytest.approx(1 / (2 - 0.8), abs=1e-6)),
    ]
    assert rows[2]["@search.score"] == pytest.approx(0.5, abs=1e-6)


async def test_k_bounds_the_results(shelf: Shelf) -> None:
    assert await shelf.ids(vector_queries=[near(1.0, 0.1, 0.0, 0.0, k=1)]) == ["sky"]


async def test_filter_comes_before_the_nearest_are_taken(shelf: Shelf) -> None:
    query = near(1.0, 0.1, 0.0, 0.0, k=1)
    assert await shelf.ids(vector_queries=[query], filter="resin eq 'ABS'") == ["fire"]
    modes = {"vector_filter_mode": VectorFilterMode.POST_FILTER}
    assert await shelf.ids(vector_queries=[query], filter="resin eq 'ABS'", **modes) == []


async def test_documents_without_a_vector_are_not_near(shelf: Shelf) -> None:
    found = await shelf.ids(vector_queries=[near(0.0, 0.0, 1.0, 0.0, k=10, fields="shown")])
    assert "moss" not in found
    assert len(found) == 3


async def test_several_vectors_are_fused_by_rank(shelf: Shelf) -> None:
    rows = await shelf.rows(vector_queries=[near(1.0, 0.0, 0.0, 0.0, k=2), near(0.7, 0.7, 0.0, 0.0, k=1)])
    # sky is first of one, navy second of one and first of the other.
    assert [row["id"] for row in rows] == ["navy", "sky"]
    assert rows[0]["@search.score"] == pytest.approx(1 / 60 + 1 / 61, abs=1e-6)
    assert rows[1]["@search.score"] == pytest.approx(1 / 60, abs=1e-6)


async def test_one_vector_in_two_fields_counts_twice(shelf: Shelf) -> None:
    rows = await shelf.rows(vector_queries=[near(1.0, 0.0, 0.0, 0.0, k=1, fields="near,shown")])
    assert [(row["id"], row["@search.score"]) for row in rows] == [("sky", pytest.approx(2 / 60, abs=1e-6))]


async def test_weight_of_a_vector_decides_the_fusion(shelf: Shelf) -> None:
    first, second = near(1.0, 0.0, 0.0, 0.0, k=1), near(0.0, 0.0, 1.0, 0.0, k=1)
    assert (await shelf.ids(vector_queries=[first, near(0.0, 0.0, 1.0, 0.0, k=1, weight=3.0)]))[0] == "moss"
    assert (await shelf.ids(vector_queries=[near(1.0, 0.0, 0.0, 0.0, k=1, weight=3.0), second]))[0] == "sky"


async def test_hybrid_search_finds_by_words_and_by_vector(shelf: Shelf) -> None:
    found = await shelf.client.search("red", vector_queries=[near(0.0, 0.0, 1.0, 0.0, k=1)], include_total_count=True)
    rows = [row async for row in found]
    assert {row["id"] for row in rows} == {"fire", "moss"}
    assert [row["@search.score"] for row in rows] == [pytest.approx(1 / 60, abs=1e-6)] * 2
    assert await found.get_count() == 2


async def test_hybrid_search_prefers_what_both_find(shelf: Shelf) -> None:
    rows = await shelf.rows("navy", vector_queries=[near(0.8, 0.6, 0.0, 0.0, k=3)])
    assert rows[0]["id"] == "navy"
    assert rows[0]["@search.score"] == pytest.approx(2 / 60, abs=1e-6)


async def test_search_sees_changed_vectors(make_shelf: MakeShelf) -> None:
    shelf = await make_shelf(PAINTS)
    await shelf.write(DOCUMENTS)
    await shelf.client.merge_documents([{"id": "moss", "near": [1.0, 0.0, 0.0, 0.0], "stock": 4}])
    await shelf.client.merge_documents([{"id": "sky", "near": None}])
    await shelf.settled()
    rows = await shelf.rows(vector_queries=[near(1.0, 0.0, 0.0, 0.0, k=1)])
    assert [(row["id"], row["stock"]) for row in rows] == [("moss", 4)]


@pytest.mark.parametrize(
    ("query", "named"),
    [
        (near(1.0, 0.0), "near|dimension"),
        (near(1.0, 0.0, 0.0, 0.0, fields="title"), "title"),
        (near(1.0, 0.0, 0.0, 0.0, fields="nowhere"), "nowhere"),
        (near(1.0, 0.0, 0.0, 0.0, k=0), "(?i)k"),
        (VectorizableTextQuery(text="blue", fields="near"), "(?i)vectorizer"),
    ],
    ids=["dimensions", "no vector", "no field", "k", "text"],
)
async def test_wrong_vector_query_is_refused_by_name(shelf: Shelf, query: VectorizedQuery, named: str) -> None:
    with pytest.raises(HttpResponseError, match=named) as raised:
        await shelf.rows(vector_queries=[query])
    assert raised.value.status_code == 400


SEMANTIC = {"query_type": "semantic", "semantic_configuration_name": "by-meaning"}


async def test_semantic_ranking_orders_by_its_own_score(shelf: Shelf) -> None:
    rows = await shelf.rows("a dark colour for doors", **SEMANTIC)
    scores = [row["@search.reranker_score"] for row in rows]
    assert rows[0]["id"] == "navy"
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 4 for score in scores)


async def test_captions_quote_the_document(shelf: Shelf) -> None:
    options = {"query_caption": "extractive", "query_caption_highlight_enabled": True}
    rows = await shelf.rows("light blue for ceilings", filter="id eq 'sky'", **SEMANTIC, **options)
    (caption,) = rows[0]["@search.captions"]
    assert "ceilings" in caption.text
    assert "<em>" in caption.highlights


async def test_captions_come_only_when_asked_for(shelf: Shelf) -> None:
    assert (await shelf.rows("blue", **SEMANTIC))[0]["@search.captions"] is None


async def test_answers_name_their_documents(shelf: Shelf) -> None:
    found = await shelf.client.search(
        "which light blue is for ceilings",
        query_answer="extractive",
        query_answer_count=2,
        query_answer_threshold=0.0,
        **SEMANTIC,
    )
    answers = await found.get_answers()
    assert answers is not None
    assert len(answers) <= 2
    assert all(0 <= answer.score <= 1 for answer in answers)
    if answers:
        assert answers[0].key == "sky"


async def test_semantic_query_may_differ_from_the_text(shelf: Shelf) -> None:
    rows = await shelf.rows("blue", semantic_query="warning signal", semantic_configuration_name="by-meaning")
    assert rows[0]["id"] == "fire"
    assert rows[0]["@search.reranker_score"] is not None


async def test_semantic_ranking_covers_the_first_fifty(make_shelf: MakeShelf) -> None:
    shelf = await make_shelf(PAINTS)
    await shelf.write([{"id": f"p{n}", "title": "blue paint", "notes": f"number {n}"} for n in range(60)])
    rows = await shelf.rows("blue", top=60, **SEMANTIC)
    assert [row["@search.reranker_score"] is not None for row in rows] == [True] * 50 + [False] * 10


@pytest.mark.parametrize(
    "options",
    [
        {**SEMANTIC, "order_by": ["price"]},
        {"query_type": "semantic", "semantic_configuration_name": "nobody"},
        {"query_type": "semantic"},
    ],
    ids=["with an order", "unknown configuration", "no configuration"],
)
async def test_wrong_semantic_query_is_refused(shelf: Shelf, options: dict[str, object]) -> None:
    with pytest.raises(HttpResponseError) as raised:
        await shelf.rows("blue", **options)
    assert raised.value.status_code == 400
