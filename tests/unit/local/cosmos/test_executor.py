"""Queries on stored items give what the same queries on values in memory give, whatever the tables narrow."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Generator
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.cosmos.definitions import read_definition
from local.cosmos.engine import Engine
from local.cosmos.sql.executor import Answer, Question
from local.cosmos.sql.targets import Target
from local.cosmos.sql.values import fingerprint
from local.cosmos.sql.values_query import query_values
from local.cosmos.store import items
from local.cosmos.store.catalog import Container
from local.cosmos.store.documents import make_document
from local.cosmos.store.items import Precondition
from local.cosmos.store.schema import TEXTS
from local.cosmos.store.writer import WriteTransaction

RANDOM = np.random.default_rng(3)
# More than are scanned without an index, with long values in tails and values of every type under one name.
ITEMS: list[dict[str, Any]] = [
    {
        "id": f"i{n}",
        "pk": f"p{n % 4}",
        "n": n % 7,
        "kind": ["a", "b", None, True, 1, "1"][n % 6],
        "name": ["f/1", "g/12", 'f"1', "f\0/1", "", 7][n % 6],
        "deep": {"x": n % 5},
        "tags": [f"t{n % 3}", n % 2],
        "v": RANDOM.standard_normal(3).round(4).tolist(),
        **({"text": "x" * 5000 + str(n)} if n % 10 == 0 else {"text": str(n)}),
    }
    for n in range(300)
]


class Store:
    """An engine with ``ITEMS``, run in an event loop of its own so that property tests can call it."""

    def __init__(self, folder: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self.engine: Engine
        self.container: Container
        self.run(self._open(folder))

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def write(self, work: Callable[[WriteTransaction], Any]) -> Any:
        return self.run(self.engine.write(work))

    def ask(self, text: str, most: int = 10_000, token: str | None = None, **params: Any) -> Answer:
        named = {f"@{name}": value for name, value in params.items()}
        question = Question(text, named, Target(across=True), most, token)
        return self.run(self.engine.query(self.container, question))

    def rows(self, text: str, **params: Any) -> list[Any]:
        return [orjson.loads(row) for row in self.ask(text, **params).rows]

    def close(self) -> None:
        self.run(self.engine.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _open(self, folder: Path) -> None:
        self.engine = Engine(folder)
        await self.engine.start()
        vectors = [{"path": "/v", "dimensions": 3, "distanceFunction": "cosine"}]
        definition = read_definition(
            {
                "id": "c",
                "partitionKey": {"paths": ["/pk"], "kind": "Hash"},
                "vectorEmbeddingPolicy": {"vectorEmbeddings": vectors},
            }
        )
        await self.engine.write(lambda transaction: self.engine.catalog.create_database(transaction, "d"))
        self.container = await self.engine.write(
            lambda transaction: self.engine.catalog.create_container(transaction, "d", definition)
        )
        for item in ITEMS:
            document = make_document(item, definition.partition_key)
            await self.engine.write(lambda transaction, each=document: items.create(transaction, self.container, each))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Generator[Store]:
    opened = Store(tmp_path_factory.mktemp("store"))
    yield opened
    opened.close()


ATOMS = st.sampled_from(
    [
        "c.n = 3",
        "c.n > 4",
        "c.kind = 'a'",
        "c.kind = '1'",
        "c.kind = 1",
        "c.kind = true",
        "c.kind = null",
        "c.kind IN ('a', 1)",
        "c.kind LIKE '_'",
        "c.name LIKE 'f%1'",
        "(c.pk = 'p1' AND c.name LIKE '%/1%')",
        "c.pk = 'p1'",
        "c.pk IN ('p0', 'p3')",
        "c.id = 'i7'",
        "c.id IN ('i1', 'i10', 'none')",
        "c.deep.x = 2",
        "ARRAY_CONTAINS(c.tags, 't1')",
        "ARRAY_CONTAINS(['i3', 'i30'], c.id)",
        "LENGTH(c.text) > 100",
        "c.text = '7'",
        "EXISTS(SELECT VALUE t FROM t IN c.tags WHERE t = 1)",
    ]
)
WHERE = st.recursive(
    ATOMS,
    lambda inner: (
        st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(lambda parts: f"({' '.join(parts)})")
        | inner.map(lambda part: f"(NOT ({part}))")
    ),
    max_leaves=5,
)
SELECTIONS = st.sampled_from(
    [
        "VALUE c.id",
        "c.id, c.n",
        "VALUE c.text",
        "VALUE {id: c.id, text: LENGTH(c.text)}",
        "VALUE COUNT(1)",
        "VALUE MAX(c.text)",
        "DISTINCT VALUE c.kind",
        "VALUE ARRAY_LENGTH(c.v)",
    ]
)


@settings(max_examples=150, deadline=None)
@given(SELECTIONS, WHERE)
def test_stored_items_answer_as_values_do(store: Store, selection: str, where: str):
    text = f"SELECT {selection} FROM c WHERE {where}"
    expected = query_values(text, {}, ITEMS)
    assert sorted(map(fingerprint, store.rows(text))) == sorted(map(fingerprint, expected))


@settings(max_examples=60, deadline=None)
@given(WHERE, st.sampled_from(["c.n", "c.kind DESC", "c.deep.x", "c.text"]), st.integers(1, 40), st.integers(1, 50))
def test_pages_are_the_whole_in_order(store: Store, where: str, key: str, most: int, limit: int):
    text = f"SELECT VALUE c.id FROM c WHERE {where} ORDER BY {key} OFFSET 2 LIMIT {limit}"
    rows: list[bytes] = []
    token: str | None = None
    while True:
        page = store.ask(text, most, token)
        assert len(page.rows) <= most
        rows += page.rows
        token = page.token
        if token is None:
            break
    assert [orjson.loads(row) for row in rows] == query_values(text, {}, ITEMS)


@settings(max_examples=60, deadline=None)
@given(WHERE, st.integers(1, 60))
def test_nearest_that_pass_where_are_found(store: Store, where: str, top: int):
    text = f"SELECT TOP {top} VALUE c.id FROM c WHERE {where} ORDER BY VectorDistance(c.v, [1, 0.5, -1])"
    query = np.array([1, 0.5, -1])
    passing = {item["id"] for item in query_values(f"SELECT * FROM c WHERE {where}", {}, ITEMS)}
    scored = [
        (-float(np.dot(item["v"], query) / np.linalg.norm(item["v"])), place, item["id"])
        for place, item in enumerate(ITEMS)
        if item["id"] in passing
    ]
    assert store.rows(text) == [identity for _, _, identity in sorted(scored)[:top]]


def test_whole_items_come_back_with_their_long_values(store: Store):
    for text in ("SELECT * FROM c WHERE c.id = 'i10'", "SELECT VALUE c FROM c WHERE c.id = 'i10'"):
        (found,) = store.rows(text)
        assert {name: found[name] for name in ITEMS[10]} == ITEMS[10]


def test_vectors_in_items_without_a_place_in_the_index_still_compare(store: Store):
    rows = store.rows(
        "SELECT TOP 3 VALUE [VectorDistance(c.v, @a), VectorDistance(c.v, @b)] FROM c "
        "WHERE VectorDistance(c.v, @b) < 2 ORDER BY VectorDistance(c.v, @a)",
        a=[1, 0, 0],
        b=[0, 1, 0],
    )
    assert len(rows) == 3
    assert all(len(row) == 2 for row in rows)


def test_changed_item_is_found_by_its_new_value_alone(store: Store):
    store.rows("SELECT VALUE c.id FROM c WHERE c.label = 'old'")
    key = store.container.definition.partition_key
    for label in ("old", "new"):
        document = make_document({"id": "changed", "pk": "p0", "label": label}, key)
        store.write(lambda transaction, each=document: items.upsert(transaction, store.container, each, Precondition()))
    assert store.rows("SELECT VALUE c.id FROM c WHERE c.label = 'old'") == []
    assert store.rows("SELECT VALUE c.id FROM c WHERE c.label = 'new'") == ["changed"]
    store.write(lambda transaction: items.delete(transaction, store.container, '["p0"]', "changed", Precondition()))
    assert store.rows("SELECT VALUE c.id FROM c WHERE c.label = 'new'") == []


def test_pattern_is_looked_for_in_the_texts_of_one_partition(store: Store):
    text = "SELECT VALUE c.id FROM c WHERE c.pk = 'p1' AND c.name LIKE @like"
    for like in ("f%1", "f_/1", "%", "f\0%", "nothing%"):
        assert store.rows(text, like=like) == query_values(text, {"@like": like}, ITEMS)
    assert (TEXTS, "name") in store.container.indexed


def test_partition_with_too_many_texts_is_read_instead(store: Store):
    key = store.container.definition.partition_key
    documents = [make_document({"id": f"many{n}", "pk": "many", "name": f"n{n}"}, key) for n in range(5200)]
    store.write(lambda transaction: [items.create(transaction, store.container, each) for each in documents])
    text = "SELECT VALUE c.id FROM c WHERE c.pk = 'many' AND c.name LIKE 'n51_7'"
    assert store.rows(text) == [f"many51{n}7" for n in range(10)]
    store.write(lambda transaction: items.delete_partition(transaction, store.container, '["many"]'))


def test_property_that_grows_long_is_still_found(store: Store):
    key = store.container.definition.partition_key
    for note in ("short", "long" * 2000):
        document = make_document({"id": "noted", "pk": "p0", "note": note}, key)
        store.write(lambda transaction, each=document: items.upsert(transaction, store.container, each, Precondition()))
        assert store.rows("SELECT VALUE c.id FROM c WHERE c.note = @note", note=note) == ["noted"]
    store.write(lambda transaction: items.delete(transaction, store.container, '["p0"]', "noted", Precondition()))
