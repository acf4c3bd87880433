"""What activities (and sub-orchestrations that are not simulated) do in a replay: how long they take, how they end."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Invocation:
    """One run asked of the outside world. ``attempt`` counts from 1 per kind, name and input."""

    kind: Literal["activity", "sub-orchestration"]
    name: str
    input: Any
    attempt: int


@dataclass(frozen=True, slots=True)
class Returns:
    """The run hands back ``value`` after ``after_s`` seconds of simulated time."""

    value: Any
    after_s: float = 0.1


@dataclass(frozen=True, slots=True)
class Raises:
    """The run fails after ``after_s`` seconds; ``error`` is the exception as Azure words it, ``Type: message``."""

    error: str
    after_s: float = 0.1


@dataclass(frozen=True, slots=True)
class Hangs:
    """The run never ends."""


Reply = Returns | Raises | Hangs
Script = Callable[[Invocation], Reply]


def echo(invocation: Invocation) -> list[Any]:
    """A value by which a test sees whose result it got."""
    return [invocation.name, invocation.input]


def random_script(
    seed: int,
    *,
    answer: Callable[[Invocation], Any] = echo,
    failure_rate: float = 0.2,
    slow_rate: float = 0.1,
    slow_s: float = 60.0,
) -> Script:
    """Latencies and failures at random, the same for the same seed in whatever order the runs start.

    Latencies are drawn from a few values, so that several runs end at the same moment as well as far apart.
    """

    def script(invocation: Invocation) -> Reply:
        key = json.dumps([seed, invocation.kind, invocation.name, invocation.input, invocation.attempt], sort_keys=True)
        draw = random.Random(key)
        after_s = slow_s if draw.random() < slow_rate else draw.choice([0.1, 0.2, 0.2, 1.0, 2.5, draw.uniform(0, 8)])
        if draw.random() < failure_rate:
            return Raises(f"ValueError: scripted failure {invocation.attempt}", after_s)
        return Returns(answer(invocation), after_s)

    return script
