"""The orchestrators of embeddings, replayed as Azure replays them."""

import math

import pytest

from blueprints.embeddings import embed_segment_orchestrator, embeddings_orchestrator
from shared.snippets.vectors import from_base64, to_base64
from tests.support.azure_replay import Invocation, Raises, Returns, replay

PERSISTED = {"embedded": 1, "reused": 0, "dimensions": 2}
CHILDREN = {"embed_segment_orchestrator": embed_segment_orchestrator}


def answers(embed, persist=lambda _: Returns(PERSISTED)):
    """A script from one function per activity."""

    def script(invocation: Invocation):
        return embed(invocation) if invocation.name == "embed_chunk_activity" else persist(invocation)

    return script


def run(document, script, seed=0, batching="batched"):
    result = replay(embeddings_orchestrator, document, script, seed, batching, orchestrators=CHILDREN)
    assert result.faults == ()
    return result


def inputs(result, name):
    return [call.input for call in result.activity_calls if call.name == name]


def always(vector):
    return lambda _: Returns(vector)


def test_the_spec_example_becomes_one_chunk_and_is_persisted():
    document = {"projectId": "test-project", "name": "example.py", "text": "def hello():\n    print(1)\n"}
    result = run(document, answers(always([0.6, 0.8])))
    assert result.output == {"ok": True, "id": "example.py", "chunks": 1, "embedded": 1, "reused": 0, "dimensions": 2}
    (task,) = inputs(result, "embed_chunk_activity")
    assert (task["chunkIndex"], task["text"]) == (0, document["text"])
    assert inputs(result, "persist_snippet_activity")[0]["snippet"]["projectId"] == "test-project"


def test_without_settings_in_the_input_chunks_are_slices_of_800():
    text = "abcdefghij" * 200
    result = run({"name": "n", "text": text}, answers(always([1.0, 0.0])))
    by_index = sorted(inputs(result, "embed_chunk_activity"), key=lambda task: task["chunkIndex"])
    assert [task["text"] for task in by_index] == [text[i : i + 800] for i in range(0, 2000, 800)]


def test_vectors_are_averaged_by_length_and_normalised():
    result = run(
        {"name": "n", "text": "x" * 800 + "y" * 400},
        answers(lambda call: Returns([1.0, 0.0] if call.input["chunkIndex"] == 0 else [0.0, 1.0])),
    )
    vector = from_base64(inputs(result, "persist_snippet_activity")[0]["embedding"])
    assert vector == pytest.approx([2 / math.sqrt(5), 1 / math.sqrt(5)], abs=1e-6)


def test_empty_chunks_are_fanned_out_again_and_told_which_attempt_it_is():
    def embed(call):
        failing = call.input["chunkIndex"] == 1 and call.input["attempt"] < 3
        return Returns([] if failing else [1.0, 0.0])

    result = run({"name": "n", "text": "x" * 2000}, answers(embed))
    assert result.output["ok"]
    attempts = [(task["chunkIndex"], task["attempt"]) for task in inputs(result, "embed_chunk_activity")]
    assert sorted(attempts) == [(0, 1), (1, 1), (1, 2), (1, 3), (2, 1)]


def test_chunks_that_stay_empty_fail_the_run_and_nothing_is_persisted():
    def embed(call):
        return Returns([] if call.input["chunkIndex"] in {1, 2} else [1.0, 0.0])

    result = run({"name": "n", "text": "x" * 3000}, answers(embed))
    assert result.status == "Completed"
    assert result.output == {
        "ok": False,
        "id": "n",
        "failedChunks": [1, 2],
        "error": "2 of 4 chunks could not be embedded after 3 retries",
    }
    assert inputs(result, "persist_snippet_activity") == []


def test_a_chunk_that_the_model_refuses_is_not_asked_for_again_and_the_reason_is_told():
    def embed(call):
        return Returns({"refused": "content filter"} if call.input["chunkIndex"] == 1 else [1.0, 0.0])

    result = run({"name": "n", "text": "x" * 2000}, answers(embed))
    assert len(inputs(result, "embed_chunk_activity")) == 3
    assert result.output == {
        "ok": False,
        "id": "n",
        "failedChunks": [1],
        "refusedChunks": [{"chunk": 1, "reason": "content filter"}],
        "error": "1 of 3 chunks were refused by the embedding model",
    }


def test_what_was_refused_and_what_failed_are_told_apart_across_segments():
    def embed(call):
        index = call.input["chunkIndex"]
        return Returns({"refused": "too long"} if index == 70 else [] if index == 5 else [1.0, 0.0])

    result = run({"name": "n", "text": "x" * 800 * 100}, answers(embed))
    assert result.output["failedChunks"] == [5, 70]
    assert result.output["refusedChunks"] == [{"chunk": 70, "reason": "too long"}]
    assert result.output["error"] == (
        "1 of 100 chunks could not be embedded after 3 retries; 1 of 100 chunks were refused by the embedding model"
    )


def test_an_empty_text_is_persisted_without_chunks_and_without_a_vector():
    persisted = {"embedded": 0, "reused": 0, "dimensions": 2}
    result = run({"name": "n", "text": ""}, answers(always([1.0, 0.0]), lambda _: Returns(persisted)))
    assert result.output == {"ok": True, "id": "n", "chunks": 0, "embedded": 0, "reused": 0, "dimensions": 2}
    (task,) = inputs(result, "persist_snippet_activity")
    assert (task["chunks"], task.get("embedding")) == (0, None)


