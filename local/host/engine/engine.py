"""The durable engine: it runs episodes as things arrive, and commits what each decided before acting on it.

Whoever has news does what follows from it: the thread of a replay applies the decision, commits it and sends its
activities to the app's loop, which hands their results in and wakes the next replay. So a step is two hops between
threads, and a hop costs about as much as a small commit. One lock guards all state and is held for moments, never while
the app's code runs nor during a commit. Timers and waiting clients live on the host's event loop.
"""

import logging
import uuid
from asyncio import AbstractEventLoop, Event, Future, wait_for
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from itertools import count
from threading import RLock, Thread

from local.host.activity_calls import ActivityRunner
from local.host.app_loader import LoadedFunction
from local.host.engine import clock, episodes, gathering, history, rows
from local.host.engine.actions import Reply
from local.host.engine.activities import ActivityPool, Finished, Work
from local.host.engine.json_text import quoted, unquoted
from local.host.engine.model import Arrival, Execution, Kind, OpenTask, Outcome, Parent, Record, Status
from local.host.engine.replay import Replay, ReplayThreads, run_orchestrator
from local.host.engine.store import Statement, Store
from local.host.engine.timers import TimerHeap
from local.host.engine.watchers import Watchers
from local.host.invocation import Invocation
from local.host.logs import LogStream
from local.host.settings import HostSettings
from local.host.user_loop import UserLoop, sync_pool_size

log = logging.getLogger("local.host.engine")

#: A result that no episode has taken by then goes to the inbox; before that, a crash runs its activity again.
SAVE_AFTER_S = 0.02
#: So often another replay begins beside those under way, if any waits.
LOOK_AGAIN_S = 0.05


