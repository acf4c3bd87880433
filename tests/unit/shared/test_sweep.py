"""The sweep takes what failed runs left, and nothing that a reader or a run still needs."""

from datetime import timedelta

import pytest

from shared.errors import Unavailable
from shared.snippets.documents import chunk_document, run_marker
from shared.snippets.identifiers import snippet_id
from shared.snippets.sweep import Swept, sweep
from tests.support.fake_resources import NOW, FakeCloud, letter_vector, record_of, run_of

OLD = NOW - timedelta(hours=30)
YOUNG = NOW - timedelta(hours=1)
BEFORE = NOW - timedelta(hours=24)


class Leftovers(FakeCloud):
    """A cloud in which runs have stopped half way."""

    async def leave(self, snippet, created_at=OLD):
        """Leave a chunk, the marker and a blob."""
        record = record_of(snippet, created_at=created_at)
        chunk = chunk_document(record, letter_vector("a"), reused=False)
        await self.chunks.store(snippet.project_id, [chunk, run_marker(record)])
        self.uploads.blobs[f"{snippet.run_id}/00000.json"] = (b"[]", created_at)

    def publish(self, snippet):
        """Make a run what readers see."""
        names = {"id": snippet_id(snippet.name), "projectId": snippet.project_id, "name": snippet.name}
        self.snippets.put(names | {"version": snippet.version})

    async def swept(self, *unfinished):
        """Sweep while the named runs are under way."""

        async def is_unfinished(run_id):
            return run_id in unfinished

        return await sweep(BEFORE, is_unfinished, self.resources)


@pytest.fixture
def leftovers():
    return Leftovers()


async def test_what_an_old_failed_run_left_goes(leftovers):
    await leftovers.leave(run_of(1))
    assert await leftovers.swept() == Swept(runs=1, documents=2, blobs=1)
    assert (leftovers.chunks.documents, leftovers.uploads.blobs) == ({}, {})


async def test_what_is_young_stays(leftovers):
    await leftovers.leave(run_of(1), YOUNG)
    assert await leftovers.swept() == Swept(0, 0, 0)
    assert leftovers.chunks.stored("project", "a.py") == {(run_of(1).version, 0), (run_of(1).version, None)}
    assert len(leftovers.uploads.blobs) == 1


async def test_what_a_run_under_way_has_stored_stays_and_the_rest_goes(leftovers):
    for number in (1, 2):
        await leftovers.leave(run_of(number))
    assert await leftovers.swept("run-1") == Swept(runs=1, documents=2, blobs=1)
    assert leftovers.chunks.stored("project", "a.py") == {(run_of(1).version, 0), (run_of(1).version, None)}
    assert list(leftovers.uploads.blobs) == ["run-1/00000.json"]


async def test_the_version_that_readers_see_keeps_its_chunks_and_loses_its_marker(leftovers):
    await leftovers.leave(run_of(1))
    leftovers.publish(run_of(1))
    await leftovers.swept()
    assert leftovers.chunks.stored("project", "a.py") == {(run_of(1).version, 0)}
    assert await leftovers.swept() == Swept(0, 0, 0)


async def test_a_run_that_ends_between_the_two_questions_keeps_what_readers_see(leftovers):
    """Its version is switched before it ends: who asks for the run first cannot miss the version."""
    await leftovers.leave(run_of(1))
    asked = []

    async def ends_meanwhile(run_id):
        asked.append(run_id)
        leftovers.publish(run_of(1))
        return False

    await sweep(BEFORE, ends_meanwhile, leftovers.resources)
    assert asked[0] == "run-1"
    assert (run_of(1).version, 0) in leftovers.chunks.stored("project", "a.py")


async def test_other_runs_of_the_same_name_are_left_alone(leftovers):
    await leftovers.leave(run_of(2))
    await leftovers.leave(run_of(1, project_id="other"), YOUNG)
    await leftovers.leave(run_of(3), YOUNG)
    await leftovers.swept()
    assert {version for version, _ in leftovers.chunks.stored("project", "a.py")} == {run_of(3).version}
    assert {version for version, _ in leftovers.chunks.stored("other", "a.py")} == {run_of(1).version}


async def test_an_outage_half_way_is_made_good_by_the_next_sweep(leftovers):
    for number in (1, 2):
        await leftovers.leave(run_of(number))
    leftovers.chunks.script("delete_versions", None, Unavailable("Cosmos DB answered 503"))
    with pytest.raises(Unavailable):
        await leftovers.swept()
    assert len(leftovers.chunks.stored("project", "a.py")) == 2
    await leftovers.swept()
    assert (leftovers.chunks.documents, leftovers.uploads.blobs) == ({}, {})
