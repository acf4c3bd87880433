"""Running activities on the app's event loop, many at a time and few hops between threads."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import perf_counter

from local.host.activity_calls import ActivityFault, ActivityRunner, fault_of
from local.host.app_loader import LoadedFunction
from local.host.engine import clock, history
from local.host.engine.episodes import MAX_PAYLOAD_BYTES, too_large
from local.host.engine.model import Arrival, Execution
from local.host.invocation import Invocation, invocation_line
from local.host.logs import LogStream
from local.host.user_loop import UserLoop

log = logging.getLogger("local.host.engine")

#: How long results wait for each other while more activities queue than may run.
BATCH_S = 0.002


@dataclass(slots=True, eq=False)
class Work:
    """One activity to run for one execution; ``ended`` once it has an outcome, however it came by it."""

    execution: Execution
    seq: int
    function: LoadedFunction
    input: str
    invocation: Invocation
    ended: bool = False
    task: asyncio.Task[None] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Finished:
    """An activity's end as its orchestration will see it."""

    work: Work
    arrival: Arrival
    log_line: str


class ActivityPool:
    """Runs activities, at most ``limit`` at a time, fewer while HTTP functions are late.

    Each may take ``timeout_s``. The queue lives on the user loop and results go back in batches: a thousand activities
    cost a handful of hops.
    ``on_finished`` is called on the user loop.
    """

    def __init__(self, runner: ActivityRunner, user_loop: UserLoop, host_loop: asyncio.AbstractEventLoop, limit: int,
                 timeout_s: float | None, on_finished: Callable[[list[Finished]], None],
                 log: LogStream) -> None:  # fmt: skip
        self._runner = runner
        self._host_loop = host_loop
        self._user_loop = user_loop
        self._limit = limit
        self._timeout_s = timeout_s
        self._on_finished = on_finished
        self._log = log
        self._waiting: deque[Work] = deque()
        self._running = 0
        self._deadlines: deque[tuple[float, Work]] = deque()
        self._finished: list[Finished] = []
        self._stopping = False
        self._idle = asyncio.Event()
        user_loop.pace.regulate(lambda: self._running, self._fill)

    def start(self, works: Sequence[Work]) -> None:
        """Queue activities, from any thread."""
        self._user_loop.post(self._accept, works)

    async def stop(self, grace_s: float) -> None:
        """Start no more; wait for those that run. What is left is run again by the next host."""
        self._user_loop.post(self._stop)
        try:
            await asyncio.wait_for(self._idle.wait(), grace_s)
        except TimeoutError:
            log.warning("%d activities did not end within %g s; the next host runs them again", self._running, grace_s)

    def _stop(self) -> None:
        self._stopping = True
        self._waiting.clear()
        self._tell_if_idle()

    def _tell_if_idle(self) -> None:
        if self._stopping and not self._running and not self._finished:
            self._host_loop.call_soon_threadsafe(self._idle.set)

    def _accept(self, works: Sequence[Work]) -> None:
        self._waiting.extend(works)
        self._fill()

    def _fill(self) -> None:
        loop = self._user_loop.loop
        most = self._user_loop.pace.within(self._limit)
        while self._waiting and self._running < most and not self._stopping:
            work = self._waiting.popleft()
            if work.execution.closed:
                continue
            self._running += 1
            work.invocation.started = perf_counter()
            work.task = loop.create_task(self._run(work))
            if self._timeout_s is not None:
                self._deadlines.append((loop.time() + self._timeout_s, work))
                if len(self._deadlines) == 1:
                    loop.call_later(self._timeout_s, self._expire)

    async def _run(self, work: Work) -> None:
        try:
            text = await self._runner.run(work.function, work.input, work.invocation)
        except asyncio.CancelledError as error:
            if work.ended or self._stopping:  # by the time limit, which has reported it, or for the next host to repeat
                self._release(work)
                raise
            self._fail(work, fault_of(error))
        except ActivityFault as fault:
            self._fail(work, fault)
        else:
            self._succeed(work, text)

    def _succeed(self, work: Work, text: str) -> None:
        if (size := too_large(text)) is not None:
            reason = f"ValueError: its result is {size} bytes; at most {MAX_PAYLOAD_BYTES} are allowed"
            self._fail(work, ActivityFault(reason))
            return
        event = history.task_completed(clock.timestamp(), work.seq, None if text == "null" else text)
        self._end(work, Arrival("completed", event, work.seq), invocation_line(work.invocation, "Succeeded"))

    def _expire(self) -> None:
        """Fail what has run too long. All have the same time, so the first to start is the first to expire."""
        loop = self._user_loop.loop
        while self._deadlines:
            due, work = self._deadlines[0]
            if not work.ended and due > loop.time():
                loop.call_at(due, self._expire)
                return
            self._deadlines.popleft()
            if not work.ended:
                reason = f"Timeout value of {self._timeout_s:g} s was exceeded by function: {work.function.name}"
                self._fail(work, ActivityFault(f"FunctionTimeoutException: {reason}"))
                if work.task is not None:
                    work.task.cancel()

    def _fail(self, work: Work, fault: ActivityFault) -> None:
        name = work.function.durable_name
        # Two blanks: the extension keeps the one after its own "Exception:".
        text = f"Activity function '{name}' failed:  {fault.reason}"
        event = history.task_failed(clock.timestamp(), work.seq, text, fault.details)
        line = invocation_line(work.invocation, "Failed")
        self._end(work, Arrival("failed", event, work.seq), f"{line}\n{fault.details or fault.reason}".rstrip())

    def _release(self, work: Work) -> bool:
        if work.ended:
            return False
        work.ended = True
        self._running -= 1
        return True

    def _end(self, work: Work, arrival: Arrival, line: str) -> None:
        if not self._release(work):
            return  # it had timed out before
        self._finished.append(Finished(work, arrival, line))
        self._fill()
        if not self._running:
            self._hand_over()
        elif len(self._finished) == 1:
            # While a backlog drains, results travel together; else at once, after the tasks that are ready now.
            loop = self._user_loop.loop
            if self._waiting:
                loop.call_later(BATCH_S, self._hand_over)
            else:
                loop.call_soon(self._hand_over)

    def _hand_over(self) -> None:
        if not self._finished:
            return  # the last of them took the others along
        finished, self._finished = self._finished, []
        self._log.write_all(item.log_line for item in finished)
        self._on_finished(finished)
        self._tell_if_idle()
