"""One episode, decided without I/O: which events are delivered, and what an orchestrator's answer means.

Sequence numbers are the heart of it. The SDK numbers its tasks itself and never says how; a number that differs from
the SDK's shows up as a hang. Numbers are taken, in this order, by the retry of a failed task (its delay timer, then its
next attempt; neither is in the action list) and by each new leaf of the action list. Two events in one episode could
interleave the two, so while a retryable task is open an episode delivers one event.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from local.host.engine import clock, history
from local.host.engine.actions import UNSUPPORTED, Action, Reply, takes_number
from local.host.engine.json_text import quoted
from local.host.engine.model import Arrival, Execution, Kind, OpenTask, Outcome, Retry, Status

#: Durable Task Scheduler refuses larger payloads.
MAX_PAYLOAD_BYTES = 1024 * 1024

#: Says why a task cannot be scheduled, or None when it can.
Refusal = Callable[[Execution, OpenTask], str | None]


@dataclass(slots=True)
class Effects:
    """What an episode changes. ``chunk`` is its part of the history."""

    chunk: str = ""
    opened: list[OpenTask] = field(default_factory=list[OpenTask])
    closed: list[OpenTask] = field(default_factory=list[OpenTask])
    #: Failures known at once, such as a call of an unknown activity.
    arrivals: list[Arrival] = field(default_factory=list[Arrival])
    #: Set when the execution ends with this episode.
    ended: Outcome | None = None


def too_large(text: str | None) -> int | None:
    """Return the size in bytes of a payload that exceeds the limit, else None."""
    if text is None or len(text) * 4 <= MAX_PAYLOAD_BYTES:
        return None
    size = len(text.encode("utf-8", "surrogatepass"))
    return size if size > MAX_PAYLOAD_BYTES else None


def next_batch(execution: Execution) -> list[Arrival]:
    """Take from the inbox what the next episode delivers."""
    inbox = execution.inbox
    if execution.outcome is None and execution.has_open_retry:
        batch = [inbox.popleft()] if inbox else []
    else:
        batch = list(inbox)
        inbox.clear()
    for arrival in batch:
        arrival.taken = True
    return batch


def opening(execution: Execution, batch: list[Arrival], at: str) -> list[str]:
    """Return the events with which an episode begins, before the orchestrator is called."""
    events = [history.orchestrator_started(at)]
    if not execution.history:
        record, parent = execution.record, execution.record.parent
        events.append(
            history.execution_started(
                at, instance_id=record.instance_id, execution_id=record.execution_id, name=record.name,
                version=record.version, parent=None if parent is None else (parent.instance_id, parent.execution_id),
            )
        )  # fmt: skip
    return events + [arrival.event for arrival in batch]


def _deliver(execution: Execution, arrivals: list[Arrival], at: str, refusal: Refusal, effects: Effects) -> list[str]:
    """Close the tasks that ended; return the events of the retries that follow."""
    retried: list[str] = []
    for arrival in arrivals:
        if arrival.seq is None or (task := execution.open.pop(arrival.seq, None)) is None:
            continue
        effects.closed.append(task)
        if task.retry is None:
            continue
        if arrival.kind == "failed":
            retried.append(_start_retry_timer(execution, task, task.retry, at, effects))
        elif arrival.kind == "fired" and not task.retry.is_last and task.retries is not None:
            again = OpenTask(
                seq=execution.take_seq(), kind=task.retries, name=task.name, input=task.input,
                retry=task.retry.next(), child_id=task.child_id, version=task.version,
            )  # fmt: skip
            retried.append(_open(execution, again, at, refusal, effects))
    return retried


def _start_retry_timer(execution: Execution, task: OpenTask, retry: Retry, at: str, effects: Effects) -> str:
    # The timer exists after the last attempt too, due at once: the SDK throws the failure only when it fires.
    wait = timedelta(0) if retry.is_last else timedelta(milliseconds=retry.interval_ms)
    timer = OpenTask(
        seq=execution.take_seq(), kind=Kind.TIMER, name=task.name, input=task.input, retry=retry, retries=task.kind,
        fire_at=clock.timestamp(clock.parse(at) + wait), child_id=task.child_id, version=task.version,
    )  # fmt: skip
    execution.open[timer.seq] = timer
    effects.opened.append(timer)
    return history.timer_created(at, timer.seq, timer.fire_at or at)


def _failed_at_once(task: OpenTask, reason: str, at: str) -> Arrival:
    if task.kind is Kind.CHILD:
        return Arrival("failed", history.child_failed(at, task.seq, reason, ""), task.seq)
    text = f"Activity function '{task.name}' failed: {reason}"
    return Arrival("failed", history.task_failed(at, task.seq, text, ""), task.seq)


def _open(execution: Execution, task: OpenTask, at: str, refusal: Refusal, effects: Effects) -> str:
    execution.open[task.seq] = task
    effects.opened.append(task)
    if task.kind is Kind.TIMER:
        return history.timer_created(at, task.seq, task.fire_at or at)
    if task.kind is Kind.CHILD:
        child_id = child_id_of(execution, task)
        event = history.child_created(at, task.seq, task.name, child_id, task.version, quoted(task.input))
    else:
        event = history.task_scheduled(at, task.seq, task.name, task.input)
    if (reason := refusal(execution, task)) is not None:
        effects.arrivals.append(_failed_at_once(task, reason, at))
    return event


def child_id_of(execution: Execution, task: OpenTask) -> str:
    """Return the instance id of a sub-orchestration: the one it was given, else one of its own per attempt."""
    return task.child_id or f"{execution.record.execution_id}:{task.seq}"


def _retry_of(leaf: dict[str, Any]) -> Retry | None:
    options = leaf.get("retryOptions")
    if options is None:
        return None
    return Retry(int(options["maxNumberOfAttempts"]), int(options["firstRetryIntervalInMilliseconds"]))


def _task_of(execution: Execution, leaf: dict[str, Any], position: int, seq: int) -> OpenTask | None:
    """Return the task that an action opens; None for a timer that was cancelled before it was scheduled."""
    kind = leaf["actionType"]
    if kind == Action.CREATE_TIMER:
        fire_at = clock.timestamp(clock.parse(leaf["fireAt"]))
        return None if leaf["isCanceled"] else OpenTask(seq, Kind.TIMER, fire_at=fire_at, leaf=position)
    child = kind in (Action.CALL_CHILD, Action.CALL_CHILD_WITH_RETRY)
    return OpenTask(
        seq, Kind.CHILD if child else Kind.ACTIVITY, name=leaf["functionName"], input=leaf["input"],
        retry=_retry_of(leaf), child_id=leaf.get("instanceId") if child else None,
        version=(leaf.get("version") or None) if child else execution.record.version,
    )  # fmt: skip


def _schedule(
    execution: Execution, reply: Reply, at: str, refusal: Refusal, effects: Effects
) -> tuple[list[str], str | None, str | None]:
    """Number and open what is new in the action list; return its events, a new generation's input, a fault."""
    events: list[str] = []
    restart: str | None = None
    fault: str | None = None
    for position in range(execution.seen_leaves, len(reply.leaves)):
        leaf = reply.leaves[position]
        kind = leaf["actionType"]
        if not takes_number(leaf):
            continue
        seq = execution.take_seq()
        if kind == Action.CONTINUE_AS_NEW:
            restart = quoted(leaf["input"])
        elif kind in UNSUPPORTED or kind not in Action._value2member_map_:
            fault = f"{UNSUPPORTED.get(kind, f'action type {kind}')} is not supported by this host yet"
        elif (size := too_large(leaf.get("input"))) is not None:
            fault = f"the input of '{leaf['functionName']}' is {size} bytes; at most {MAX_PAYLOAD_BYTES} are allowed"
        elif (task := _task_of(execution, leaf, position, seq)) is not None:
            events.append(_open(execution, task, at, refusal, effects))
    execution.seen_leaves = max(execution.seen_leaves, len(reply.leaves))
    return events, restart, fault


