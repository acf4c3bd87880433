"""The switch: readers get a run's chunks whole, of two runs the later one's, and running twice changes nothing."""

from dataclasses import dataclass, field

import pytest

from activities.embeddings.persist_snippet_activity import persist_snippet_activity
from shared.contracts import PersistTask, Snippet
from shared.errors import Unavailable
from shared.snippets.documents import chunk_document, run_marker, snippet_document, tombstone
from shared.snippets.vectors import to_base64
from tests.support.fake_resources import FakeCloud, letter_vector, record_of, run_of


@dataclass
class Store(FakeCloud):
    """A cloud in which runs have stored their chunks."""

    runs: list[Snippet] = field(default_factory=list)

    async def embedded(self, snippet: Snippet, chunks: int = 2, reused: int = 0) -> PersistTask:
        """Store a run's chunks and marker and return the task that makes them visible."""
        records = [record_of(snippet, index, f"a{index}") for index in range(chunks)]
        documents = [
            chunk_document(record, letter_vector(record.chunk.text), reused=record.index < reused) for record in records
        ]
        await self.chunks.store(snippet.project_id, [*documents, run_marker(records[0])])
        self.uploads.blobs[f"{snippet.run_id}/00000.json"] = (b"[]", None)
        return task_of(snippet, chunks)

    def readable(self, task: PersistTask) -> None:
        """Let another process make a run visible at this moment."""
        document = snippet_document(
            task, model="letters", dimensions=4, reused=0, now="2026-11-21", created_at="2026-11-21"
        )
        self.snippets.put(document)

    def version(self) -> str:
        return self.snippets.documents["project", "a.py"]["version"]


def task_of(snippet: Snippet, chunks: int = 2, *, uploaded: bool = True) -> PersistTask:
    vector = to_base64(letter_vector("a"))
    return PersistTask(snippet=snippet, chunks=chunks, characters=chunks * 2, embedding=vector, uploaded=uploaded)


@pytest.fixture
def store():
    return Store()


async def test_a_first_run_becomes_what_readers_see(store):
    task = await store.embedded(run_of(1), chunks=3, reused=1)
    result = await persist_snippet_activity(task, store.resources)
    assert (result.embedded, result.reused, result.dimensions, result.superseded) == (2, 1, 4, False)
    document = store.snippets.documents["project", "a.py"]
    assert (document["version"], document["chunks"], document["characters"]) == (run_of(1).version, 3, 6)
    assert document["embedding"] == letter_vector("a")
    assert document["createdAt"] == document["updatedAt"]


async def test_chunks_of_older_runs_the_marker_and_the_uploads_go(store):
    for number in (1, 2):
        await persist_snippet_activity(await store.embedded(run_of(number)), store.resources)
    assert store.chunks.stored("project", "a.py") == {(run_of(2).version, 0), (run_of(2).version, 1)}
    assert store.uploads.blobs == {}


async def test_other_snippets_and_later_runs_keep_their_chunks(store):
    others = [run_of(1, name="b.py"), run_of(1, project_id="other"), run_of(3)]
    for other in others:
        await store.embedded(other, chunks=1)
    await persist_snippet_activity(await store.embedded(run_of(2)), store.resources)
    for other in others:
        assert (other.version, 0) in store.chunks.stored(other.project_id, other.name)
    assert "run-3/00000.json" in store.uploads.blobs


async def test_what_came_as_text_leaves_blob_storage_alone(store):
    task = await store.embedded(run_of(1))
    await persist_snippet_activity(task.model_copy(update={"uploaded": False}), store.resources)
    assert store.uploads.calls == {}


async def test_the_time_of_the_first_run_is_kept(store):
    earlier = run_of(1)
    document = snippet_document(
        task_of(earlier), model="letters", dimensions=4, reused=0, now="2020-01-02", created_at="2020-01-01"
    )
    store.snippets.put(document)
    await persist_snippet_activity(await store.embedded(run_of(2)), store.resources)
    assert store.snippets.documents["project", "a.py"]["createdAt"] == "2020-01-01"
    assert store.snippets.documents["project", "a.py"]["updatedAt"] > "2020-01-02"


async def test_a_second_delivery_changes_nothing_and_answers_the_same(store):
    task = await store.embedded(run_of(1), reused=1)
    first = await persist_snippet_activity(task, store.resources)
    before = dict(store.snippets.documents), dict(store.chunks.documents)
    assert await persist_snippet_activity(task, store.resources) == first
    assert (store.snippets.documents, store.chunks.documents) == before


async def test_a_second_delivery_that_reads_a_lagging_replica_answers_the_same(store):
    task = await store.embedded(run_of(1), reused=1)
    first = await persist_snippet_activity(task, store.resources)
    store.chunks.documents.clear()
    assert await persist_snippet_activity(task, store.resources) == first