class Engine:
    """Runs the app's orchestrations. ``live`` holds every instance that has not ended; hold ``lock`` to change one."""

    def __init__(self, functions: Iterable[LoadedFunction], settings: HostSettings, store: Store,
                 runner: ActivityRunner, user_loop: UserLoop, timers: TimerHeap, loop: AbstractEventLoop,
                 log_stream: LogStream, call: Callable[[Replay], None] = run_orchestrator) -> None:  # fmt: skip
        functions = list(functions)
        self.orchestrators = {f.durable_name.lower(): f for f in functions if f.trigger_type == "orchestrationTrigger"}
        self.activities = {f.durable_name.lower(): f for f in functions if f.trigger_type == "activityTrigger"}
        self.settings = settings.durable
        self.store = store
        self.lock = RLock()
        self.live: dict[str, Execution] = {}
        self.watchers = Watchers(loop)
        self._loop = loop
        self._log_stream = log_stream
        self._timers = timers
        self._pool = ActivityPool(
            runner, user_loop, loop, self.settings.max_concurrent_activity_functions, settings.function_timeout,
            self._activities_finished, log_stream,
        )  # fmt: skip
        self._replay_limit = min(self.settings.max_concurrent_orchestrator_functions, sync_pool_size())
        self._call = call
        self._replay_threads = ReplayThreads(self._replay_limit, self._replay)
        self._replaying, self._look_again = 0, False
        self._ready: deque[Execution] = deque()
        self._unsaved: list[tuple[Execution, Arrival]] = []
        self._task_ids = count(1 + (store.read("SELECT max(task_id) FROM open_tasks")[0][0] or 0))
        self._message_ids = count(1 + (store.read("SELECT max(message_id) FROM inbox")[0][0] or 0))
        self._stopping = False

    # -- life ------------------------------------------------------------------------------------------------------

    def recover(self) -> int:
        """Take up every instance that has not ended where the last host left it; return their number."""
        with self.lock:
            for execution in rows.load_live(self.store):
                self.live[execution.record.instance_id] = execution
            found = list(self.live.values())
            for execution in found:
                arrived = {arrival.seq for arrival in execution.inbox}
                waiting = [task for task in execution.open.values() if task.seq not in arrived]
                self._pool.start(self._works(execution, waiting))
                self._start_tasks(execution, waiting)
                if execution.inbox or not execution.history:
                    self.wake(execution)
        return len(found)

    async def stop(self, grace_s: float) -> None:
        """Let running activities end within ``grace_s``, then stop; what is open goes on with the next host."""
        with self.lock:
            self._stopping = True
        await self._pool.stop(grace_s)
        replayed = Event()

        def end_replays() -> None:
            self._replay_threads.stop()
            self._loop.call_soon_threadsafe(replayed.set)

        # A thread of its own: an orchestrator that hangs must not hold the host.
        Thread(target=end_replays, name="end-replays", daemon=True).start()
        with suppress(TimeoutError):
            await wait_for(replayed.wait(), grace_s)
        self._save_arrivals()

    def commit(self, statements: list[Statement]) -> Future[None]:
        """Submit a change, on the host's loop; the future is done when it is durable."""
        future: Future[None] = self._loop.create_future()
        self.store.submit(statements, lambda: None if future.done() else future.set_result(None))
        return future

    # -- instances -------------------------------------------------------------------------------------------------

    def new_execution(self, name: str, instance_id: str, raw_input: str | None, version: str | None,
                      parent: Parent | None = None) -> Execution:  # fmt: skip
        """Make an instance live. The caller commits ``rows.create_instance`` and wakes it."""
        now = clock.timestamp()
        record = Record(
            instance_id=instance_id, execution_id=uuid.uuid4().hex, name=name, status=Status.PENDING,
            version=version or self.settings.default_version, created=now, updated=now, parent=parent,
        )  # fmt: skip
        execution = self.live[instance_id] = Execution(record, raw_input)
        return execution

    def close(self, execution: Execution) -> None:
        """End an execution in memory: whatever still comes for it is dropped."""
        execution.closed = True
        if self.live.get(execution.record.instance_id) is execution:
            del self.live[execution.record.instance_id]
        for timer in execution.timers.values():
            timer.cancel()
        execution.timers.clear()

    def message(self, kind: str, event: str, seq: int | None = None) -> Arrival:
        """Return an arrival with a row of its own in the inbox."""
        return Arrival(kind, event, seq, next(self._message_ids))  # pyright: ignore[reportArgumentType]

    def tell_parent(self, record: Record, *, result: str | None = None, failure: str | None = None) -> list[Statement]:
        """Put a child's end into its parent's inbox; return what stores it: nothing when the parent has moved on."""
        parent = record.parent
        execution = None if parent is None else self.live.get(parent.instance_id)
        if parent is None or execution is None or execution.record.execution_id != parent.execution_id:
            return []
        if parent.seq not in execution.open:
            return []
        now = clock.timestamp()
        if failure is None:
            arrival = self.message("completed", history.child_completed(now, parent.seq, result), parent.seq)
        else:
            arrival = self.message("failed", history.child_failed(now, parent.seq, failure, failure), parent.seq)
        self.deliver(execution, [arrival])
        return rows.put_in_inbox(parent.instance_id, [arrival])

    # -- arrivals --------------------------------------------------------------------------------------------------

    def deliver(self, execution: Execution, arrivals: list[Arrival]) -> None:
        """Hand something to an execution; its next episode sees it."""
        if execution.closed:
            return
        now = self._loop.time()
        if not execution.inbox:
            execution.first_arrival = now
        execution.last_arrival = now
        execution.inbox.extend(arrivals)
        self.wake(execution)

    def _activities_finished(self, finished: list[Finished]) -> None:
        by_execution: dict[int, list[Arrival]] = defaultdict(list)
        executions: dict[int, Execution] = {}
        with self.lock:
            for item in finished:
                execution = item.work.execution
                # A late result of an ended generation, or a second one for the same task.
                if execution.closed or item.work.seq not in execution.open:
                    continue
                executions[id(execution)] = execution
                by_execution[id(execution)].append(item.arrival)
            for key, arrivals in by_execution.items():
                if not self._unsaved:
                    self._call_later(SAVE_AFTER_S, self._save_arrivals)
                self._unsaved += [(executions[key], arrival) for arrival in arrivals]
                self.deliver(executions[key], arrivals)

    def _call_later(self, wait_s: float, callback: Callable[..., None], *arguments: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.call_later, wait_s, callback, *arguments)

    def _save_arrivals(self) -> None:
        waiting: dict[str, list[Arrival]] = defaultdict(list)
        with self.lock:
            for execution, arrival in self._unsaved:
                if not arrival.taken and not execution.closed:
                    arrival.message_id = next(self._message_ids)
                    waiting[execution.record.instance_id].append(arrival)
            self._unsaved.clear()
            statements = [s for instance, arrivals in waiting.items() for s in rows.put_in_inbox(instance, arrivals)]
            if statements:
                self.store.submit(statements)

    def _timer_due(self, execution: Execution, task: OpenTask) -> None:
        with self.lock:
            execution.timers.pop(task.seq, None)
            if task.seq in execution.open:
                event = history.timer_fired(clock.timestamp(), task.seq, task.fire_at or "")
                # Not stored: its row in the outbox makes it fire again after a crash.
                self.deliver(execution, [Arrival("fired", event, task.seq)])

    # -- episodes --------------------------------------------------------------------------------------------------

    def wake(self, execution: Execution) -> None:
        """Run an episode when there is cause for one: now, or when results have stopped coming in."""
        if execution.busy or execution.suspended or execution.closed or execution.gathering or self._stopping:
            return
        if execution.history and not execution.inbox:
            return
        wait = gathering.wait_s(execution, self._loop.time())
        if wait <= 0:
            execution.busy = True
            self._ready.append(execution)
            self._run_ready()
        else:
            execution.gathering = True
            self._call_later(wait, self._gathered, execution)

    def _gathered(self, execution: Execution) -> None:
        with self.lock:
            execution.gathering = False
            self.wake(execution)

    def _run_ready(self, more: int = 0) -> None:
        # One after the other: replays hold the interpreter lock, and several would only keep the event loops from it.
        limit = min(max(1, self._replaying + more), self._replay_limit)
        while self._ready and self._replaying < limit and not self._stopping:
            execution = self._ready.popleft()
            if execution.suspended:
                execution.busy = False
            elif not execution.closed:
                self._begin(execution)
        if self._ready and not (self._look_again or self._stopping):
            self._look_again = True
            self._call_later(LOOK_AGAIN_S, self._run_another)

    def _run_another(self) -> None:
        """Begin a replay beside those under way, which take long: an orchestrator may hang."""
        with self.lock:
            self._look_again = False
            self._run_ready(more=1)

    def _begin(self, execution: Execution) -> None:
        record = execution.record
        at = clock.timestamp()
        batch = episodes.next_batch(execution)
        opening = episodes.opening(execution, batch, at)
        function = self.orchestrators.get(record.name.lower())
        if execution.outcome is not None:
            self._finish(execution, batch, opening, None, at)
        elif function is None:
            error = f"The orchestrator function '{record.name}' does not exist in this app"
            self._finish(execution, batch, opening, Reply(is_done=False, leaves=[], error=error), at)
        else:
            self._replaying += 1
            self._replay_threads.submit(Replay(execution, function, batch, opening, at))

    def _replay(self, replay: Replay) -> None:
        try:
            self._call(replay)
            # Before the commit, which sets others going that would have to wait for this thread.
            self._log_stream.write_all(replay.log_lines)
            with self.store.committing_here(), self.lock:
                self._replaying -= 1
                replay.execution.replay_s = replay.seconds
                self._finish(replay.execution, replay.batch, replay.opening, replay.reply, replay.at)
                self._run_ready()
        except Exception:
            log.exception("An episode of %s could not be carried out", replay.execution.record.instance_id)

    def _finish(self, execution: Execution, batch: list[Arrival], opening: list[str], reply: Reply | None,
                at: str) -> None:  # fmt: skip
        """Apply an episode's decision, commit it, then act on it."""
        execution.busy = False
        if execution.closed:
            return
        claimed: set[str] = set()
        effects = episodes.apply(execution, batch, opening, reply, at, lambda e, t: self._refusal(e, t, claimed))
        refused = {arrival.seq for arrival in effects.arrivals}
        opened = [task for task in effects.opened if task.seq not in refused]
        statements = self._written(execution, batch, effects, opened)
        for task in effects.closed:
            if (timer := execution.timers.pop(task.seq, None)) is not None:
                timer.cancel()
        if effects.ended is not None:
            self._end(execution, effects.ended, statements)
            return
        execution.inbox.extendleft(reversed(effects.arrivals))
        statements.append(rows.update_instance(execution))
        works = self._works(execution, opened)
        others = len(works) < len(opened)
        # Activities go from the committing thread straight to the app's loop, timers to the host's.
        self.store.submit(
            statements,
            done=(lambda: self._start_tasks(execution, opened)) if others else None,
            at_once=(lambda: self._pool.start(works)) if works else None,
        )
        self.wake(execution)

    def _written(
        self, execution: Execution, batch: list[Arrival], effects: episodes.Effects, opened: list[OpenTask]
    ) -> list[Statement]:
        """Return what stores an episode, its sub-orchestrations included, which become live by it."""
        instance_id = execution.record.instance_id
        for task in effects.opened:
            task.task_id = next(self._task_ids)
        for arrival in effects.arrivals:
            arrival.message_id = next(self._message_ids)
            log.error("%s: %s", instance_id, arrival.event)
        children = [self._new_child(execution, task) for task in opened if task.kind is Kind.CHILD]
        return [
            rows.append_history(instance_id, effects.chunk),
            *rows.close_tasks(effects.closed),
            *rows.open_tasks(instance_id, effects.opened),
            *rows.take_from_inbox(batch),
            *rows.put_in_inbox(instance_id, effects.arrivals),
            *(statement for child in children for statement in rows.create_instance(child)),
        ]

    def _start_tasks(self, execution: Execution, tasks: list[OpenTask]) -> None:
        with self.lock:
            if execution.closed or self._stopping:
                return
            for task in tasks:
                if task.seq not in execution.open:
                    continue
                if task.kind is Kind.TIMER:
                    due = clock.epoch(task.fire_at or "")
                    execution.timers[task.seq] = self._timers.at(due, lambda t=task: self._timer_due(execution, t))
                elif (child := self.live.get(episodes.child_id_of(execution, task))) is not None:
                    self.wake(child)

    def _works(self, execution: Execution, tasks: list[OpenTask]) -> list[Work]:
        works: list[Work] = []
        for task in tasks:
            if task.kind is not Kind.ACTIVITY:
                continue
            if (function := self.activities.get(task.name.lower())) is not None:
                invocation = Invocation(function.name, execution.record.instance_id)
                works.append(Work(execution, task.seq, function, task.input, invocation))
            else:  # it existed when it was scheduled, and the app has changed since
                failure = f"Activity function '{task.name}' failed: {missing_activity(task.name)}"
                event = history.task_failed(clock.timestamp(), task.seq, failure, "")
                self.deliver(execution, [Arrival("failed", event, task.seq)])
        return works

    def _refusal(self, execution: Execution, task: OpenTask, claimed: set[str]) -> str | None:
        if task.kind is Kind.ACTIVITY:
            return None if task.name.lower() in self.activities else missing_activity(task.name)
        child_id, record = episodes.child_id_of(execution, task), execution.record
        if task.name.lower() not in self.orchestrators:
            return f"The sub-orchestrator function '{task.name}' does not exist."
        if child_id in (record.instance_id, record.parent.instance_id if record.parent else None):
            return f"The sub-orchestration id '{child_id}' is the id of the orchestration itself or of its parent."
        if child_id in self.live or child_id in claimed:
            return f"An Orchestration instance with the id '{child_id}' already exists and has not ended."
        claimed.add(child_id)
        return None

    def _new_child(self, execution: Execution, task: OpenTask) -> Execution:
        parent = Parent(execution.record.instance_id, execution.record.execution_id, task.seq)
        # The action carries the input as JSON text; stored, it is that text as a JSON string.
        raw_input = quoted(task.input)
        return self.new_execution(task.name, episodes.child_id_of(execution, task), raw_input, task.version, parent)

    def _end(self, execution: Execution, outcome: Outcome, statements: list[Statement]) -> None:
        record = execution.record
        if outcome.status is Status.CONTINUED_AS_NEW:
            self._continue_as_new(execution, outcome, statements)
            return
        record.status, record.output = outcome.status, outcome.value
        self.close(execution)
        failure = unquoted(outcome.value) if outcome.status is Status.FAILED else None
        statements += [rows.update_instance(execution), *rows.clear_pending(record.instance_id)]
        statements += self.tell_parent(record, result=outcome.value, failure=failure)
        self.store.submit(statements, lambda: self.watchers.ended(record))

    def _continue_as_new(self, execution: Execution, outcome: Outcome, statements: list[Statement]) -> None:
        self.close(execution)
        # Messages that the old generation never consumed are dropped with it, as on Azure.
        record = replace(execution.record, execution_id=uuid.uuid4().hex, status=Status.RUNNING)
        successor = self.live[record.instance_id] = Execution(record, outcome.value)
        statements += [
            *rows.clear_generation(record.instance_id),
            rows.replace_input(successor),
            rows.update_instance(successor),
        ]
        self.store.submit(statements)
        self.wake(successor)


def missing_activity(name: str) -> str:
    """Return the message for a call of an activity that the app does not have."""
    return f"Activity function '{name}' does not exist."
