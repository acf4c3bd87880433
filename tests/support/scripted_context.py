"""Drive an orchestrator without a host: activities answer by name, in the order in which they started.

The real Durable SDK replays over the history that Azure would have written (``tests.support.azure_replay``), so what
works here works with the SDK. Schedules and failures at random are what ``replay`` itself is for. ::

    driven = drive(embeddings_orchestrator, {"name": "a.py", "text": "..."}, {
        "embed_chunk_activity": lambda payload: {"vector": [1.0, 0.0]},
        "persist_snippet_activity": in_turn(ValueError("etag"), {"version": 2}),
    })
    assert driven.output["ok"] and driven.inputs_of("persist_snippet_activity") == [...]
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from azure.functions.decorators.function_app import FunctionBuilder

from tests.support.azure_replay import ActivityCall, Invocation, Raises, Reply, Returns, replay


class ScriptedFailure(Exception):
    """What a scripted activity raises: the text as Azure words it, ``ValueError: no``."""


@dataclass(frozen=True, slots=True)
class _InTurn:
    results: tuple[Any, ...]


def in_turn(*results: Any) -> _InTurn:
    """One result for each run of an activity, in the order of the runs; the last one stands for all that follow."""
    return _InTurn(results)


@dataclass(frozen=True, slots=True)
class Driven:
    """What an orchestrator did."""

    status: str
    output: Any
    error: str | None
    custom_statuses: Sequence[Any]
    calls: Sequence[ActivityCall]
    took_s: float

    def inputs_of(self, name: str) -> list[Any]:
        """Inputs of the runs of one activity or sub-orchestration, in the order in which they started."""
        return [read(call.input) for call in self.calls if call.name == name]


def read(payload: Any) -> Any:
    """Return a payload as its activity reads it, which may travel as a text."""
    return json.loads(payload) if isinstance(payload, str) and payload.startswith("{") else payload


def drive(
    orchestrator: FunctionBuilder | Callable[..., Any],
    input: Any,  # noqa: A002 - the word that Durable Functions uses
    results: Mapping[str, Any],
    *,
    orchestrators: Mapping[str, FunctionBuilder | Callable[..., Any]] | None = None,
) -> Driven:
    """Run ``orchestrator`` on ``input`` to its end.

    ``results`` says by name what an activity, or a sub-orchestration that is not in ``orchestrators``, hands back: a
    value, a function of its input, an exception (returned or raised) to fail with, or ``in_turn`` of these.

    Raises:
        AssertionError: Something was called that ``results`` does not name, or the run is not sound on Azure.
    """
    runs: dict[str, int] = {}
    unknown: list[str] = []

    def script(invocation: Invocation) -> Reply:
        if invocation.name not in results:
            unknown.append(invocation.name)
            return Raises("KeyError: not scripted")
        runs[invocation.name] = runs.get(invocation.name, 0) + 1
        return _reply(results[invocation.name], invocation, runs[invocation.name])

    run = replay(orchestrator, input, script, batching="single", orchestrators=orchestrators)
    assert not unknown, f"called but not scripted: {sorted(set(unknown))}"
    assert run.faults == (), run.faults
    return Driven(run.status, run.output, run.error, run.custom_status_history, run.activity_calls, run.ended_at_s)


def _reply(result: Any, invocation: Invocation, run: int) -> Reply:
    if isinstance(result, _InTurn):
        result = result.results[min(run, len(result.results)) - 1]
    if callable(result):
        try:
            result = result(read(invocation.input))
        except ScriptedFailure as failure:
            result = failure
    # Runs of the same moment end in the order in which they began.
    after_s = 0.1 + run * 1e-3
    if isinstance(result, ScriptedFailure):
        return Raises(str(result), after_s)
    if isinstance(result, Exception):
        return Raises(f"{type(result).__name__}: {result}", after_s)
    return Returns(result, after_s)