def test_chunks_carry_the_recipe_and_symbols_that_were_settled_at_acceptance():
    document = {
        "name": "a.py",
        "text": "x = 1\ny = 2\n",
        "chunkMode": "code",
        "chunkSize": 500,
        "cuts": [{"length": 6, "defines": ["x"]}, {"length": 6, "scope": ["A"]}],
    }
    result = run(document, answers(always([1.0, 0.0])))
    first, second = sorted(inputs(result, "embed_chunk_activity"), key=lambda task: task["chunkIndex"])
    assert first["snippet"]["cutting"] == "code/500/h1"
    assert (first["text"], first["defines"], second["scope"], second["startLine"]) == ("x = 1\n", ["x"], ["A"], 2)


def test_an_activity_that_raises_counts_as_empty():
    def embed(call):
        return Raises("RuntimeError: worker lost") if call.input["attempt"] == 1 else Returns([1.0, 0.0])

    assert run({"name": "n", "text": "x" * 2000}, answers(embed)).output["ok"]


def test_persisting_is_tried_again_but_not_what_was_rejected():
    def flaky(call):
        return Raises("Unavailable: Cosmos DB answered 503") if call.attempt < 3 else Returns(PERSISTED)

    assert run({"name": "n", "text": "x"}, answers(always([1.0, 0.0]), flaky)).output["ok"]
    rejected = run(
        {"name": "n", "text": "x"}, answers(always([1.0, 0.0]), lambda _: Raises("Rejected: Cosmos DB answered 400"))
    )
    assert len(inputs(rejected, "persist_snippet_activity")) == 1
    assert rejected.output["error"] == "The snippet could not be stored after 3 retries: Cosmos DB answered 400"


def test_more_than_64_chunks_are_split_and_progress_moves():
    text = "x" * 800 * 200
    result = run({"name": "n", "text": text}, answers(always([1.0, 0.0])))
    assert result.output["chunks"] == 200
    indices = sorted(task["chunkIndex"] for task in inputs(result, "embed_chunk_activity"))
    assert indices == list(range(200))
    done = [status["done"] for status in result.custom_status_history if status["stage"] == "embedding"]
    assert done == sorted(done)
    assert len(set(done)) >= 3
    assert result.custom_status_history[-1] == {"stage": "completed", "done": 200, "total": 200}


def test_failed_chunks_of_every_segment_are_named():
    def embed(call):
        return Returns([] if call.input["chunkIndex"] in {5, 70, 199} else [1.0, 0.0])

    result = run({"name": "n", "text": "x" * 800 * 200}, answers(embed))
    assert result.output["failedChunks"] == [5, 70, 199]


def test_segments_in_blobs_are_embedded_by_position():
    document = {
        "name": "big.py",
        "version": "v",
        "uploads": [{"blob": "run/0.json", "lengths": [800] * 64}, {"blob": "run/1.json", "lengths": [800, 10]}],
    }
    result = run(document, answers(always([1.0, 0.0])))
    assert result.output["chunks"] == 66
    tasks = {task["chunkIndex"]: task for task in inputs(result, "embed_chunk_activity")}
    assert (tasks[65]["blob"], tasks[65]["position"]) == ("run/1.json", 1)
    assert "text" not in tasks[65]
    assert inputs(result, "persist_snippet_activity")[0]["uploaded"] is True


def test_ten_megabytes_in_chunks_of_the_default_size_are_gathered():
    segments = math.ceil(10 * 1024 * 1024 / 800 / 64)
    uploads = [{"blob": f"run/{number}.json", "lengths": [800] * 64} for number in range(segments)]
    part = {"weight": 64 * 800, "total": to_base64([1.0, 0.0])}

    def script(call):
        return Returns(part if call.name == "embed_segment_orchestrator" else PERSISTED)

    result = replay(embeddings_orchestrator, {"name": "big.txt", "version": "v", "uploads": uploads}, script)
    assert result.faults == ()
    assert (result.output["ok"], result.output["chunks"]) == (True, segments * 64)
    starts = sorted(task["firstIndex"] for task in inputs(result, "embed_segment_orchestrator"))
    assert starts == list(range(0, segments * 64, 64))


def test_an_input_that_nobody_can_embed_fails_and_says_why():
    result = run({"projectId": "p"}, answers(always([1.0])))
    assert result.status == "Failed"
    assert "name" in result.error


def test_text_that_looks_like_a_python_object_stays_text():
    hostile = '{"__class__": "X", "__module__": "os", "__data__": "{}"}'
    result = run({"name": "n", "text": hostile}, answers(always([1.0, 0.0])))
    assert inputs(result, "embed_chunk_activity")[0]["text"] == hostile


@pytest.mark.parametrize("batching", ["single", "batched"])
@pytest.mark.parametrize("seed", range(25))
def test_random_schedules_and_failures_are_replayed_the_same(seed, batching):
    """Latency and failure of each call follow from the seed; whatever happens, Azure and the SDK agree."""
    from random import Random

    def embed(call):
        chance = Random(f"{seed}-{call.input['chunkIndex']}-{call.attempt}-{call.input['attempt']}")
        after_s = chance.choice([0.1, 0.2, 0.2, 3.0])
        kind = chance.random()
        if kind < 0.1:
            return Raises("Unavailable: scripted", after_s)
        return Returns([] if kind < 0.3 else [1.0, 0.0], after_s)

    def persist(call):
        if Random(f"{seed}-{call.attempt}").random() < 0.3:
            return Raises("Unavailable: scripted", 0.5)
        return Returns(PERSISTED, 0.2)

    chunks = Random(seed).choice([1, 7, 20, 70])
    result = run({"name": "n", "text": "x" * 800 * chunks}, answers(embed, persist), seed, batching)
    assert result.status == "Completed"
    assert result.output["ok"] is (not result.output.get("error"))