def _cancel_timers(execution: Execution, reply: Reply, effects: Effects) -> None:
    # task.cancel() marks an action that was reported in an earlier episode.
    for task in list(execution.open.values()):
        if task.leaf is not None and task.leaf < len(reply.leaves) and reply.leaves[task.leaf]["isCanceled"]:
            del execution.open[task.seq]
            effects.closed.append(task)


def failure_text(name: str, error: str) -> str:
    """Return the output of a failed orchestration as the Durable extension words it."""
    return f"Orchestrator function '{name}' failed: {error}"


def _outcome(execution: Execution, reply: Reply, restart: str | None, fault: str | None) -> Outcome | None:
    for label, text in (("output", reply.output), ("new input", restart), ("custom status", reply.custom_status)):
        if fault is None and (size := too_large(text)) is not None:
            fault = f"its {label} is {size} bytes; at most {MAX_PAYLOAD_BYTES} are allowed"
    error = fault or reply.error
    if error is not None:
        return Outcome(Status.FAILED, quoted(failure_text(execution.record.name, error)))
    if not reply.is_done:
        return None
    if restart is not None:
        return Outcome(Status.CONTINUED_AS_NEW, restart)
    return Outcome(Status.COMPLETED, reply.output)


def apply(execution: Execution, arrivals: list[Arrival], opening: list[str], reply: Reply | None,
          at: str, refusal: Refusal) -> Effects:  # fmt: skip
    """Carry out one episode on ``execution`` and return what has to be stored and started.

    Args:
        opening: The events that the orchestrator was called with, OrchestratorStarted first.
        reply: Its answer; None when it had decided before and only open tasks were awaited.
        at: The episode's time.
    """
    effects = Effects()
    events = [*opening, *_deliver(execution, arrivals, at, refusal, effects)]
    record = execution.record
    if reply is not None and execution.outcome is None:
        scheduled, restart, fault = _schedule(execution, reply, at, refusal, effects)
        events += scheduled
        _cancel_timers(execution, reply, effects)
        execution.outcome = _outcome(execution, reply, restart, fault)
        if reply.custom_status is not None and too_large(reply.custom_status) is None:
            record.custom_status = reply.custom_status
    outcome = execution.outcome
    if outcome is not None and not execution.open:
        effects.ended = outcome
        events.append(history.execution_completed(at, execution.next_seq, outcome.status, outcome.value))
    events.append(history.orchestrator_completed(at))
    effects.chunk = ",".join(events)
    # What was scheduled is for the host alone: the SDK never reads it, and parsing it would double a replay.
    execution.history.append(",".join(opening))
    record.updated = at
    if not execution.suspended:
        record.status = Status.RUNNING
    return effects
