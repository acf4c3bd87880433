"""Tasks as DurableTask.Core runs them: eager, with continuations that run at once when a result arrives."""

from collections.abc import Callable, Coroutine, Generator, Sequence
from typing import Any


class TaskFailure(Exception):
    """What awaiting a failed or cancelled task raises."""


class Promise:
    """A result to come. Whoever awaits it goes on inside the call that settles it."""

    def __init__(self) -> None:
        self.done = False
        self.value: Any = None
        self.error: TaskFailure | None = None
        self._continuations: list[Callable[[], None]] = []

    def resolve(self, value: Any = None) -> None:
        self._settle(value, None)

    def reject(self, error: TaskFailure) -> None:
        self._settle(None, error)

    def when_done(self, continuation: Callable[[], None]) -> None:
        if self.done:
            continuation()
        else:
            self._continuations.append(continuation)

    def __await__(self) -> Generator["Promise", None, Any]:
        if not self.done:
            yield self
        if self.error is not None:
            raise self.error
        return self.value

    def _settle(self, value: Any, error: TaskFailure | None) -> None:
        if self.done:
            return
        self.done, self.value, self.error = True, value, error
        for continuation in self._continuations:
            continuation()


def start(coroutine: Coroutine[Promise, None, Any]) -> Promise:
    """Run ``coroutine`` up to its first unfinished wait, as C# runs an async method, and promise its result."""
    outcome = Promise()

    def step() -> None:
        try:
            awaited = coroutine.send(None)
        except StopIteration as stop:
            outcome.resolve(stop.value)
        except TaskFailure as failure:
            outcome.reject(failure)
        else:
            awaited.when_done(step)

    step()
    return outcome


def first_of(promises: Sequence[Promise]) -> Promise:
    """``Task.WhenAny``: done with the first that ends, however it ends."""
    winner = Promise()
    for promise in promises:
        promise.when_done(lambda promise=promise: winner.resolve(promise))
    return winner


def all_of(promises: Sequence[Promise]) -> Promise:
    """``Task.WhenAll``: done when every one has ended, failed when one has failed."""
    every = Promise()
    open_count = len(promises)

    def count_down() -> None:
        nonlocal open_count
        open_count -= 1
        if open_count:
            return
        failure = next((promise.error for promise in promises if promise.error), None)
        if failure is not None:
            every.reject(failure)
        else:
            every.resolve([promise.value for promise in promises])

    for promise in promises:
        promise.when_done(count_down)
    if not promises:
        every.resolve([])
    return every
