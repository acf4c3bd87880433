"""Calling an orchestrator function with its history, on a thread of its own."""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING

import azure.functions as func

from local.host.app_loader import LoadedFunction
from local.host.engine import history
from local.host.engine.actions import BadReply, Reply, parse_failure, parse_reply
from local.host.engine.model import Arrival, Execution
from local.host.invocation import Invocation, current, invocation_line

if TYPE_CHECKING:
    from local.host.engine.sessions import Sessions


@dataclass(slots=True)
class Replay:
    """One episode's call of the orchestrator. ``reply``, ``seconds`` and ``log_lines`` are set by the call."""

    execution: Execution
    function: LoadedFunction
    batch: list[Arrival]
    #: This episode's events before the orchestrator is called, OrchestratorStarted first.
    opening: list[str]
    at: str
    reply: Reply = field(default_factory=lambda: Reply(is_done=False, leaves=[]))
    seconds: float = 0.0
    log_lines: list[str] = field(default_factory=list[str])


class ReplayThreads:
    """Calls ``run`` with each replay on a thread that is free, and starts a thread when none is, at most ``limit``.

    What ThreadPoolExecutor would do, without the future that it makes for every call: nobody waits for a replay.
    """

    def __init__(self, limit: int, run: Callable[[Replay], None]) -> None:
        self._limit = limit
        self._run = run
        self._queue: queue.SimpleQueue[Replay | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._idle = 0

    def submit(self, replay: Replay) -> None:
        """Queue a replay, from any thread."""
        with self._lock:
            if self._idle:
                self._idle -= 1
            elif len(self._threads) < self._limit:
                name = f"orchestrator_{len(self._threads)}"
                self._threads.append(threading.Thread(target=self._work, name=name, daemon=True))
                self._threads[-1].start()
        self._queue.put(replay)

    def _work(self) -> None:
        while (replay := self._queue.get()) is not None:
            self._run(replay)
            with self._lock:
                self._idle += 1

    def stop(self) -> None:
        """Wait until everything queued has run; ``submit`` is not to be called any more."""
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join()


def run_orchestrator(replay: Replay, sessions: "Sessions | None" = None) -> None:
    """Call the function, or go on with it where a session keeps it; its answer is in ``replay`` then."""
    execution, function = replay.execution, replay.function
    invocation = Invocation(function.name, execution.record.instance_id)
    token = current.set(invocation)
    started = perf_counter()
    try:
        if sessions is None or not hasattr(function.call, "orchestrator_function"):  # what the SDK's decorator leaves
            body = func.OrchestrationContext(_whole_history(replay))
            replay.reply = parse_reply(function.call(**{function.trigger_name: body}))
        else:
            replay.reply = sessions.call(execution, function.call, replay.opening, lambda: _whole_history(replay))
    except BadReply as error:
        replay.reply = Reply(is_done=False, leaves=[], error=str(error))
    except Exception as error:  # noqa: BLE001 - how the SDK reports a failed orchestration
        replay.reply = parse_failure(error)
    except BaseException as error:  # noqa: BLE001 - sys.exit() in an orchestrator must not cost the engine a thread
        replay.reply = Reply(is_done=False, leaves=[], error=f"{type(error).__name__}: {error}")
    finally:
        current.reset(token)
        replay.seconds = perf_counter() - started
    line = invocation_line(invocation, "Failed" if replay.reply.error else "Succeeded")
    replay.log_lines.append(f"{line}\n{replay.reply.error}" if replay.reply.error else line)


def _whole_history(replay: Replay) -> str:
    execution, record = replay.execution, replay.execution.record
    return history.context_json(
        history=[*execution.history, *replay.opening], raw_input=execution.input, instance_id=record.instance_id,
        parent_id=None if record.parent is None else record.parent.instance_id,
    )  # fmt: skip