@pytest.mark.parametrize("method", ["delete_versions", "delete_marker"])
async def test_a_delivery_that_stopped_after_the_switch_is_finished_by_the_next(store, method):
    await persist_snippet_activity(await store.embedded(run_of(1)), store.resources)
    task = await store.embedded(run_of(2))
    store.chunks.script(method, Unavailable("Cosmos DB answered 503"))
    with pytest.raises(Unavailable):
        await persist_snippet_activity(task, store.resources)
    assert store.version() == run_of(2).version
    result = await persist_snippet_activity(task, store.resources)
    assert not result.superseded
    assert store.chunks.stored("project", "a.py") == {(run_of(2).version, 0), (run_of(2).version, 1)}
    assert not any(name.startswith("run-2/") for name in store.uploads.blobs)


async def test_a_run_overtaken_by_a_later_one_leaves_that_as_it_is(store):
    later = await store.embedded(run_of(2))
    task = await store.embedded(run_of(1), reused=1)
    store.readable(later)
    result = await persist_snippet_activity(task, store.resources)
    assert (result.superseded, result.embedded, result.reused) == (True, 1, 1)
    assert store.version() == run_of(2).version
    assert {version for version, _ in store.chunks.stored("project", "a.py")} == {run_of(2).version}
    assert list(store.uploads.blobs) == ["run-2/00000.json"]


async def test_a_deletion_accepted_later_is_not_undone(store):
    task = await store.embedded(run_of(1))
    store.snippets.put(tombstone("project", "a.py", run_of(2).version, "2026-11-21"))
    assert (await persist_snippet_activity(task, store.resources)).superseded
    assert store.snippets.documents["project", "a.py"]["deleted"]
    assert store.chunks.stored("project", "a.py") == set()


async def test_a_run_accepted_after_a_deletion_brings_the_snippet_back(store):
    store.snippets.put(tombstone("project", "a.py", run_of(1).version, "2026-11-21"))
    result = await persist_snippet_activity(await store.embedded(run_of(2)), store.resources)
    assert not result.superseded
    document = store.snippets.documents["project", "a.py"]
    assert document["version"] == run_of(2).version
    assert not {"deleted", "ttl"} & set(document)


async def test_a_lost_race_against_an_earlier_run_is_run_again(store):
    earlier = await store.embedded(run_of(1))
    task = await store.embedded(run_of(2))
    store.snippets.script("replace", lambda: store.readable(earlier))
    assert not (await persist_snippet_activity(task, store.resources)).superseded
    assert store.version() == run_of(2).version
    assert len(store.snippets.calls["replace"]) == 2


async def test_a_lost_race_against_a_later_run_ends_superseded(store):
    later = await store.embedded(run_of(2))
    task = await store.embedded(run_of(1))
    store.snippets.script("replace", lambda: store.readable(later))
    assert (await persist_snippet_activity(task, store.resources)).superseded
    assert store.version() == run_of(2).version


async def test_a_race_lost_again_and_again_is_left_to_the_next_round(store):
    rivals = [task_of(run_of(number)) for number in range(1, 40)]
    task = await store.embedded(run_of(50))
    store.snippets.script("replace", *(lambda rival=rival: store.readable(rival) for rival in rivals))
    with pytest.raises(Unavailable, match=r"'a\.py' is being written by many runs"):
        await persist_snippet_activity(task, store.resources)
    assert (run_of(50).version, 0) in store.chunks.stored("project", "a.py")


@pytest.mark.parametrize("stored", [0, 2])
async def test_chunks_that_cannot_be_read_yet_hold_the_switch_back(store, stored):
    await persist_snippet_activity(await store.embedded(run_of(1)), store.resources)
    await store.embedded(run_of(2), chunks=stored) if stored else None
    with pytest.raises(Unavailable, match=rf"{stored} of 3 chunks of 'a\.py' can be read so far"):
        await persist_snippet_activity(task_of(run_of(2), chunks=3), store.resources)
    assert store.version() == run_of(1).version
    assert {(run_of(1).version, 0), (run_of(1).version, 1)} <= store.chunks.stored("project", "a.py")


async def test_an_outage_before_the_switch_leaves_everything_as_it_was(store):
    await persist_snippet_activity(await store.embedded(run_of(1)), store.resources)
    task = await store.embedded(run_of(2))
    before = store.chunks.stored("project", "a.py")
    store.snippets.script("replace", Unavailable("Cosmos DB answered 429", 1.5))
    with pytest.raises(Unavailable) as caught:
        await persist_snippet_activity(task, store.resources)
    assert caught.value.retry_after_s == 1.5
    assert store.version() == run_of(1).version
    assert store.chunks.stored("project", "a.py") == before
