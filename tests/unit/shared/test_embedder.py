"""Few requests for many chunks: known vectors and equal texts cost none, and one bad text ends up alone."""

import asyncio

import pytest

from shared.errors import Rejected, Unavailable
from tests.support.fake_resources import FakeCloud, letter_vector, record_of, run_of


@pytest.fixture
def cloud():
    return FakeCloud()


async def embed(cloud, records, attempt=1):
    """Embed chunks at the same time; what failed is among the results."""
    embedder = cloud.resources.embedder
    return await asyncio.gather(
        *(embedder.embed_and_store(record, attempt) for record in records), return_exceptions=True
    )


def chunks_of(cloud):
    return [row for row in cloud.chunks.documents.values() if "chunkIndex" in row]


async def test_chunks_at_the_same_time_share_a_request_and_keep_their_order(cloud):
    texts = [f"{'abcd'[index % 4]}{index}" for index in range(64)]
    vectors = await embed(cloud, [record_of(run_of(1), index, text) for index, text in enumerate(texts)])
    assert vectors == [letter_vector(text) for text in texts]
    assert [len(request) for request in cloud.model.requests] == [64]
    assert len(chunks_of(cloud)) == 64


async def test_of_equal_texts_one_is_asked_for_and_the_others_reuse_it(cloud):
    await embed(cloud, [record_of(run_of(1), index, "a licence") for index in range(3)])
    assert cloud.model.requests == [["a licence"]]
    assert {row["chunkIndex"]: row["reused"] for row in chunks_of(cloud)} == {0: False, 1: True, 2: True}


async def test_a_text_that_the_project_knows_costs_no_request(cloud):
    await embed(cloud, [record_of(run_of(1), 0, "a"), record_of(run_of(1), 1, "b")])
    await embed(cloud, [record_of(run_of(2), 0, "a"), record_of(run_of(2), 1, "c")])
    assert [sorted(request) for request in cloud.model.requests] == [["a", "b"], ["c"]]
    assert await cloud.chunks.count("project", "a.py", run_of(2).version) == (2, 1)


async def test_a_chunk_embedded_again_by_its_own_run_is_not_called_reused(cloud):
    record = record_of(run_of(1), 0, "a")
    for _ in range(2):
        await embed(cloud, [record])
    assert await cloud.chunks.count("project", "a.py", run_of(1).version) == (1, 0)


async def test_one_project_never_sees_what_another_one_has_embedded(cloud):
    mine, other = run_of(1), run_of(2, project_id="other")
    await embed(cloud, [record_of(mine, 0, "a")])
    await embed(cloud, [record_of(other, 0, "a"), record_of(mine, 1, "a")])
    assert cloud.model.requests == [["a"], ["a"]]
    assert await cloud.chunks.count("other", "a.py", other.version) == (1, 0)


async def test_a_vector_in_use_is_written_again_before_it_expires(cloud):
    record = record_of(run_of(1), 0, "a")
    await embed(cloud, [record])
    await embed(cloud, [record_of(run_of(2), 0, "a")])
    assert [keys for _, keys in cloud.vectors.calls["store"]] in ([[record.key]], [[record.key], []])
    cloud.vectors.stale.add(record.key)
    new = record_of(run_of(3), 1, "b")
    await embed(cloud, [record_of(run_of(3), 0, "a"), new])
    _, written = cloud.vectors.calls["store"][-1]
    assert sorted(written) == sorted([record.key, new.key])
    assert cloud.model.requests == [["a"], ["b"]]


@pytest.mark.parametrize("error", [Unavailable("Azure OpenAI answered 429", 3.0), Rejected("Azure OpenAI: 400")])
async def test_a_failed_request_fails_the_new_texts_only(cloud, error):
    await embed(cloud, [record_of(run_of(1), 0, "a")])
    cloud.model.script("embed", error)
    results = await embed(cloud, [record_of(run_of(2), index, text) for index, text in enumerate(["a", "b", "b", "c"])])
    assert results == [letter_vector("a"), error, error, error]
    assert await cloud.chunks.count("project", "a.py", run_of(2).version) == (1, 1)


@pytest.mark.parametrize(("attempt", "sizes"), [(1, [24]), (2, [8, 8, 8]), (3, [1] * 24), (4, [1] * 24)])
async def test_later_attempts_share_less_until_a_chunk_is_alone(cloud, attempt, sizes):
    await embed(cloud, [record_of(run_of(1), index, f"a{index}") for index in range(24)], attempt)
    assert [len(request) for request in cloud.model.requests] == sizes


@pytest.mark.parametrize(("part", "method"), [("vectors", "known"), ("vectors", "store"), ("chunks", "store")])
async def test_an_outage_of_the_database_reaches_whoever_waits(cloud, part, method):
    error = Unavailable("Cosmos DB answered 503")
    getattr(cloud, part).script(method, error)
    assert await embed(cloud, [record_of(run_of(1), index, "a") for index in range(2)]) == [error, error]
    assert await embed(cloud, [record_of(run_of(1), 0, "a")]) == [letter_vector("a")]


async def test_the_first_chunk_of_a_run_leaves_the_marker_that_the_sweep_looks_for(cloud):
    await embed(cloud, [record_of(run_of(1), index, "a") for index in range(2)])
    markers = [marker async for marker in cloud.chunks.markers("9999")]
    assert [(marker.run_id, marker.version) for marker in markers] == [("run-1", run_of(1).version)]
