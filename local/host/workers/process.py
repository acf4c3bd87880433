"""One worker process as the host sees it."""

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from itertools import count
from pathlib import Path
from typing import TypeVar

from local.host.activity_calls import ActivityFault
from local.host.invocation import Invocation
from local.host.logs import LogStream
from local.host.workers.link import Link, Message
from local.host.workers.terms import Terms

#: The folder that holds the package ``local``.
ROOT = Path(__file__).parents[3]

T = TypeVar("T")


class WorkerLost(Exception):
    """The process ended before it had answered."""


class WorkerRefused(Exception):
    """The process cannot load the app, and why."""


class WorkerProcess:
    """Starts when it is made; its methods are for the user loop."""

    def __init__(self, app: Path, log_level: str, client_binding: str, log: LogStream) -> None:
        self._socket, theirs = socket.socketpair()
        with theirs:
            terms = Terms(str(app), theirs.fileno(), log_level, client_binding)
            self._process = subprocess.Popen(
                [sys.executable, "-m", "local.host.workers"],
                pass_fds=[theirs.fileno()], stdin=subprocess.PIPE, cwd=ROOT,
            )  # fmt: skip
        with suppress(BrokenPipeError):  # it has ended already, which whoever waits for it will hear
            self._tell(json.dumps(asdict(terms)).encode())
        self.pid = self._process.pid
        self._log = log
        self._link = Link(self._received, self._lost)
        self._numbers = count(1)
        self._answers: dict[int, asyncio.Future[str]] = {}
        self._ready: asyncio.Future[None] | None = None
        self._on_lost: Callable[[], None] | None = None

    def _tell(self, terms: bytes) -> None:
        if self._process.stdin is not None:
            with self._process.stdin as opened:
                opened.write(terms)

    @property
    def under_way(self) -> int:
        """Calls that it has not answered."""
        return len(self._answers)

    async def connect(self, on_lost: Callable[[], None]) -> None:
        """Wait until it takes calls. ``on_lost`` is called once when it has ended.

        Raises:
            WorkerRefused: It cannot load the app.
            WorkerLost: It ended.
        """
        loop = asyncio.get_running_loop()
        self._ready, self._on_lost = loop.create_future(), on_lost
        await loop.create_connection(lambda: self._link, sock=self._socket)
        await self._ready

    async def call(self, name: str, text: str, invocation: Invocation) -> str:
        """Run an activity in it.

        Raises:
            ActivityFault: The activity failed.
            WorkerLost: The process ended meanwhile.
        """
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        self._link.send(["call", number, name, text, invocation.invocation_id, invocation.instance_id])
        try:
            return await answer
        except asyncio.CancelledError:
            self._link.send(["cancel", number])
            raise
        finally:
            del self._answers[number]

    async def exit_code(self) -> int:
        """Wait for its end and say what it ended with."""
        return await asyncio.to_thread(self._process.wait)

    async def stop(self, grace_s: float) -> None:
        """Tell it to end; kill it when it has not within ``grace_s``."""
        self._link.send(["stop"])
        try:
            await asyncio.to_thread(self._process.wait, grace_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            await self.exit_code()
        self._link.close()

    def _received(self, message: Message) -> None:
        kind, *rest = message
        if kind == "log":
            self._log.relay(rest[0])
        elif kind == "ready":
            self._settle(self._ready, lambda ready: ready.set_result(None))
        elif kind == "refused":
            self._settle(self._ready, lambda ready: ready.set_exception(WorkerRefused(rest[0])))
        elif kind == "result":
            self._settle(self._answers.get(rest[0]), lambda answer: answer.set_result(rest[1]))
        else:
            fault = ActivityFault(rest[1], rest[2])
            self._settle(self._answers.get(rest[0]), lambda answer: answer.set_exception(fault))

    def _lost(self) -> None:
        error = WorkerLost(f"worker process {self.pid} ended")
        self._settle(self._ready, lambda ready: ready.set_exception(error))
        for answer in self._answers.values():
            self._settle(answer, lambda answer: answer.set_exception(error))
        if self._on_lost is not None:
            self._on_lost()

    @staticmethod
    def _settle(waiting: "asyncio.Future[T] | None", settle: Callable[["asyncio.Future[T]"], None]) -> None:
        if waiting is not None and not waiting.done():  # a call that was cancelled is waited for no more
            settle(waiting)
