"""A child process with its log."""

import asyncio
import contextlib
import os
import signal
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from local.stack.errors import ChildEnded

TAIL_LINES = 15
LAST_WORDS_S = 1.0


class Child:
    """A running child. It leads a process group of its own, so that Ctrl-C reaches the supervisor alone."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, log: Path, *, echo: bool) -> None:
        self.name = name
        self.log = log
        self.echo = echo
        self._process = process
        self._copying = asyncio.create_task(self._copy_output())

    @classmethod
    async def start(
        cls, name: str, command: Sequence[str], *, log: Path, env: Mapping[str, str], cwd: Path, echo: bool = False
    ) -> Self:
        """Start ``command``; what it prints goes to ``log``, and with ``echo`` to the terminal too."""
        _set_aside(log)
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=env,
            cwd=cwd,
            start_new_session=True,
        )
        return cls(name, process, log, echo=echo)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.returncode is None

    async def ended(self) -> ChildEnded:
        """Wait until it has ended by itself and return what to say about that."""
        code = await self._process.wait()
        await self._copied()
        how = f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
        return ChildEnded(f"{self.name} ended with {how}. The end of {self.log}:\n{self.tail()}")

    def tail(self) -> str:
        """Return the last lines of its log."""
        with self.log.open(encoding="utf-8", errors="replace") as file:
            return "".join(f"  {line.rstrip()}\n" for line in deque(file, TAIL_LINES)) or "  (it is empty)\n"

    async def stop(self, grace_s: float) -> None:
        """End it and all that it started: gently, then after ``grace_s`` with force."""
        self.signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(grace_s):
                await self._process.wait()
        except TimeoutError:
            self.signal(signal.SIGKILL)
        await self._process.wait()
        await self._copied()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to its process group, if it still runs."""
        if self.running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    async def _copied(self) -> None:
        # Something that the child started may still hold its output open.
        await asyncio.wait([self._copying], timeout=LAST_WORDS_S)
        self._copying.cancel()

    async def _copy_output(self) -> None:
        output = self._process.stdout
        assert output is not None  # noqa: S101 - it was asked for as a pipe
        with self.log.open("wb") as log:
            while chunk := await output.read(65_536):
                log.write(chunk)
                log.flush()
                if self.echo:
                    sys.stdout.buffer.write(chunk)
                    sys.stdout.buffer.flush()


def _set_aside(log: Path) -> None:
    """Keep the log of the run before, and no older one."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        log.replace(log.with_suffix(".previous.log"))
