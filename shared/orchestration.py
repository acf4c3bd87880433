"""Parallel work inside an orchestrator, in the one shape that Azure replays faithfully.

Azure's host replays the list of actions that the SDK reported, not the generator, and numbers them by itself. Both
numberings agree only while parallel work is plain ``call_activity`` or ``call_sub_orchestrator`` under one flat wait, a
retry is a new round after a durable timer, and each wait has a timer of its own. docs/adr/0002 has the reasons.

Everything here is deterministic: time comes from the context, and the callbacks given must be pure.
"""

import json
import math
import re
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count as count_from
from typing import Any, cast

from azure.durable_functions import DurableOrchestrationContext
from azure.durable_functions.models import TaskBase
from azure.durable_functions.models.Task import TimerTask

ATTEMPTS = 3

# A service that asks for more than this is better failed than waited for: a person waits at the other end.
LONGEST_RETRY_AFTER_S = 30.0
# Where a run has patience pauses double up to here: a service that is back is found again soon.
_LONGEST_PAUSE_S = 15.0

RETRY_AFTER_FIELD = "retry_after_s"
# In the text of a failure the field may stand as `retry_after_s=2.5` or as part of a JSON object.
_RETRY_AFTER_IN_TEXT = re.compile(RETRY_AFTER_FIELD + r"""["']?\s*[:=]\s*(\d{1,6}(?:\.\d{1,6})?)""")

Progress = Callable[[int, int], None]
"""Told ``(done, total)`` when an outcome arrives. It may set the custom status; it must not yield or read a clock."""


@dataclass(frozen=True, slots=True)
class Call:
    """One run of an activity. ``payload`` must be what JSON can carry.

    ``attempt_field``: the field of ``payload`` that tells the activity which attempt it is, counted from 1.
    """

    name: str
    payload: Any = None
    attempt_field: str | None = None


def traced(calls: Iterable[Call], traceparent: str | None) -> list[Call]:
    """Return ``calls`` with the trace that they belong to in their payloads; unchanged where there is none."""
    if traceparent is None:
        return list(calls)
    return [replace(call, payload=_traced(call.payload, traceparent)) for call in calls]


def _traced(payload: Any, traceparent: str) -> Any:
    return _with_field(payload, "traceparent", traceparent)


def _with_field(payload: Any, field: str, value: str | int) -> Any:
    if isinstance(payload, str):
        # An object as a text, which is not read for this in every replay.
        return f'{payload[:-1]},"{field}":{json.dumps(value)}}}'
    return {**payload, field: value}


@dataclass(frozen=True, slots=True)
class SubCall:
    """One run of a sub-orchestration. Without ``instance_id`` each attempt gets an instance of its own."""

    name: str
    payload: Any = None
    instance_id: str | None = None


@dataclass(frozen=True, slots=True)
class Ok:
    """The call ended well and handed back ``value``."""

    value: Any


@dataclass(frozen=True, slots=True)
class Failed:
    """The call failed in its last attempt.

    ``text`` is what the host recorded: reason, then details. ``retry_after_s`` is the wait that the call asked for;
    ``returned``: by returning it, not in a text. ``attempts``: how often it was tried.
    """

    text: str
    retry_after_s: float | None = None
    returned: bool = False
    attempts: int = 1


@dataclass(slots=True)
class Patience:
    """Seconds that may still be spent on pauses between rounds.

    Every pause is taken from it; where it is spent, only the usual number of attempts is left.
    """

    left_s: float


@dataclass(frozen=True, slots=True)
class Late:
    """The deadline came first. The call may still be running; its result will be ignored."""


AnyCall = Call | SubCall
Outcome = Ok | Failed | Late


