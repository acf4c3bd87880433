"""The orchestrators of batches and of reindexing, replayed as Azure replays them."""

from random import Random

import pytest

from blueprints.embeddings import embed_segment_orchestrator, embeddings_orchestrator
from blueprints.embeddings_batch import embeddings_batch_orchestrator
from blueprints.embeddings_files import embed_file_orchestrator, embed_files_orchestrator
from blueprints.reindex import reindex_orchestrator
from tests.support.azure_replay import Invocation, Raises, Returns, replay

CHILDREN = {
    "embed_segment_orchestrator": embed_segment_orchestrator,
    "embed_file_orchestrator": embed_file_orchestrator,
    "embed_files_orchestrator": embed_files_orchestrator,
    "embeddings_orchestrator": embeddings_orchestrator,
}
TERMS = {"projectId": "p", "version": "0000000000009-batch", "chunkMode": "lines", "chunkSize": 500}


def answer(invocation: Invocation):
    """Answer as activities do when all goes well; a file named "same..." is unchanged."""
    task = invocation.input
    if invocation.name == "prepare_file_activity":
        if task["name"].startswith("same"):
            return Returns({"chunks": 3})
        submission = {"projectId": "p", "name": task["name"], "text": "x" * 100, "version": task["version"]}
        return Returns({"submission": submission})
    if invocation.name == "embed_chunk_activity":
        return Returns([1.0, 0.0])
    if invocation.name == "persist_snippet_activity":
        return Returns({"embedded": 1, "reused": 0, "dimensions": 2})
    if invocation.name == "finish_batch_activity":
        return Returns({"deleted": 1, "names": ["old"]})
    raise AssertionError(invocation.name)


def outcome(**fields):
    plain = {"ok": True, "unchanged": False, "chunks": 0, "embedded": 0, "reused": 0, "superseded": False}
    return plain | fields


def run(orchestrator, document, script=answer, seed=0, batching="batched"):
    result = replay(orchestrator, document, script, seed, batching, orchestrators=CHILDREN)
    assert result.faults == ()
    return result


def batch(*names, **more):
    return TERMS | {"names": list(names)} | more


def calls(result, name):
    return [call.input for call in result.activity_calls if call.name == name]


def test_a_batch_tells_of_every_file_and_of_what_it_removed():
    output = run(embeddings_batch_orchestrator, batch("a", "same", prefix="")).output
    assert output == {
        "ok": True, "stored": 1, "unchanged": 1, "superseded": 0, "failed": 0,
        "deleted": 1, "chunks": 4, "embedded": 1, "reused": 0,
        "files": [
            outcome(name="a", chunks=1, embedded=1),
            outcome(name="same", chunks=3, unchanged=True),
        ],
        "deletedNames": ["old"],
    }  # fmt: skip


def test_each_file_waits_in_its_blob_and_has_a_run_of_its_own():
    result = run(embeddings_batch_orchestrator, batch(*(f"f{i}" for i in range(120))))
    tasks = calls(result, "prepare_file_activity")
    assert sorted(int(task["blob"][-10:-5]) for task in tasks) == list(range(120))
    assert all(task["name"] == f"f{int(task['blob'][-10:-5])}" for task in tasks)
    assert len({task["runId"] for task in tasks}) == 120
    assert [each["name"] for each in result.output["files"]] == [f"f{i}" for i in range(120)]
    done = [status["done"] for status in result.custom_status_history if status["stage"] == "embedding"]
    assert done == [0, 50, 100]
    assert {"stage": "finishing", "done": 120, "total": 120} in result.custom_status_history


