"""What all connections share: the queues, their store, the clock, the switches."""

import time
from asyncio import AbstractEventLoop, TimerHandle
from collections.abc import Callable

from local.servicebus.broker.namespace import Namespace
from local.servicebus.faults import FaultInjector
from local.servicebus.limits import Bounds
from local.servicebus.sas import Signatures
from local.servicebus.stats import Stats
from local.servicebus.store import Store

# A loop's timers take no arbitrary delay; what is due later is looked at again then.
_MOST_WAIT_S = 86_400.0


class Service:
    """``signatures`` None: every caller is let in."""

    def __init__(
        self,
        namespace: Namespace,
        store: Store,
        loop: AbstractEventLoop,
        injector: FaultInjector,
        signatures: Signatures | None,
        bounds: Bounds,
    ) -> None:
        self.namespace = namespace
        self.bounds = bounds
        self.injector = injector
        self.signatures = signatures
        self.stats = Stats()
        self.loop = loop
        self._store = store
        self._timer: TimerHandle | None = None
        self._due: float | None = None

    @staticmethod
    def now() -> float:
        """Return the time, in seconds since the epoch."""
        return time.time()

    def when_kept(self, answer: Callable[[], None]) -> None:
        """Call ``answer`` when what the broker did so far is on disk, later if a switch makes answers slow."""
        self._store.after_commit(lambda: self._answer(answer))
        self.set_timer()

    def _answer(self, answer: Callable[[], None]) -> None:
        latency_ms = self.injector.faults.latency_ms
        if latency_ms:
            self.loop.call_later(latency_ms / 1000, answer)
        else:
            answer()

    def set_timer(self) -> None:
        """Make sure that what is due next is done in time. After everything that changed the queues."""
        due = self.namespace.next_due()
        if due is None or (self._due is not None and self._due <= due):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._due = due
        self._timer = self.loop.call_later(min(max(due - self.now(), 0), _MOST_WAIT_S), self._advance)

    def _advance(self) -> None:
        self._timer, self._due = None, None
        self.namespace.advance(self.now())
        self.set_timer()

    def stop(self) -> None:
        """Set no more timers."""
        if self._timer is not None:
            self._timer.cancel()
