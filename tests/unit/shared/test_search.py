"""Found are chunks that readers see, nearest first, however many others lie nearer."""

import pytest

from shared.errors import Rejected, Unavailable
from shared.snippets.documents import chunk_document, tombstone
from shared.snippets.identifiers import snippet_id
from shared.snippets.search import nearest_snippets
from tests.support.fake_resources import FakeCloud, letter_vector, record_of, run_of


class Library(FakeCloud):
    """A cloud with stored snippets. A chunk's score for the question ``a`` is what the test says."""

    async def store(self, snippet, *scores):
        """Store one chunk per score."""
        for index, score in enumerate(scores):
            record = record_of(snippet, index, f"{snippet.name} {index}")
            document = chunk_document(record, [score, 0.0, 0.0, 0.0], reused=False)
            await self.chunks.store(snippet.project_id, [document])

    async def publish(self, snippet, *scores):
        """Store chunks and make them what readers see."""
        await self.store(snippet, *scores)
        names = {"id": snippet_id(snippet.name), "projectId": snippet.project_id, "name": snippet.name}
        self.snippets.put(names | {"version": snippet.version})


@pytest.fixture
def library():
    return Library()


async def ask(library, k, project_id="project"):
    """Return the question's hits as ``{name: [scores]}``, in order."""
    found = await nearest_snippets("a", project_id, k, library.resources)
    return {group["name"]: [chunk["score"] for chunk in group["chunks"]] for group in found}


async def test_the_k_nearest_chunks_come_grouped_best_snippet_first(library):
    await library.publish(run_of(1, "far.py"), 0.1, 0.2)
    await library.publish(run_of(2, "best.py"), 0.9, 0.3)
    await library.publish(run_of(3, "good.py"), 0.8, 0.7)
    found = await ask(library, k=4)
    assert found == {"best.py": [0.9, 0.3], "good.py": [0.8, 0.7]}
    assert list(found) == ["best.py", "good.py"]


async def test_a_hit_names_its_place_and_carries_no_vector(library):
    await library.publish(run_of(1), 0.5)
    (group,) = await nearest_snippets("a", "project", 1, library.resources)
    assert (group["projectId"], group["name"], group["score"]) == ("project", "a.py", 0.5)
    assert group["chunks"] == [{"chunkIndex": 0, "score": 0.5, "startLine": 1, "endLine": 1, "text": "a.py 0"}]


async def test_chunks_of_other_versions_are_not_seen(library):
    await library.publish(run_of(1), 0.2)
    await library.store(run_of(2), 0.9)
    assert await ask(library, k=3) == {"a.py": [0.2]}


async def test_what_was_deleted_or_never_finished_is_not_found(library):
    await library.store(run_of(1, "never.py"), 0.9)
    await library.publish(run_of(1, "deleted.py"), 0.8)
    library.snippets.put(tombstone("project", "deleted.py", run_of(2).version, "2026-11-21"))
    assert await ask(library, k=3) == {}


@pytest.mark.parametrize("invisible", [4, 30, 900])
async def test_more_is_asked_for_until_enough_is_visible(library, invisible):
    await library.store(run_of(2), *[0.9] * invisible)
    await library.publish(run_of(1), 0.2, 0.1)
    assert await ask(library, k=2) == {"a.py": [0.2, 0.1]}
    limits = [limit for *_, limit in library.chunks.calls["nearest"]]
    assert len(limits) > 1
    assert limits == sorted(set(limits))


async def test_asking_for_more_has_an_end(library):
    await library.store(run_of(2), *[0.9] * 1200)
    await library.publish(run_of(1), 0.2)
    assert await ask(library, k=2) == {}
    assert max(limit for *_, limit in library.chunks.calls["nearest"]) == 1000


async def test_a_project_with_few_chunks_is_asked_once(library):
    await library.publish(run_of(1), 0.2)
    assert await ask(library, k=50) == {"a.py": [0.2]}
    assert len(library.chunks.calls["nearest"]) == 1


async def test_an_empty_project_has_no_hits_and_no_versions_to_ask_for(library):
    assert await ask(library, k=5) == {}
    assert library.snippets.calls["versions"] == []


async def test_projects_are_apart_unless_all_are_asked(library):
    await library.publish(run_of(1, "mine.py"), 0.2)
    await library.publish(run_of(1, "theirs.py", project_id="other"), 0.9)
    assert await ask(library, k=5) == {"mine.py": [0.2]}
    assert await ask(library, k=5, project_id=None) == {"theirs.py": [0.9], "mine.py": [0.2]}


async def test_equal_names_of_two_projects_stay_two_snippets(library):
    await library.publish(run_of(1), 0.2)
    await library.publish(run_of(9, project_id="other"), 0.9)
    found = await nearest_snippets("a", None, 5, library.resources)
    assert [(group["projectId"], group["name"]) for group in found] == [("other", "a.py"), ("project", "a.py")]


async def test_vectors_of_another_model_are_not_compared(library):
    await library.publish(run_of(1), 0.2)
    for document in library.chunks.documents.values():
        document["model"] = "another"
    assert await ask(library, k=5) == {}


async def test_a_short_outage_of_the_model_is_waited_out(library):
    await library.publish(run_of(1), 0.2)
    library.model.script("embed", Unavailable("Azure OpenAI answered 500"))
    assert await ask(library, k=1) == {"a.py": [0.2]}


@pytest.mark.parametrize("error", [Unavailable("Azure OpenAI answered 429", 20.0), Rejected("Azure OpenAI: 400")])
async def test_a_long_wait_or_a_refusal_is_told_at_once(library, error):
    library.model.script("embed", error)
    with pytest.raises(type(error)) as caught:
        await ask(library, k=1)
    assert caught.value is error
    assert len(library.model.requests) == 1


async def test_an_outage_of_the_database_is_told(library):
    await library.publish(run_of(1), 0.2)
    library.snippets.script("versions", *[Unavailable("Cosmos DB answered 503")] * 3)
    with pytest.raises(Unavailable, match="503"):
        await ask(library, k=1)


def test_the_fake_model_scores_as_the_tests_above_say():
    assert letter_vector("a") == [1.0, 0.0, 0.0, 0.0]