def settle(
    context: DurableOrchestrationContext,
    tasks: Sequence[TaskBase],
    until: datetime | None = None,
    on_progress: Progress | None = None,
) -> Generator[TaskBase, Any, None]:
    """Wait until every task has ended or ``until`` is reached. A failed task does not raise.

    Ask each task for ``is_completed``; the ``result`` of a failed one is an ``Exception``. ``until`` must lie within
    the host's ``maximumShortTimerDuration`` (6 days by default), beyond which the SDK cannot cancel a timer.
    """
    ended = 0

    def count(_task: TaskBase) -> None:
        nonlocal ended
        ended += 1
        if on_progress is not None:
            on_progress(ended, len(tasks))

    yield from _settle_each(context, tasks, until, count)


def gather_outcomes(
    context: DurableOrchestrationContext,
    calls: Sequence[AnyCall],
    *,
    attempts: int = ATTEMPTS,
    pause_s: float = 1.0,
    until: datetime | None = None,
    retriable: Callable[[str], bool] = lambda _text: True,
    on_progress: Progress | None = None,
    patience: Patience | None = None,
) -> Generator[TaskBase, Any, list[Outcome]]:
    """Run all calls at once, failed ones again in later rounds, and return one outcome per call in the order given.

    Rounds lie ``pause_s``, then twice that, and so on apart, or as far as a call asked for: ``retry_after_s`` in its
    failure's text, or in what it returned instead of raising (``{"retry_after_s": 2}``, which counts as a failure). A
    failure whose text is not ``retriable`` is final, whatever wait its text may speak of: part of it can be quoted from
    outside. After ``attempts`` rounds further ones follow, at most 15 s apart, while ``patience`` has the pause for
    them. Once ``until`` is reached no round follows. ``on_progress`` hears how many calls need no further attempt.

    Raises:
        ValueError: ``attempts`` is less than 1.
    """
    _check_attempts(attempts)
    outcomes: list[Outcome] = [Late()] * len(calls)
    left = list(range(len(calls)))
    done = 0
    for attempt in count_from(0):
        if attempt:
            pause = _pause_s(attempt, pause_s, [outcomes[index] for index in left], attempts)
            wake = context.current_utc_datetime + timedelta(seconds=pause)
            if (until is not None and wake >= until) or not _takes(pause, attempt >= attempts, patience):
                break
            yield context.create_timer(wake)
        tasks = [_schedule(context, calls[index], attempt + 1) for index in left]
        following_s = _pause_s(attempt + 1, pause_s, (), attempts)
        last = attempt + 1 >= attempts and (patience is None or following_s > patience.left_s)

        def count(task: TaskBase, last: bool = last) -> None:
            nonlocal done
            outcome = _outcome(task)
            if last or isinstance(outcome, Ok) or not _again(outcome, retriable):
                done += 1
                if on_progress is not None:
                    on_progress(done, len(calls))

        yield from _settle_each(context, tasks, until, count)
        for index, task in zip(left, tasks, strict=True):
            outcomes[index] = _outcome(task, attempt + 1)
        left = [index for index in left if _again(outcomes[index], retriable)]
        if not left or any(not task.is_completed for task in tasks):
            break
    return outcomes


def rounds_of_task_all(
    context: DurableOrchestrationContext,
    calls: Sequence[AnyCall],
    *,
    attempts: int = ATTEMPTS,
    pause_s: float = 1.0,
    is_empty: Callable[[Any], bool] = lambda result: not result,
) -> Generator[TaskBase, Any, list[Any]]:
    """Fan out, fan in with ``task_all``, and fan the empty results out again, ``attempts`` rounds in all.

    Returns one result per call in the order given; where every round came back empty, the last empty result, or None
    when the call failed. Rounds lie apart as in ``gather_outcomes``; a result that asks to wait counts as empty.

    Raises:
        ValueError: ``attempts`` is less than 1.
    """
    _check_attempts(attempts)
    results: list[Any] = [None] * len(calls)
    left = list(range(len(calls)))
    outcomes: list[Outcome] = []
    for attempt in range(attempts):
        if not left:
            break
        if attempt:
            pause = timedelta(seconds=_pause_s(attempt, pause_s, outcomes, attempts))
            yield context.create_timer(context.current_utc_datetime + pause)
        tasks = [_schedule(context, calls[index], attempt + 1) for index in left]
        try:
            yield context.task_all(tasks)
        except Exception:  # noqa: BLE001 - the SDK throws a bare Exception for the first task that failed
            # Azure waits for all tasks before it replays further, the SDK stops at the first failure. Waiting for the
            # rest brings both to the same point before anything else is scheduled.
            yield from settle(context, [task for task in tasks if not task.is_completed])
        outcomes = [_outcome(task) for task in tasks]
        for index, outcome in zip(left, outcomes, strict=True):
            results[index] = outcome.value if isinstance(outcome, Ok) else None
        left = [index for index in left if results[index] is None or is_empty(results[index])]
    return results


