"""The one event loop on which the app's coroutines run, apart from the loop that serves HTTP.

The durable SDK keeps a module-global aiohttp session, so every coroutine of the app must see the same loop for as long
as the process lives; and a coroutine that blocks must not stop the host from answering the very call it waits for.
"""

import asyncio
import contextlib
import contextvars
import os
import threading
from collections.abc import Callable, Coroutine, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from local.host.pace import Pace
from local.host.ready_lanes import LanesEventLoop

T = TypeVar("T")


def sync_pool_size() -> int:
    """Threads for the app's plain functions: what the Python worker would use."""
    configured = os.environ.get("PYTHON_THREADPOOL_THREAD_COUNT", "")
    return max(1, int(configured)) if configured.isdigit() else min(32, (os.cpu_count() or 1) + 4)


class UserLoop:
    """A thread with an event loop, and a pool of threads for functions that are not coroutines."""

    def __init__(self) -> None:
        self.loop = LanesEventLoop()
        self.pace = Pace(self.loop)
        self._pool = ThreadPoolExecutor(sync_pool_size(), thread_name_prefix="function")
        self._thread = threading.Thread(target=self._run, name="user-loop", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    def post(self, callback: Callable[..., object], *arguments: Any) -> None:
        """Run ``callback`` on the loop, from any thread."""
        self.loop.call_soon_threadsafe(callback, *arguments)

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        """Run a coroutine on the loop, from any thread."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop)

    @contextlib.contextmanager
    def answering(self) -> Generator[None]:
        """Let go first what is submitted inside, for which somebody waits. For the thread that serves HTTP."""
        with self.loop.going_first():
            self.pace.watch()
            yield

    async def call(self, function: Callable[..., Any], is_async: bool, arguments: dict[str, Any]) -> Any:
        """Call a function of the app: a coroutine on this loop, anything else in the pool, in the caller's context.

        Raises:
            RuntimeError: The function wanted the process to end (``sys.exit``), which would end the loop of all others.
        """
        try:
            if is_async:
                return await function(**arguments)
            context = contextvars.copy_context()
            return await self.loop.run_in_executor(self._pool, lambda: context.run(function, **arguments))
        except (SystemExit, KeyboardInterrupt) as error:
            raise RuntimeError(f"the function raised {error!r}") from error

    def stop(self, grace_s: float = 2.0) -> None:
        """Cancel what still runs and end the thread."""

        async def wind_down() -> None:
            others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in others:
                task.cancel()
            if others:
                await asyncio.wait(others, timeout=grace_s)
            # Generators that the app holds open are left to the end of the process, as Azure's worker leaves them:
            # closing all at once would close those twice that lie inside another.

        with contextlib.suppress(TimeoutError):  # a coroutine blocks the loop; the process ends regardless
            self.submit(wind_down()).result(timeout=grace_s + 1)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(timeout=1)
        self._pool.shutdown(wait=False, cancel_futures=True)
