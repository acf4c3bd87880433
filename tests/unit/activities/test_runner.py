"""What every activity gets from the runner: its task decoded, its result encoded, its steps logged, its errors told."""

import asyncio
import inspect
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from activities.embeddings import ACTIVITIES
from activities.runner import as_function
from shared.orchestration import RETRY_AFTER_FIELD
from tests.support.cosmos import running_cosmos
from tests.support.stack import REPOSITORY, sample_environment

PROCESS = Path(__file__).with_name("worker_process.py")
CALLS = {
    "by object": ["answer", {"runId": "object"}],
    "by text": ["answer", '{"runId": "text"}'],
    "plain": ["answer_list", {"runId": "plain"}],
    "first of two": ["meet", {"runId": "first"}],
    "second of two": ["meet", {"runId": "second"}],
    "throttled": ["throttled", {"runId": "throttled", "waitS": 2.5}],
    "down": ["throttled", {"runId": "down"}],
    "refused": ["refused", {"runId": "refused"}],
    "broken": ["broken", {"runId": "broken"}],
    "no json": ["answer", "{"],
    "wrong type": ["answer", {"runId": 7}],
    "no object": ["answer", "[]"],
    "class": ["answer", json.dumps({"__class__": "Task", "__module__": "os", "__data__": {}})],
}


@dataclass(frozen=True)
class Worker:
    """How the calls ended in a process, and its log."""

    outcomes: dict[str, Any]
    records: list[dict[str, Any]]

    def lines(self, instance_id: str) -> list[dict[str, Any]]:
        return [record for record in self.records if record["fields"]["instance_id"] == instance_id]


async def run_in_worker(calls: dict[str, Any], cosmos_url: str, key: str) -> Worker:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(PROCESS),
        cwd=REPOSITORY,
        env=sample_environment()
        | {"DISABLE_OPENAI": "1", "COSMOS_ENDPOINT": cosmos_url, "COSMOS_KEY": key, "PYTHONPATH": str(REPOSITORY)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        output, _ = await process.communicate(json.dumps(calls).encode())
    assert process.returncode == 0
    return Worker(**json.loads(output))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def worker(tmp_path_factory):
    async with running_cosmos(tmp_path_factory.mktemp("cosmos")) as cosmos:
        return await run_in_worker(CALLS, cosmos.url, cosmos.key)


@pytest.mark.parametrize("call", ["by object", "by text"])
def test_a_task_may_come_as_an_object_or_as_text(worker, call):
    assert worker.outcomes[call]["result"]["runId"] == call.removeprefix("by ")


def test_a_contract_is_answered_as_json_spells_it_and_without_what_is_none(worker):
    assert worker.outcomes["by object"] == {"result": {"runId": "object", "modelName": "mock"}}


def test_plain_json_is_answered_as_it_is(worker):
    assert worker.outcomes["plain"] == {"result": [0.5, 1.0]}


def test_start_progress_and_completion_are_logged_with_the_fields_of_the_task(worker):
    lines = worker.lines("object")
    assert [line["message"] for line in lines] == ["activity started", "activity progress", "activity completed"]
    assert all(line["fields"]["activity"] == "answer" for line in lines)
    assert (lines[1]["fields"]["step"], lines[1]["fields"]["characters"]) == ("half way", 12)
    assert lines[2]["fields"]["ms"] >= 0


@pytest.mark.parametrize("run_id", ["first", "second"])
def test_activities_at_the_same_time_keep_their_fields_apart(worker, run_id):
    assert worker.outcomes[f"{run_id} of two"] == {"result": run_id}
    lines = [line["message"] for line in worker.lines(run_id)]
    assert lines == ["activity started", "activity progress", "activity completed"]


def test_the_wait_that_a_service_asked_for_travels_in_the_text(worker):
    error = worker.outcomes["throttled"]
    assert error == {"error": "Unavailable", "text": f"Cosmos DB answered 429 ({RETRY_AFTER_FIELD}=2.500)"}


def test_an_outage_without_a_wait_says_no_more_than_its_reason(worker):
    assert worker.outcomes["down"] == {"error": "Unavailable", "text": "Cosmos DB answered 429"}


@pytest.mark.parametrize(
    ("run_id", "message", "reason"),
    [
        ("throttled", "activity unavailable", "Cosmos DB answered 429"),
        ("refused", "activity rejected", "Cosmos DB answered 400"),
    ],
)
def test_what_was_foreseen_is_a_warning_with_its_reason(worker, run_id, message, reason):
    line = worker.lines(run_id)[-1]
    assert (line["level"], line["message"], line["traceback"]) == ("WARNING", message, False)
    assert line["fields"]["reason"] == reason
    assert line["fields"]["ms"] >= 0


def test_a_bug_keeps_its_class_and_is_logged_with_its_traceback(worker):
    assert worker.outcomes["broken"]["error"] == "KeyError"
    line = worker.lines("broken")[-1]
    assert (line["level"], line["message"], line["traceback"]) == ("ERROR", "activity failed", True)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        ("no json", "ValidationError"),
        ("wrong type", "ValidationError"),
        ("no object", "ValidationError"),
        ("class", "ValidationError"),
    ],
)
def test_what_is_no_task_fails_before_anything_runs(worker, call, error):
    assert worker.outcomes[call]["error"] == error


async def test_a_worker_that_cannot_open_its_resources_is_unavailable(unused_tcp_port):
    worker = await run_in_worker(
        {"by object": CALLS["by object"]}, f"http://127.0.0.1:{unused_tcp_port}", sample_environment()["COSMOS_KEY"]
    )
    error = worker.outcomes["by object"]
    assert error["error"] == "Unavailable"
    assert error["text"].startswith("Cosmos DB cannot be reached")
    assert worker.lines("object")[-1]["message"] == "activity unavailable"


@pytest.mark.parametrize("name", ACTIVITIES)
def test_the_worker_gets_a_function_of_the_activitys_name_with_one_plain_parameter(name):
    function = as_function(name, ACTIVITIES[name])
    assert (function.__name__, inspect.iscoroutinefunction(function)) == (name, True)
    (parameter,) = inspect.signature(function).parameters.values()
    assert (parameter.name, parameter.annotation) == ("data", inspect.Parameter.empty)
