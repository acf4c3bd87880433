"""The worker processes of one host: each call goes to the idlest, one that dies is replaced."""

import asyncio
import logging
from collections.abc import Callable

from local.host.activity_calls import ActivityFault
from local.host.app_loader import LoadedFunction
from local.host.errors import AppError
from local.host.invocation import Invocation
from local.host.workers.process import WorkerLost, WorkerProcess, WorkerRefused

log = logging.getLogger("local.host.workers")

#: A call that has seen so many processes end is taken for the cause.
DEATHS_OF_A_CALL = 3
#: After so many processes in a row that end before they serve, Azure's host gives up too.
DEATHS_OF_A_START = 3


class WorkerPool:
    """Runs activities in ``number`` processes, which start when it is made; its methods are for the user loop."""

    def __init__(self, number: int, start: Callable[[], WorkerProcess]) -> None:
        self._start = start
        self._on_failed: Callable[[str], object] | None = None
        self._alive = [start() for _ in range(number)]
        self._serving: list[WorkerProcess] = []
        self._joined = asyncio.Condition()
        self._replacements: set[asyncio.Task[None]] = set()
        self._stopping = False

    async def connect(self, on_failed: Callable[[str], object]) -> None:
        """Wait until every process takes calls. ``on_failed`` is told why when one that ended cannot be replaced.

        Raises:
            AppError: One cannot load the app, or ended.
        """
        self._on_failed = on_failed
        try:
            await asyncio.gather(*(self._admit(worker) for worker in self._alive))
        except (WorkerRefused, WorkerLost) as error:
            raise AppError(f"a worker process does not start: {error}") from error

    async def run(self, function: LoadedFunction, text: str, invocation: Invocation) -> str:
        """Call an activity, once more when its process ends meanwhile; see ``ActivityRunner``."""
        for _ in range(DEATHS_OF_A_CALL):
            worker = await self._idlest()
            try:
                return await worker.call(function.name, text, invocation)
            except WorkerLost:
                continue
        raise ActivityFault(f"WorkerProcessExited: {DEATHS_OF_A_CALL} worker processes ended while it ran")

    async def stop(self, grace_s: float) -> None:
        """End all processes, by force those that do not within ``grace_s``."""
        self._stopping = True
        for replacement in self._replacements:
            replacement.cancel()
        await asyncio.gather(*(worker.stop(grace_s) for worker in self._alive))

    async def _idlest(self) -> WorkerProcess:
        if not self._serving:
            async with self._joined:
                await self._joined.wait_for(lambda: bool(self._serving))
        return min(self._serving, key=lambda worker: worker.under_way)

    async def _admit(self, worker: WorkerProcess) -> None:
        await worker.connect(lambda: self._lost(worker))
        async with self._joined:
            self._serving.append(worker)
            self._joined.notify_all()

    def _lost(self, worker: WorkerProcess) -> None:
        if self._stopping or worker not in self._serving:  # whoever starts it sees that it has ended
            return
        self._serving.remove(worker)
        replacement = asyncio.get_running_loop().create_task(self._replace(worker))
        self._replacements.add(replacement)
        replacement.add_done_callback(self._replacements.discard)

    async def _replace(self, dead: WorkerProcess) -> None:
        fields = {"pid": dead.pid, "exit_code": await dead.exit_code(), "under_way": dead.under_way}
        log.error("A worker process ended; another takes its place", extra=fields)
        reason: Exception | None = None
        for _ in range(DEATHS_OF_A_START):
            self._alive.remove(dead)
            worker = dead = self._start()
            self._alive.append(worker)
            try:
                await self._admit(worker)
            except (WorkerLost, WorkerRefused) as error:
                reason = error
            else:
                return
        if self._on_failed is not None:
            self._on_failed(f"no worker process starts any more: {reason}")
