"""``python -m local up``: the local cloud and the host, until Ctrl-C."""

import asyncio
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from typing import Any

from rich.console import Console

from local.processes.ready_file import write_ready_file
from local.stack.lock import locked
from local.stack.plan import Options, Plan, make_plan
from local.stack.report import print_stack, shown
from local.stack.settings import REPOSITORY, SAMPLE, SETTINGS, copy_sample, effective_settings, values_of
from local.stack.supervisor import Stack, running

Work = Callable[[Stack], Awaitable[int]]
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


async def bring_up(options: Options, work: Work | None = None, *, echo_host: bool = True) -> int:
    """Run the stack until a signal comes, or until ``work``, which gets the running stack, is done.

    Returns:
        What ``work`` returned, 0 after a signal.

    Raises:
        StackError: A part did not come up, or ended by itself.
    """
    # Without a terminal there is no width to keep to.
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
    if copy_sample(REPOSITORY):
        console.print(f"Copied {SAMPLE} to {SETTINGS}")
    plan = make_plan(options, effective_settings(REPOSITORY), values_of(REPOSITORY / SAMPLE))
    with locked(options.data) as lock, _Interruption().watched() as interruption:
        try:
            return await _run(console, plan, lock, interruption, work, echo_host=echo_host)
        except asyncio.CancelledError:
            if not interruption.came:
                raise
            console.print("Stopped")
            return 0
        finally:
            if options.ready_file:
                options.ready_file.unlink(missing_ok=True)


async def _run(
    console: Console, plan: Plan, lock: int, interruption: "_Interruption", work: Work | None, *, echo_host: bool
) -> int:
    begun = time.monotonic()
    console.print(f"Starting; data in {shown(plan.options.data)}")
    said = console.print
    async with running(plan, lock=lock, echo_host=echo_host, made=interruption.guard, say=said) as stack:
        print_stack(console, stack, time.monotonic() - begun)
        if plan.options.ready_file:
            write_ready_file(plan.options.ready_file, stack.addresses())
        return await _work_or_end(stack, work)


async def _work_or_end(stack: Stack, work: Work | None) -> int:
    ended = asyncio.ensure_future(stack.first_end())
    working = asyncio.ensure_future(work(stack)) if work else None
    waits: list[asyncio.Future[Any]] = [ended, working] if working else [ended]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        if working and working.done():
            return working.result()
        raise ended.result()
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)


class _Interruption:
    """The first signal ends the stack gently; another, while it ends, ends it at once."""

    def __init__(self) -> None:
        self.came = False
        self._stack: Stack | None = None
        self._task = asyncio.current_task()

    def guard(self, stack: Stack) -> None:
        """Name the stack that a second signal ends."""
        self._stack = stack

    @contextmanager
    def watched(self) -> "Generator[_Interruption]":
        """Take the signals inside."""
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.add_signal_handler(number, self._on_signal)
        try:
            yield self
        finally:
            for number in SIGNALS:
                loop.remove_signal_handler(number)

    def _on_signal(self) -> None:
        if self._stack and (self.came or self._stack.stopping):
            self._stack.kill()
        elif self._task:
            self._task.cancel()
        self.came = True