def test_one_file_that_fails_leaves_the_others_and_says_why():
    def script(invocation):
        name = invocation.input.get("name")
        if invocation.name == "prepare_file_activity" and name == "bad":
            return Raises("Rejected: Field 'text' would be cut into 50000 chunks")
        if invocation.name == "embed_chunk_activity" and invocation.input["snippet"]["name"] == "refused":
            return Returns({"refused": "content filter"})
        return answer(invocation)

    output = run(embeddings_batch_orchestrator, batch("good", "bad", "refused"), script).output
    assert (output["ok"], output["stored"], output["failed"]) == (False, 1, 2)
    assert output["files"][1]["error"] == "It could not be prepared: Field 'text' would be cut into 50000 chunks"
    assert output["files"][2]["error"] == "1 of 1 chunks were refused by the embedding model"


def test_a_batch_that_cannot_be_finished_says_so():
    def script(invocation):
        if invocation.name == "finish_batch_activity":
            return Raises("Unavailable: Cosmos DB answered 503")
        return answer(invocation)

    output = run(embeddings_batch_orchestrator, batch("a", prefix=""), script).output
    assert output["ok"] is False
    assert output["error"] == "The batch could not be finished: Cosmos DB answered 503"


def test_a_batch_without_files_only_removes():
    output = run(embeddings_batch_orchestrator, batch(prefix="src/")).output
    assert (output["ok"], output["files"], output["deleted"]) == (True, [], 1)


def pages(*names_of_pages):
    """Answer a listing with these pages, and everything else as usual."""

    def script(invocation):
        if invocation.name != "list_outdated_activity":
            return answer(invocation)
        after = invocation.input.get("after", "")
        following = [page for page in names_of_pages if not after or page[0] > after]
        return Returns({"names": list(following[0]) if following else []})

    return script


def test_reindexing_goes_page_by_page_until_nothing_is_outdated():
    result = run(reindex_orchestrator, TERMS, pages(("a", "b"), ("c", "same")))
    assert result.output == {
        "ok": True, "files": 4, "reindexed": 3, "unchanged": 1, "failed": 0, "chunks": 6, "embedded": 3, "reused": 0,
        "failures": [],
    }  # fmt: skip
    assert [task["after"] for task in calls(result, "list_outdated_activity")] == ["", "b", "same"]
    assert all("blob" not in task for task in calls(result, "prepare_file_activity"))
    assert result.custom_status_history[-1] == {"stage": "completed", "done": 4}


def test_reindexing_names_what_failed_and_goes_on():
    def script(invocation):
        if invocation.name == "prepare_file_activity" and invocation.input["name"] == "a":
            return Raises("Unavailable: 0 of 3 chunks of 'a' can be read so far")
        return pages(("a", "b"))(invocation)

    output = run(reindex_orchestrator, TERMS, script).output
    assert (output["ok"], output["reindexed"], output["failed"]) == (False, 1, 1)
    assert output["failures"] == [
        {"name": "a", "error": "It could not be prepared: 0 of 3 chunks of 'a' can be read so far"}
    ]


def test_reindexing_that_cannot_list_says_how_far_it_came():
    def script(invocation):
        if invocation.name == "list_outdated_activity" and invocation.input["after"]:
            return Raises("Unavailable: Cosmos DB answered 503")
        return pages(("a",))(invocation)

    output = run(reindex_orchestrator, TERMS, script).output
    assert (output["ok"], output["files"]) == (False, 1)
    assert output["error"] == "The snippets could not be listed: Cosmos DB answered 503"


@pytest.mark.parametrize("batching", ["single", "batched"])
@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("kind", ["batch", "reindex"])
def test_random_schedules_and_failures_are_replayed_the_same(kind, seed, batching):
    def flaky(invocation):
        chance = Random(f"{seed}-{invocation.name}-{invocation.input}-{invocation.attempt}")
        if chance.random() < 0.15:
            return Raises("Unavailable: scripted", chance.choice([0.1, 2.0]))
        return pages(("a", "b"), ("c", "same"))(invocation)

    if kind == "batch":
        result = run(embeddings_batch_orchestrator, batch("a", "b", "c", "same"), flaky, seed, batching)
    else:
        result = run(reindex_orchestrator, TERMS, flaky, seed, batching)
    assert result.status == "Completed"
    assert result.output["ok"] is (not result.output["failed"] and "error" not in result.output)
