"""The searches of the demonstration, and a client that submits one and follows it to its end."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import ConfigDict

from local.demo.client import POLL_S, STALLED_S, Answer, Client, DemoError, read


@dataclass(frozen=True, slots=True)
class Search:
    title: str
    payload: dict[str, Any]

    @property
    def has_colour(self) -> bool:
        """Whether a colour is asked for in numbers, not in words alone."""
        return "L" in self.payload


SEARCHES = (
    Search(
        "Lab and resin",
        {"k": 5, "REQUEST_RESIN_FINAL": "PP", "REQUEST_COLOR_DESCR": "warm signal blue"}
        | {"L": 45.5, "a": 12.3, "b": -25.7, "deltaEthresh": 12},
    ),
    Search("Words only", {"k": 5, "REQUEST_RESIN_FINAL": "Nylon 6, 30% GF", "REQUEST_COLOR_DESCR": "dunkelgrün"}),
    Search("Without scoring", {"k": 5, "L": 62.0, "a": 38.0, "b": 52.0, "deltaEthresh": 6, "rerank": False}),
)


class _Snake(Answer):
    model_config = ConfigDict(alias_generator=None)


class LabDiff(_Snake):
    """How a material differs from the colour asked for."""

    dE_cmc: float  # noqa: N815 - the field's name
    words: str


class Flags(_Snake):
    resin_match: str | None = None


class Result(_Snake):
    """A material that a search found."""

    id: str
    name: str | None = None
    resin: str | None = None
    colour_words: str | None = None
    hex: str | None = None
    score: float | None = None
    explanation: str | None = None
    lab_diff: LabDiff | None = None
    flags: Flags | None = None


class Colour(_Snake):
    hex: str


class Told(_Snake):
    """What a search says of itself. ``colour``: that asked for in numbers."""

    degraded: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    colour: Colour | None = None


class Stage(_Snake):
    stage: str
    percent: int
    detail: str = ""


class _Accepted(_Snake):
    request_id: str
    status_url: str


class _Analysis(_Snake):
    summary: str


class _Results(_Snake):
    overall_scoring_analysis: _Analysis | None = None
    search_results: list[Result]


class _Status(_Snake):
    status: str
    progress: Stage | None = None
    results: _Results | None = None
    error: str | None = None
    processing_metadata: Told | None = None


@dataclass(frozen=True, slots=True)
class SearchRun:
    """A completed search."""

    request_id: str
    results: list[Result]
    summary: str | None
    told: Told
    milliseconds: int


async def run_search(client: Client, search: Search, moved: Callable[[Stage], None]) -> SearchRun:
    """Submit ``search`` and follow it to its end; ``moved`` is told of every change of its stage.

    Raises:
        DemoError: It was refused, failed or hung.
    """
    begun = time.perf_counter()
    accepted = read(_Accepted, await client.send("POST", "/search", search.payload, expected=202))
    last: Stage | None = None
    deadline = time.monotonic() + STALLED_S
    while time.monotonic() < deadline:
        status = read(_Status, await client.send("GET", accepted.status_url, None, expected=None))
        if status.results is not None:
            milliseconds = round((time.perf_counter() - begun) * 1000)
            return _run(accepted.request_id, status, status.results, milliseconds)
        if status.progress and status.progress != last:
            last, deadline = status.progress, time.monotonic() + STALLED_S
            moved(status.progress)
        await asyncio.sleep(POLL_S)
    raise DemoError(f"search {accepted.request_id} has made no progress for {STALLED_S:g} s")


def _run(request_id: str, status: _Status, results: _Results, milliseconds: int) -> SearchRun:
    analysis = results.overall_scoring_analysis
    told = status.processing_metadata or Told()
    return SearchRun(request_id, results.search_results, analysis.summary if analysis else None, told, milliseconds)
