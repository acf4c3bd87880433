"""What one search asks of each service: the sums of a measurement, divided."""

import json
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

from bench.scale.figures import Figures
from shared.clients.openai_allowance import ROOM_TO_THINK

MEASURED = Path(__file__).with_name("measured.json")
# Every container of the search, by the name that the topology gives it.
_CONTAINERS = ("search-requests", "search-cache")
# Sent, received, settled.
_OPERATIONS_OF_A_MESSAGE = ("sent", "delivered", "settled")


@dataclass(frozen=True)
class PerSearch:
    """One search that nobody has asked for before, so that it takes every step.

    ``activity_s``: of all activities together; ``request_units`` by container, polls included; ``counted_tokens``: as
    the rate limit counts, with room to think at ``effort``; ``output_tokens``: with what a reasoning model thinks;
    ``cpu_s``: of the host here, in which app and engine are one process.
    """

    activities: float
    activity_s: float
    actions: float
    episodes: float
    history_kb: float
    request_units: dict[str, float]
    cosmos_requests: float
    messages: float
    semantic_queries: float
    plain_queries: float
    chat_calls: float
    effort: str
    counted_tokens: float
    input_tokens: float
    output_tokens: float
    embedding_tokens: float
    polls: int
    http_requests: float
    cpu_s: float
    log_lines: float

    @property
    def all_request_units(self) -> float:
        return sum(self.request_units.values())

    def counted_tokens_at(self, effort: str) -> float:
        """Return what the rate limit would count at another effort, a key of ``ROOM_TO_THINK``."""
        return self.counted_tokens + self.chat_calls * (ROOM_TO_THINK[effort] - ROOM_TO_THINK[self.effort])

    @property
    def executions(self) -> float:
        """Of functions, as Azure bills them: activities, episodes, HTTP requests, the queue's trigger."""
        return self.activities + self.episodes + self.http_requests + 1


def read_measured(path: Path = MEASURED) -> dict[str, Any]:
    """Return the measurement that is kept."""
    return json.loads(path.read_text(encoding="utf-8"))


def per_search(measured: dict[str, Any], given: Figures) -> PerSearch:
    """Return what one search asks, by ``measured`` and what is assumed of Azure in ``given``."""
    count = measured["searches"]
    durable = measured["durable"]
    chat = measured["chat"].values()
    activities = sum(durable["activities"].values()) / count
    polls = ceil(given.search_s / given["poll_interval_s"])
    calls = sum(each["calls"] for each in chat) / count
    queries = measured["index"]["semantic"]["queries"] / count
    return PerSearch(
        activities=activities,
        # What waits for model or index; the others take milliseconds.
        activity_s=calls * given["chat_s"] + queries * given["semantic_query_s"],
        # The start, each activity's start and result, each timer that fired.
        actions=1 + 2 * activities + durable["timers_fired"] / count,
        episodes=durable["episodes"] / count,
        history_kb=durable["history_bytes"] / 1024 / count,
        request_units={name: _request_units(measured, name, polls, given) for name in _CONTAINERS},
        cosmos_requests=sum(sum(sizes.values()) for sizes in _operations(measured).values()) / count + polls,
        messages=sum(measured["messages"][name] for name in _OPERATIONS_OF_A_MESSAGE) / count,
        semantic_queries=queries,
        plain_queries=measured["index"].get("plain", {"queries": 0})["queries"] / count,
        chat_calls=calls,
        effort=measured["reasoning_effort"],
        counted_tokens=sum(each["counted_tokens"] for each in chat) / count,
        input_tokens=sum(each["prompt_tokens"] for each in chat) / count,
        output_tokens=sum(each["completion_tokens"] for each in chat) / count + calls * given["thinking_tokens"],
        embedding_tokens=measured["embeddings"]["tokens"] / count,
        polls=polls,
        http_requests=1 + polls,
        cpu_s=measured["host"]["cpu_ms"] / 1000 / count,
        log_lines=measured["host"]["log_lines"] / count,
    )


def _operations(measured: dict[str, Any]) -> dict[str, dict[str, int]]:
    """Operations that a search makes; queries are the timers'."""
    return {name: sizes for name, sizes in measured["cosmos"].items() if not name.endswith(("/query", "/feed"))}


def _request_units(measured: dict[str, Any], container: str, polls: int, given: Figures) -> float:
    units, count = given.request_units, measured["searches"]
    total = 0.0
    for name, sizes in _operations(measured).items():
        where, _, operation = name.partition("/")
        if where == container:
            # A patch is charged by the item that it changes, which is the one that was created.
            counted = measured["cosmos"][f"{container}/create"] if operation == "patch" else sizes
            total += sum(number * units.of(operation, int(size)) for size, number in counted.items()) / count
    if container == "search-requests":
        reads = measured["cosmos"]["search-requests/read"]
        small = units.of("read", int(max(reads, key=lambda size: reads[size])))
        last = measured["last_polls"]["cosmos"]["search-requests/read"]
        total += (polls - 1) * small
        total += sum(number * units.of("read", int(size)) for size, number in last.items()) / count
    return total
