"""ORDER BY RANK on stored items gives what counting the words of all of them gives, whatever was written before."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from local.cosmos.batch import read_batch, run_batch
from local.cosmos.bm25 import Statistics, score
from local.cosmos.definitions import ContainerDefinition, read_definition
from local.cosmos.engine import Engine
from local.cosmos.errors import CosmosError
from local.cosmos.patch import apply_patch, read_patch
from local.cosmos.sql.executor import Question
from local.cosmos.sql.targets import Target
from local.cosmos.store import items
from local.cosmos.store.catalog import Container
from local.cosmos.store.documents import make_document
from local.cosmos.store.items import Precondition
from local.cosmos.store.reads import EffectiveRange
from local.cosmos.store.writer import WriteTransaction
from local.cosmos.words import occurrences, term, words

TEXTS = {
    "a": "red bicycle red",
    "b": "Red car, blue car",
    "c": "blue sky over the red bicycle shed and a red car",
    "d": "nothing of that",
    "e": "bicycle bicycle bicycle",
    "f": "a red, red bicycle",
}
EVERYWHERE, IN_P = Target(across=True), Target(key='["p"]')


def definition(**changes: Any) -> ContainerDefinition:
    body: dict[str, Any] = {
        "id": "c",
        "partitionKey": {"paths": ["/pk"], "kind": "Hash"},
        "defaultTtl": -1,
        "vectorEmbeddingPolicy": {"vectorEmbeddings": [{"path": "/v", "dimensions": 2}]},
        "fullTextPolicy": {
            "defaultLanguage": "en-US",
            "fullTextPaths": [{"path": "/words", "language": "en-US"}, {"path": "/deep/words"}],
        },
        "indexingPolicy": {"fullTextIndexes": [{"path": "/words"}, {"path": "/deep/words"}]},
    }
    return read_definition(body | changes)


class Store:
    """One container of one engine."""

    def __init__(self, engine: Engine, container: Container) -> None:
        self.engine = engine
        self.container = container

    async def write(self, work: Callable[[WriteTransaction], Any]) -> Any:
        return await self.engine.write(work)

    async def put(self, identity: str, text: Any, pk: str = "p", **more: Any) -> None:
        item = {"id": identity, "pk": pk, **more} | ({} if text is None else {"words": text})
        document = make_document(item, self.container.definition.partition_key)
        await self.write(lambda transaction: items.upsert(transaction, self.container, document, Precondition()))

    async def delete(self, identity: str, pk: str = "p") -> None:
        key = f'["{pk}"]'
        await self.write(lambda transaction: items.delete(transaction, self.container, key, identity, Precondition()))

    async def ask(self, text: str, target: Target = IN_P, **params: Any) -> list[Any]:
        named = {f"@{name}": value for name, value in params.items()}
        answer = await self.engine.query(self.container, Question(text, named, target))
        return [orjson.loads(row) for row in answer.rows]

    async def best(self, *terms: str, where: str = "", target: Target = IN_P, top: int = 100) -> list[str]:
        sought = ", ".join(f"'{each}'" for each in terms)
        return await self.ask(
            f"SELECT TOP {top} VALUE c.id FROM c {where} ORDER BY RANK FullTextScore(c.words, {sought})", target
        )


async def opened(folder: Path) -> Store:
    engine = Engine(folder)
    await engine.start()
    if "d" in engine.catalog.databases:
        return Store(engine, engine.catalog.container("d", "c"))
    await engine.write(lambda transaction: engine.catalog.create_database(transaction, "d"))
    made = definition()
    container = await engine.write(lambda transaction: engine.catalog.create_container(transaction, "d", made))
    return Store(engine, container)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncGenerator[Store]:
    made = await opened(tmp_path)
    for identity, text in TEXTS.items():
        await made.put(identity, text)
    yield made
    await made.engine.stop()


def by_counting(texts: dict[str, str], *terms: str, items: int | None = None) -> list[str]:
    """The order that BM25 gives when every text is read; ``items``: those without a text are counted too."""
    found = {identity: words(text) for identity, text in texts.items()}
    counts = {identity: [occurrences(each, term(sought)) for sought in terms] for identity, each in found.items()}
    hits = tuple(sum(1 for each in counts.values() if each[at]) for at in range(len(terms)))
    statistics = Statistics(len(texts) if items is None else items, sum(map(len, found.values())), hits)
    scores = {identity: score(counts[identity], len(found[identity]), statistics) for identity in texts}
    return sorted(texts, key=lambda identity: -scores[identity])


@pytest.mark.parametrize(
    "terms", [("red",), ("RED", "bicycle"), ("red bicycle",), ("red car", "sky"), ("nowhere",), ("red", "red", "blue")]
)
async def test_order_is_that_of_bm25_over_all_texts(store: Store, terms: tuple[str, ...]):
    assert await store.best(*terms) == by_counting(TEXTS, *terms)


async def test_what_holds_no_term_comes_last_in_the_order_of_making(store: Store):
    assert await store.best("bicycle") == ["e", "a", "f", "c", "b", "d"]
    assert await store.best("nowhere") == list(TEXTS)


async def test_items_without_a_text_have_no_place_and_still_count(store: Store):
    for identity, text in (("none", None), ("number", 7), ("list", ["red"])):
        await store.put(identity, text)
    assert await store.best("red", "sky") == by_counting(TEXTS, "red", "sky", items=len(TEXTS) + 3)


async def test_terms_are_literals_or_parameters(store: Store):
    text = "SELECT TOP 3 VALUE c.id FROM c ORDER BY RANK FullTextScore(c.words, @one, 'sky')"
    assert await store.ask(text, one="red") == await store.best("red", "sky", top=3)


async def test_long_and_nested_texts_are_found(store: Store):
    await store.put("long", "word " * 2000 + "zebra")
    await store.put("deep", None, deep={"words": "a zebra"})
    assert (await store.best("zebra", top=1)) == ["long"]
    text = "SELECT TOP 1 VALUE c.id FROM c ORDER BY RANK FullTextScore(c.deep.words, 'zebra')"
    assert await store.ask(text) == ["deep"]


async def test_every_write_shows_in_the_next_query(store: Store):
    assert (await store.best("zebra", top=1)) == ["a"]
    await store.put("new", "zebra")
    assert (await store.best("zebra", top=1)) == ["new"]
    await store.put("new", "horse")
    await store.put("a", "zebra zebra")
    assert (await store.best("zebra", top=1)) == ["a"]
    await store.delete("a")
    changed = {identity: text for identity, text in TEXTS.items() if identity != "a"} | {"new": "horse"}
    assert await store.best("red", "horse") == by_counting(changed, "red", "horse")


async def test_patches_and_batches_show_in_the_next_query(store: Store):
    await store.best("zebra")
    patch = read_patch([{"op": "set", "path": "/words", "value": "patched zebra"}], ())

    def patched(transaction: WriteTransaction) -> Any:
        found, seq = items.load(transaction, store.container, '["p"]', "b", Precondition())
        return items.replace_changed(transaction, store.container, '["p"]', apply_patch(found, patch), seq)

    await store.write(patched)
    assert (await store.best("zebra", top=1)) == ["b"]
    operations = [
        {"operationType": "Create", "resourceBody": {"id": "x", "pk": "p", "words": "zebra zebra zebra"}},
        {"operationType": "Delete", "id": "b"},
    ]
    batch = read_batch(operations, store.container, '["p"]')
    await store.write(lambda transaction: run_batch(transaction, store.container, '["p"]', batch, minimal=True))
    assert (await store.best("zebra", where="WHERE FullTextContains(c.words, 'zebra')")) == ["x"]


async def test_a_batch_that_fails_leaves_the_words_as_they_were(store: Store):
    await store.best("zebra")
    operations = [
        {"operationType": "Upsert", "resourceBody": {"id": "a", "pk": "p", "words": "zebra"}},
        {"operationType": "Delete", "id": "missing"},
    ]
    batch = read_batch(operations, store.container, '["p"]')
    result = await store.write(
        lambda transaction: run_batch(transaction, store.container, '["p"]', batch, minimal=True)
    )
    assert result.failed
    assert await store.best("red", "zebra") == by_counting(TEXTS, "red", "zebra")


async def test_expired_items_are_neither_found_nor_counted_for_long(store: Store):
    await store.best("red")
    await store.put("brief", "red red red red", ttl=1)
    deadline = time.monotonic() + 15
    while await store.best("red") != by_counting(TEXTS, "red") or store.container.texts["/words"].view(
        2**60, '["p"]', []
    )[0].items > len(TEXTS):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


async def test_words_are_there_again_after_a_restart(tmp_path: Path):
    first = await opened(tmp_path)
    for identity, text in TEXTS.items():
        await first.put(identity, text)
    before = await first.best("red", "bicycle")
    await first.engine.stop()
    second = await opened(tmp_path)
    try:
        assert await second.best("red", "bicycle") == before == by_counting(TEXTS, "red", "bicycle")
    finally:
        await second.engine.stop()


async def test_statistics_are_those_of_the_addressed_partition(store: Store):
    # In q alone "car" is rarer than "bicycle"; over both it is the other way round.
    others = {f"q{n}": "bicycle" for n in range(3)} | {"q3": "car", "q4": "bicycle"}
    for identity, text in others.items():
        await store.put(identity, text, pk="q")
    in_q = Target(key='["q"]')
    assert await store.best("bicycle", "car", target=in_q) == by_counting(others, "bicycle", "car")
    assert await store.best("bicycle", "car", target=EVERYWHERE) == by_counting(TEXTS | others, "bicycle", "car")
    whole = EffectiveRange("", "FF")
    assert await store.best("car", target=Target(range=whole)) == by_counting(TEXTS | others, "car")
    # A partition that only WHERE names does not narrow what is counted.
    found = await store.best("bicycle", "car", where="WHERE c.pk = 'q'", target=EVERYWHERE)
    assert found == [each for each in by_counting(TEXTS | others, "bicycle", "car") if each in others]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("FullTextContains(c.words, 'Blue')", ["b", "c"]),
        ("FullTextContains(c.words, 'red bicycle')", ["a", "c", "f"]),
        ("FullTextContainsAll(c.words, 'red', 'blue')", ["b", "c"]),
        ("FullTextContainsAny(c.words, 'sky', 'that', 'nowhere')", ["c", "d"]),
        ("NOT FullTextContains(c.words, 'red')", ["d", "e"]),
        ("FullTextContainsAny(c.words, @term)", ["c"]),
        ("FullTextContains(c.words, '...')", []),
        ("FullTextContains(c.other, 'red') OR FullTextContains(c.words, 'sky')", ["c"]),
        ("c.id IN ('a', 'b', 'd') AND c.pk = 'p'", ["a", "b", "d"]),
        ("c.id LIKE '[a-c]' AND FullTextContains(c.words, 'car')", ["b", "c"]),
    ],
)
async def test_where_comes_before_the_ranking(store: Store, where: str, expected: list[str]):
    text = f"SELECT {{top}} VALUE c.id FROM c WHERE {where} {{order}}"
    assert await store.ask(text.format(top="", order=""), term="sky") == expected
    order = "ORDER BY RANK FullTextScore(c.words, 'red', 'car')"
    ranked = await store.ask(text.format(top="TOP 9", order=order), term="sky")
    assert ranked == [each for each in by_counting(TEXTS, "red", "car") if each in expected]


async def test_pages_are_the_whole_in_order(store: Store):
    for n in range(200):
        await store.put(f"n{n}", "red " * (n % 5) + "stone")
    text = "SELECT VALUE c.id FROM c WHERE c.id LIKE 'n%' ORDER BY RANK FullTextScore(c.words, 'red') OFFSET 5 LIMIT 90"
    rows: list[bytes] = []
    token: str | None = None
    while True:
        page = await store.engine.query(store.container, Question(text, {}, IN_P, 37, token))
        rows, token = rows + page.rows, page.token
        if token is None:
            break
    expected = [each for each in await store.best("red", top=300) if each.startswith("n")]
    assert [orjson.loads(row) for row in rows] == expected[5:95]


async def test_ranks_of_words_and_vectors_are_fused(store: Store):
    for place, (identity, text) in enumerate(TEXTS.items()):
        await store.put(identity, text, v=[1.0, place / 10])
    await store.put("vector", None, v=[1.0, 0.0])
    order = "ORDER BY RANK RRF(FullTextScore(c.words, 'sky'), VectorDistance(c.v, [1, 0]){weights})"
    text = "SELECT TOP 3 VALUE c.id FROM c " + order
    # Ranks by words: c 1, the others with a text 2, "vector" 3. By vectors: a and "vector" 1, b 2, c 3, d 4, e 5, f 6.
    # a: 1/62 + 1/61, c and "vector": 1/61 + 1/63, b: 1/62 + 1/62.
    assert await store.ask(text.format(weights="")) == ["a", "c", "vector"]
    assert await store.ask(text.format(weights=", [0.1, 1]")) == ["a", "vector", "b"]
    # By vectors from the far end: f 1, e 2, d 3, c 4. f: 1/62 + 1/61, e: 1/62 + 1/62, c: 1/61 + 1/64.
    assert await store.ask(text.format(weights=", [1, -1]")) == ["f", "e", "c"]
    # Without c no text holds the word, so that all with a text have rank 1.
    assert await store.ask(text.replace("FROM c", "FROM c WHERE c.id != 'c'").format(weights="")) == [
        "a",
        "b",
        "vector",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SELECT * FROM c ORDER BY RANK FullTextScore(c.words, 'a')", "without TOP or LIMIT"),
        ("SELECT TOP 0 * FROM c ORDER BY RANK FullTextScore(c.words, 'a')", "without TOP or LIMIT"),
        ("SELECT TOP 1001 * FROM c ORDER BY RANK FullTextScore(c.words, 'a')", "1001"),
        ("SELECT TOP @n * FROM c ORDER BY RANK FullTextScore(c.words, 'a')", "Expected a number literal"),
        ("SELECT * FROM c ORDER BY RANK FullTextScore(c.words, 'a') OFFSET @n LIMIT 2", "Invalid OFFSET/LIMIT spec"),
        ("SELECT TOP 2 * FROM c ORDER BY RANK FullTextScore(c.words, 'a') DESC", "sort order (ASC or DESC)"),
        ("SELECT TOP 2 * FROM c ORDER BY RANK FullTextScore(c.words)", "at least one term"),
        ("SELECT TOP 2 * FROM c ORDER BY RANK FullTextScore('words', 'a')", "is a path"),
        ("SELECT TOP 2 * FROM c ORDER BY RANK FullTextScore(c.words, ['a'])", "one by one"),
        ("SELECT TOP 2 * FROM c ORDER BY RANK FullTextScore(c.words, 1)", "is a string"),
        ("SELECT TOP 2 * FROM c ORDER BY RANK FullTextScore(c.words, c.id)", "literal or a parameter"),
        ("SELECT TOP 2 * FROM c ORDER BY RANK FullTextScore(c.words, {'term': 'a', 'distance': 1})", "fuzzy"),
        ("SELECT TOP 2 * FROM c ORDER BY RANK FullTextScore(c.other, 'a')", "no fullTextPolicy for the path /other"),
        ("SELECT TOP 2 * FROM c ORDER BY RANK c.words", "takes FullTextScore, VectorDistance or RRF"),
        ("SELECT TOP 2 * FROM c ORDER BY RANK RRF(FullTextScore(c.words, 'a'))", "two or more"),
        (
            "SELECT TOP 2 * FROM c ORDER BY RANK RRF(FullTextScore(c.words, 'a'), FullTextScore(c.words, 'b'), [1])",
            "array of 2 number literals",
        ),
        (
            "SELECT TOP 2 * FROM c ORDER BY RANK RRF(FullTextScore(c.words, 'a'), FullTextScore(c.words, 'b'), @n)",
            "array of 2 number literals",
        ),
        ("SELECT TOP 2 DISTINCT c.id FROM c ORDER BY RANK FullTextScore(c.words, 'a')", "Syntax error"),
        ("SELECT DISTINCT TOP 2 c.id FROM c ORDER BY RANK FullTextScore(c.words, 'a')", "DISTINCT is not supported"),
        ("SELECT TOP 2 c.id FROM c JOIN t IN c.v ORDER BY RANK FullTextScore(c.words, 'a')", "JOIN is not supported"),
        ("SELECT TOP 2 FullTextScore(c.words, 'a') FROM c", "neither in SELECT nor in WHERE"),
        ("SELECT TOP 2 * FROM c WHERE FullTextScore(c.words, 'a') > 1", "neither in SELECT nor in WHERE"),
        ("SELECT TOP 2 * FROM c ORDER BY FullTextScore(c.words, 'a')", "neither in SELECT nor in WHERE"),
        ("SELECT TOP 2 RRF(FullTextScore(c.words, 'a'), VectorDistance(c.v, [1, 2])) FROM c", "ORDER BY RANK"),
        ("SELECT * FROM c WHERE FullTextContains(c.words)", "requires 2 arguments"),
        ("SELECT * FROM c WHERE FullTextContains(c.words, 'a', 'b')", "requires 2 arguments"),
        ("SELECT * FROM c WHERE FullTextContainsAll(c.words)", "at least 2 arguments"),
        ("SELECT * FROM c WHERE FullTextContainsAny(c.words, 5)", "is a string, not 5"),
        ("SELECT * FROM c WHERE FullTextContains(c.words, @n)", "is a string, not int"),
        ("SELECT TOP 1 * FROM c ORDER BY _FullTextScore(c.words, ['a'], 1, 1, [1, 2]) DESC", "a number per term"),
        ("SELECT _FullTextScore(c.words, 'a', 1, 1, [1]) FROM c", "a number per term"),
        ("SELECT EXISTS(SELECT TOP 1 t FROM t IN c.v ORDER BY RANK FullTextScore(c.words, 'a')) FROM c", "subquery"),
    ],
)
async def test_what_the_service_would_not_run_is_refused(store: Store, text: str, said: str):
    with pytest.raises(CosmosError) as refused:
        await store.ask(text, n=2)
    assert refused.value.status == 400
    assert said in refused.value.message


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"fullTextPolicy": None, "indexingPolicy": None}, "no fullTextPolicy for the path /words"),
        ({"indexingPolicy": None}, "no full-text index for the path /words"),
    ],
)
async def test_without_policy_or_index_only_the_ranking_is_refused(store: Store, changes: dict[str, Any], said: str):
    await store.best("red")
    changed = definition(**changes)
    catalog = store.engine.catalog
    await store.write(lambda transaction: catalog.replace_container(transaction, "d", "c", changed))
    with pytest.raises(CosmosError) as refused:
        await store.best("red")
    assert (refused.value.status, said in refused.value.message) == (400, True)
    assert await store.ask("SELECT VALUE c.id FROM c WHERE FullTextContains(c.words, 'sky')") == ["c"]
    await store.put("g", "red red red red")
    again = definition()
    await store.write(lambda transaction: catalog.replace_container(transaction, "d", "c", again))
    assert await store.best("red") == by_counting(TEXTS | {"g": "red red red red"}, "red")
