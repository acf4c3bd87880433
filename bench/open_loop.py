"""Requests that arrive by a timetable, whether or not the ones before them were answered."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.samples import Samples

Send = Callable[[Any], Awaitable[Any]]


@dataclass
class Answered:
    """``latencies_ms`` count from the moment for which a request was scheduled, so that queueing shows."""

    latencies_ms: list[float] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def percentile(self, percent: int) -> float:
        return Samples(self.latencies_ms).percentile(percent)

    def shown(self) -> str:
        """``p50 8.1, p95 20.3, p99 31.0 ms, 0 errors``."""
        shown = ", ".join(f"p{percent} {self.percentile(percent):,.1f}" for percent in (50, 95, 99))
        return f"{shown} ms, {len(self.errors)} errors"


async def arrive(send: Send, payloads: Sequence[Any], per_s: float, into: Answered) -> None:
    """Call ``send`` with each payload, ``per_s`` of them a second, and note in ``into`` what came of it.

    What ``send`` raises is an error that is counted; it stays out of the latencies.
    """
    begin = time.perf_counter() + 0.1

    async def one(number: int, payload: Any) -> None:
        due = begin + number / per_s
        await asyncio.sleep(due - time.perf_counter())
        try:
            into.answers.append(await send(payload))
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the request failed
            into.errors.append(f"{type(error).__name__}: {error}")
        else:
            into.latencies_ms.append((time.perf_counter() - due) * 1000)

    await asyncio.gather(*(one(number, payload) for number, payload in enumerate(payloads)))
