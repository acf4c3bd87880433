"""Opt-in: an orchestrator function that waits where it stopped, instead of being called again.

Called anew in each episode, a function goes through everything that has happened so far, so that a run costs the square
of its length. A session keeps the SDK's executor between episodes and hands it the new events alone, as extended
sessions do for .NET. It can be lost at any time: the next episode is a call with the whole history then.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from threading import Lock
from time import monotonic
from typing import Any

from azure.durable_functions.models import DurableOrchestrationContext
from azure.durable_functions.models.actions.Action import Action
from azure.durable_functions.models.actions.CompoundAction import CompoundAction
from azure.durable_functions.models.actions.CreateTimerAction import CreateTimerAction
from azure.durable_functions.models.history import HistoryEvent
from azure.durable_functions.models.Task import TaskBase
from azure.durable_functions.models.TaskOrchestrationExecutor import TaskOrchestrationExecutor
from azure.durable_functions.models.utils.df_serialization import df_dumps

from local.host.engine.actions import Reply, parse_reply
from local.host.engine.json_text import dumps, loads
from local.host.engine.model import Execution

#: So many are kept at once; the functions of other orchestrations are called anew.
LIMIT = 128
#: One that has had nothing to do for so long makes room for another.
IDLE_S = 30.0


class Session:
    """An orchestrator function between two episodes, with its answers in the shape of whole replays.

    Args:
        handle: The function as the SDK registers it: what ``Orchestrator.create`` returned.
        body: What it is called with in its first episode here: the whole history.
    """

    def __init__(self, handle: Any, body: str) -> None:
        self.used_at = monotonic()
        self._function: Callable[..., Any] = handle.orchestrator_function
        self._context = DurableOrchestrationContext.from_json(body)
        # The SDK's own way, in ``Orchestrator.create``.
        self._context._input_expected_type = getattr(handle, "_df_input_type", None)  # pyright: ignore
        self._executor = _NotingExecutor()
        self._leaves: list[dict[str, Any]] = []
        self._timers: list[tuple[CreateTimerAction, dict[str, Any]]] = []
        self._read = 0

    def begin(self) -> Reply:
        """Call the function.

        Raises:
            BadReply: It returned no orchestrator state.
            Exception: It failed; the text carries its state.
        """
        state = self._executor.execute(self._context, self._context.histories, self._function)
        return parse_reply(state) if self._executor.has_execution_completed else self._so_far()

    def resume(self, events: Iterable[str]) -> Reply:
        """Go on with this episode's ``events``, each JSON text.

        Raises:
            BadReply: The function returned no orchestrator state.
            Exception: It failed; the text carries its state.
        """
        self.used_at = monotonic()
        self._executor.all_is_played()
        for fields in loads(f"[{','.join(events)}]"):
            event = HistoryEvent(**fields)
            self._context.histories.append(event)
            self._executor.process_event(event)
            if self._executor.has_execution_completed:
                return parse_reply(self._executor.get_orchestrator_state_str())
        return self._so_far()

    def _so_far(self) -> Reply:
        """What the SDK would write, read back: each action once instead of in every episode."""
        actions: list[Action] = self._context._actions[0]  # pyright: ignore[reportPrivateUsage]
        for action in _leaves(actions[self._read :]):
            leaf = loads(df_dumps(action.to_json()))
            self._leaves.append(leaf)
            if isinstance(action, CreateTimerAction):
                self._timers.append((action, leaf))
        self._read = len(actions)
        for action, leaf in self._timers:
            leaf["isCanceled"] = action.is_cancelled
        status = self._context.custom_status
        return Reply(False, self._leaves, custom_status=dumps(loads(df_dumps(status))) if status else None)


class _NotingExecutor(TaskOrchestrationExecutor):
    """The SDK's executor, which remembers what ended in this episode."""

    def __init__(self) -> None:
        super().__init__()
        self._ended: list[TaskBase] = []

    def set_task_value(self, event: HistoryEvent, is_success: bool, id_key: str) -> None:
        waiting = self.context.open_tasks.get(getattr(event, id_key))
        if waiting:
            self._ended.append(waiting[-1] if isinstance(waiting, list) else waiting)
        super().set_task_value(event, is_success, id_key)

    def all_is_played(self) -> None:
        """Mark what has ended so far as a replay would: it decides what ``is_replaying`` tells the function later."""
        for task in self._ended:
            above: TaskBase | None = task
            while above is not None:
                above.set_is_played(True)
                above = above.parent
        self._ended.clear()


def _leaves(actions: Iterable[Action]) -> Iterator[Action]:
    for action in actions:
        if isinstance(action, CompoundAction):
            yield from _leaves(action.compound_tasks)
        else:
            yield action


class Sessions:
    """Which orchestrations have a session."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._lock = Lock()
        self._kept: OrderedDict[str, Execution] = OrderedDict()

    def call(self, execution: Execution, handle: Any, events: Iterable[str], body: Callable[[], str]) -> Reply:
        """Go on with an orchestration's function where it stopped, else call it with the whole history.

        Args:
            handle: The function as the SDK registers it.
            events: This episode's.
            body: Returns what the function is called with if it has no session.

        Raises:
            BadReply: It returned no orchestrator state.
            Exception: It failed; the text carries its state.
        """
        session = execution.session
        try:
            if session is not None:
                reply = session.resume(events)
            else:
                session = Session(handle, body())
                reply = session.begin()
        except BaseException:
            self._end(execution)
            raise
        if reply.is_done:
            self._end(execution)
        else:
            self._keep(execution, session)
        return reply

    def _keep(self, execution: Execution, session: Session) -> None:
        key = execution.record.execution_id
        with self._lock:
            while len(self._kept) >= self._limit and _makes_room(next(iter(self._kept.values()))):
                self._kept.popitem(last=False)[1].session = None
            if key in self._kept or len(self._kept) < self._limit:
                self._kept[key] = execution
                self._kept.move_to_end(key)
                execution.session = session

    def _end(self, execution: Execution) -> None:
        with self._lock:
            execution.session = None
            self._kept.pop(execution.record.execution_id, None)


def _makes_room(execution: Execution) -> bool:
    session = execution.session
    return execution.closed or session is None or monotonic() - session.used_at > IDLE_S
