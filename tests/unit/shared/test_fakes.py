"""The fakes answer as the real repositories do: the same steps over both."""

from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import pytest_asyncio

from shared.clients.cosmos import open_database
from shared.contracts import PersistTask
from shared.settings import Service
from shared.snippets.chunk_repository import ChunkFilter, Chunks, RunMarker
from shared.snippets.documents import chunk_document, run_marker, snippet_document, tombstone
from shared.snippets.repository import Snippets, Visible
from shared.snippets.vector_repository import Vectors
from shared.topology import topology
from tests.support.cosmos import provisioned_cosmos
from tests.support.fake_resources import FakeChunks, FakeSnippets, FakeVectors, record_of, run_of

CONTAINERS = topology().containers
UNIT = {letter: [float(letter == axis) for axis in "xyz"] for letter in "xyz"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cosmos(tmp_path_factory):
    async with provisioned_cosmos(tmp_path_factory.mktemp("cosmos")) as running:
        yield running


@asynccontextmanager
async def real(cosmos, repository, container):
    async with open_database(Service(cosmos.url, cosmos.key), None) as database:
        yield repository(database.get_container_client(CONTAINERS[container].name))


@pytest.fixture(params=["fake", "real"])
async def snippets(request, cosmos):
    if request.param == "fake":
        yield FakeSnippets()
    else:
        async with real(cosmos, Snippets, "offline_snippets") as opened:
            yield opened


@pytest.fixture(params=["fake", "real"])
async def chunks(request, cosmos):
    if request.param == "fake":
        yield FakeChunks()
    else:
        async with real(cosmos, Chunks, "offline_chunks") as opened:
            yield opened


@pytest.fixture(params=["fake", "real"])
async def vectors(request, cosmos):
    if request.param == "fake":
        yield FakeVectors()
    else:
        async with real(cosmos, Vectors, "vectors") as opened:
            yield opened


@pytest.fixture
def project():
    """A project of this test's own."""
    return f"project-{uuid4().hex}"


def snippet(run):
    document = tombstone(run.project_id, run.name, run.version, "2026-11-21")
    return {key: value for key, value in document.items() if key not in {"deleted", "ttl"}}


def chunk(run, index, axis="x", *, reused=False):
    return chunk_document(record_of(run, index, f"{run.name} {index}"), UNIT[axis], reused=reused)


async def test_what_is_missing_is_none(snippets, project):
    assert await snippets.read(project, "src/a.py") is None
    assert await snippets.versions([(project, "src/a.py")]) == {}


async def test_of_two_who_create_one_wins(snippets, project):
    first, second = (snippet(run_of(number, "src/a.py", project)) for number in (1, 2))
    assert await snippets.replace(first, seen=None)
    assert not await snippets.replace(second, seen=None)
    assert (await snippets.read(project, "src/a.py"))["version"] == first["version"]


async def test_of_two_who_replace_what_both_have_seen_one_wins(snippets, project):
    await snippets.replace(snippet(run_of(1, "a.py", project)), seen=None)
    seen = await snippets.read(project, "a.py")
    assert await snippets.replace(snippet(run_of(2, "a.py", project)), seen=seen)
    assert not await snippets.replace(snippet(run_of(3, "a.py", project)), seen=seen)
    assert await snippets.versions([(project, "a.py")]) == {(project, "a.py"): run_of(2).version}


async def test_what_was_seen_and_is_gone_is_not_replaced(snippets, project):
    seen = snippet(run_of(1, "a.py", project)) | {"_etag": '"gone"'}
    assert not await snippets.replace(snippet(run_of(2, "a.py", project)), seen=seen)


async def test_a_tombstone_can_be_read_and_has_no_version(snippets, project):
    run = run_of(1, "a.py", project)
    await snippets.replace(tombstone(project, "a.py", run.version, "2026-11-21"), seen=None)
    assert (await snippets.read(project, "a.py"))["deleted"]
    assert await snippets.versions([(project, "a.py")]) == {}


async def test_chunks_are_counted_by_version_and_markers_are_not(chunks, project):
    one, two = run_of(1, "a.py", project), run_of(2, "a.py", project)
    await chunks.store(project, [chunk(one, 0), chunk(one, 1, reused=True), run_marker(record_of(one)), chunk(two, 0)])
    await chunks.store(project, [chunk(one, 0)])
    assert await chunks.count(project, "a.py", one.version) == (2, 1)
    assert await chunks.count(project, "a.py", run_of(3).version) == (0, 0)


async def test_deleting_takes_the_markers_too_and_says_how_much(chunks, project):
    runs = [run_of(number, "a.py", project) for number in (1, 2, 3)]
    for run in runs:
        await chunks.store(project, [chunk(run, 0), run_marker(record_of(run))])
    assert await chunks.delete_versions(project, "a.py", before=runs[1].version) == 2
    assert await chunks.delete_versions(project, "a.py", only=runs[1].version) == 2
    assert await chunks.delete_versions(project, "a.py", only=runs[1].version) == 0
    assert await chunks.delete_versions(project, "b.py", only=runs[2].version) == 0
    assert await chunks.count(project, "a.py", runs[2].version) == (1, 0)


async def test_markers_are_found_by_age_until_they_are_deleted(chunks, project):
    run = run_of(1, "a.py", project)
    marker = RunMarker(project, "a.py", run.version, run.run_id)
    await chunks.store(project, [chunk(run, 0), run_marker(record_of(run))])
    assert marker in [each async for each in chunks.markers("2026-11-22")]
    assert marker not in [each async for each in chunks.markers("2026-11-20")]
    for _ in range(2):
        await chunks.delete_marker(project, "a.py", run.version)
    assert marker not in [each async for each in chunks.markers("2026-11-22")]
    assert await chunks.count(project, "a.py", run.version) == (1, 0)


async def test_what_readers_see_is_told_of_many_at_once(snippets, project):
    other = f"{project}-2"
    for run, chunks in (
        (run_of(1, "src/a.py", project), 3),
        (run_of(2, "b.py", project), 0),
        (run_of(3, "a", other), 1),
    ):
        await snippets.replace(snippet(run) | {"chunks": chunks}, seen=None)
    await snippets.replace(tombstone(project, "gone.py", run_of(4).version, "2026-11-21"), seen=None)
    names = [(project, "src/a.py"), (project, "b.py"), (project, "gone.py"), (project, "never.py"), (other, "a")]
    assert await snippets.visible(names) == {
        (project, "src/a.py"): Visible(run_of(1).version, 3),
        (project, "b.py"): Visible(run_of(2).version, 0),
        (other, "a"): Visible(run_of(3).version, 1),
    }
    assert await snippets.visible([]) == {}


FOUND = {"projectId", "name", "version", "chunkIndex", "startLine", "endLine", "midLine", "text", "language", "scope"}


async def test_the_nearest_chunks_of_a_model_come_first(chunks, project):
    run, where = run_of(1, "a.py", project), ChunkFilter(project)
    await chunks.store(project, [chunk(run, index, axis) for index, axis in enumerate("zxy")])
    found = await chunks.nearest([0.9, 0.4, 0.1], "letters", where, 2)
    assert [row["chunkIndex"] for row in found] == [1, 2]
    assert found[0]["score"] > found[1]["score"]
    assert found[0].keys() >= FOUND | {"defines", "score"}
    assert await chunks.nearest([1.0, 0.0, 0.0], "another", where, 2) == []


async def test_the_chunks_that_hold_the_words_come_first(chunks, project):
    run, where = run_of(1, "a.py", project), ChunkFilter(project)
    texts = ("nothing of it", "parseHttpDate", "parse http, and parse http", "one http")
    records = [record_of(run, index, text) for index, text in enumerate(texts)]
    await chunks.store(project, [chunk_document(record, UNIT["x"], reused=False) for record in records])
    await chunks.store(project, [run_marker(records[0])])
    found = await chunks.matching(["parse", "http"], where, 10)
    assert {row["chunkIndex"] for row in found[:2]} == {1, 2}
    assert found[2]["chunkIndex"] == 3
    assert found[0].keys() >= FOUND
    assert len(await chunks.matching(["parse", "http"], where, 2)) == 2
    assert await chunks.matching(["parse"], ChunkFilter(f"{project}-2"), 10) == []


@pytest.mark.parametrize(
    ("like", "language", "expected"),
    [
        ("src/%", None, {"src/a.py", "src/b_c.js"}),
        ("%b!_c%", None, {"src/b_c.js"}),
        ("%a!_py", None, set()),
        (None, "Python", {"src/a.py", "a.py"}),
        ("src/%", "JavaScript", {"src/b_c.js"}),
    ],
)
async def test_a_question_may_be_about_some_names_or_a_language(chunks, project, like, language, expected):
    where = ChunkFilter(project, like, language)
    for name in ("src/a.py", "src/b_c.js", "a.py"):
        await chunks.store(project, [chunk(run_of(1, name, project), 0)])
    assert {row["name"] for row in await chunks.nearest(UNIT["x"], "letters", where, 10)} == expected
    assert {row["name"] for row in await chunks.matching(["py"], where, 10)} <= expected


async def test_a_question_may_be_about_other_files(chunks, project):
    for name in ("a.py", "b.py", "it's.py"):
        await chunks.store(project, [chunk(run_of(1, name, project), 0)])
    others = frozenset({(project, "a.py"), (project, "it's.py"), (f"{project}-2", "b.py")})
    where = ChunkFilter(project, other_than=others)
    assert {row["name"] for row in await chunks.nearest(UNIT["x"], "letters", where, 10)} == {"b.py"}
    assert {row["name"] for row in await chunks.matching(["py"], where, 10)} == {"b.py"}
    everywhere = ChunkFilter(None, "a%", other_than=others)
    found = await chunks.nearest(UNIT["x"], "letters", everywhere, 100)
    assert project not in {row["projectId"] for row in found}


async def test_models_are_told_of_a_project_or_of_all(snippets, project):
    for number, model in enumerate(("one", "two", "two")):
        document = snippet(run_of(1, f"{number}.py", project)) | {"model": model}
        await snippets.replace(document, seen=None)
    await snippets.replace(tombstone(project, "gone.py", run_of(1).version, "2026-11-21"), seen=None)
    assert await snippets.models(project) == {"one", "two"}
    assert await snippets.models(f"{project}-2") == set()
    assert await snippets.models(None) >= {"one", "two"}


async def test_chunks_are_read_by_file_version_and_index(chunks, project):
    one, two, other = run_of(1, "a.py", project), run_of(2, "a.py", project), run_of(1, "b.py", f"{project}-2")
    for run in (one, two, other):
        await chunks.store(run.project_id, [chunk(run, index) for index in range(3)])
    wanted = {
        (project, "a.py", one.version, 0),
        (project, "a.py", one.version, 2),
        (project, "a.py", one.version, 9),
        (f"{project}-2", "b.py", other.version, 1),
    }
    found = await chunks.pieces(wanted)
    keys = ("projectId", "name", "version", "chunkIndex")
    assert {tuple(row[key] for key in keys) for row in found} == {each for each in wanted if each[3] != 9}
    assert {row["text"] for row in found} == {"a.py 0", "a.py 2", "b.py 1"}


async def test_a_vector_is_known_to_its_project_with_the_chunk_that_paid_for_it(vectors, project):
    record = record_of(run_of(1, "a.py", project), 0, "text")
    await vectors.store(project, [(record, [0.5, 0.25, 1.0])])
    known = await vectors.known(project, [record.key, record.key, "0" * 64])
    assert {key: (found.vector, found.paid_by) for key, found in known.items()} == {
        record.key: ([0.5, 0.25, 1.0], record.id)
    }
    assert await vectors.known("another", [record.key]) == {}


async def test_a_vector_is_due_to_be_written_again_after_a_month(cosmos, project):
    now = datetime.now(UTC)
    young = record_of(run_of(1, "a.py", project), 0, "young", created_at=now - timedelta(days=29))
    old = record_of(run_of(1, "a.py", project), 1, "old", created_at=now - timedelta(days=31))
    async with real(cosmos, Vectors, "vectors") as vectors:
        await vectors.store(project, [(young, UNIT["x"]), (old, UNIT["x"])])
        known = await vectors.known(project, [young.key, old.key])
    assert (known[young.key].stale, known[old.key].stale) == (False, True)


def test_a_snippet_in_these_tests_has_the_fields_that_identify_a_real_one():
    task = PersistTask(snippet=run_of(1), chunks=1, characters=1, embedding="AACAPw==")
    real_one = snippet_document(task, model="m", dimensions=1, reused=0, now="", created_at="")
    assert {name: real_one[name] for name in ("id", "projectId", "name", "version")} == {
        name: snippet(run_of(1))[name] for name in ("id", "projectId", "name", "version")
    }