def _settle_each(
    context: DurableOrchestrationContext,
    tasks: Sequence[TaskBase],
    until: datetime | None,
    on_ended: Callable[[TaskBase], None],
) -> Generator[TaskBase, Any, None]:
    """Wait as ``settle`` does and hand each task to ``on_ended`` when it has ended."""
    pending = list(tasks)
    timer = cast("TimerTask", context.create_timer(until)) if until is not None and pending else None
    while pending:
        # Only the first wait becomes an action; in later ones every child is scheduled already, so they add nothing.
        winner = yield context.task_any([*pending, timer] if timer is not None else pending)
        if winner is timer:
            return
        pending.remove(winner)
        on_ended(winner)
    if timer is not None:
        timer.cancel()


def _schedule(context: DurableOrchestrationContext, call: AnyCall, attempt: int) -> TaskBase:
    if isinstance(call, SubCall):
        return context.call_sub_orchestrator(call.name, call.payload, call.instance_id)
    payload = _with_field(call.payload, call.attempt_field, attempt) if call.attempt_field else call.payload
    return context.call_activity(call.name, payload)


def _outcome(task: TaskBase, attempts: int = 1) -> Outcome:
    if not task.is_completed:
        return Late()
    if isinstance(task.result, Exception):
        text = str(task.result)
        asked = [float(seconds) for seconds in _RETRY_AFTER_IN_TEXT.findall(text)]
        return Failed(text, min(max(asked), LONGEST_RETRY_AFTER_S) if asked else None, attempts=attempts)
    wait_s = _wait_returned(task.result)
    if wait_s is None:
        return Ok(task.result)
    return Failed(f"{RETRY_AFTER_FIELD}={wait_s:.3f}", wait_s, returned=True, attempts=attempts)


def _wait_returned(result: Any) -> float | None:
    """Seconds that a call asked for by returning ``{"retry_after_s": n}`` instead of raising."""
    if not isinstance(result, Mapping):
        return None
    seconds = cast("Mapping[str, Any]", result).get(RETRY_AFTER_FIELD)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or math.isnan(seconds):
        return None
    return float(min(max(seconds, 0.0), LONGEST_RETRY_AFTER_S))


def _again(outcome: Outcome, retriable: Callable[[str], bool]) -> bool:
    return isinstance(outcome, Failed) and (outcome.returned or retriable(outcome.text))


def _takes(pause_s: float, is_further: bool, patience: Patience | None) -> bool:
    """Whether a round follows after the pause, which ``patience`` then lacks; ``is_further``: beyond the usual ones."""
    if is_further and (patience is None or pause_s > patience.left_s):
        return False
    if patience is not None:
        patience.left_s = max(0.0, patience.left_s - pause_s)
    return True


def _pause_s(attempt: int, first_s: float, outcomes: Sequence[Outcome], attempts: int) -> float:
    """How long to wait before round ``attempt`` (from 1): pauses double; a longer wait that was asked for holds."""
    asked_s = max((outcome.retry_after_s or 0.0 for outcome in outcomes if isinstance(outcome, Failed)), default=0.0)
    doubled_s = first_s * 2 ** (attempt - 1)
    return max(doubled_s if attempt < attempts else min(doubled_s, _LONGEST_PAUSE_S), asked_s)


def _check_attempts(attempts: int) -> None:
    if attempts < 1:
        raise ValueError(f"attempts is {attempts}; expected 1 or more")
