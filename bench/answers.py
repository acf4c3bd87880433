"""What searches answer, beside what an exact search of the whole catalogue would: are the nearest colours found?

Colours are drawn at random, half of them near one of the catalogue; each is asked for with and without a resin and
colour words, at several tolerances and lengths of the list.
"""

import asyncio
import csv
import itertools
import random
import re
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.processes import ROOT, scratch
from bench.report import Row
from bench.search_stack import SearchStack, search_stack_on
from bench.stack import TUNED
from shared.colour.cmc import delta_e_cmc
from shared.colour.hue_words import hue_words
from shared.colour.lab import Lab

TARGETS = 12
LENGTHS = (5, 10, 20)
TOLERANCES = (2.0, 5.0, 8.0, 12.0, 20.0)
RESINS = ("PP", "ABS", "PA6", "PC", "PE-HD", "PMMA", "PBT", "POM")
_TOGETHER = 6
_SEED = 13
# Equally near ones count as the same.
_SAME = 1e-3
_MILLISECONDS = re.compile(r" activity=(\w+) .* ms=([0-9.]+)")


@dataclass(frozen=True)
class _Asked:
    """A search and the colour that it is for."""

    payload: dict[str, Any]
    lab: tuple[float, float, float]
    resin: str | None


@dataclass(frozen=True)
class _Judged:
    """What an answer holds beside what it could: distances of the nearest, None where the answer has none."""

    asked: _Asked
    nearest: float
    shown: float | None
    of_all: float
    of_all_shown: float | None
    three: float | None
    dominated: bool
    said: bool

    @property
    def tolerance(self) -> float:
        return self.asked.payload["deltaEthresh"]


class _Catalogue:
    """The materials that the stack was loaded with."""

    def __init__(self) -> None:
        with (ROOT / "data" / "materials.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        self.labs = np.array([[float(row[axis]) for axis in "Lab"] for row in rows])
        self.resins = np.array([row["resin"] for row in rows])
        self.row_of = {row["id"]: number for number, row in enumerate(rows)}

    def judge(self, asked: _Asked, document: dict[str, Any]) -> _Judged:
        far = delta_e_cmc(asked.lab, self.labs)
        own = np.ones(len(far), dtype=bool) if asked.resin is None else self.resins == asked.resin
        rows = [self.row_of[result["id"]] for result in document["results"]["search_results"]]
        shown = sorted(far[row] for row in rows if own[row])
        within = [each for each in np.sort(far[own])[:3] if each <= asked.payload["deltaEthresh"]]
        found = sum(one <= other + _SAME for one, other in zip(shown, within, strict=False))
        first = rows[0]
        return _Judged(
            asked=asked,
            nearest=float(far[own].min()),
            shown=float(shown[0]) if shown else None,
            of_all=float(far.min()),
            of_all_shown=float(min(far[row] for row in rows)),
            three=found / len(within) if within else None,
            dominated=bool((far[self.resins == self.resins[first]] < far[first] - 0.05).any()),
            said=any(" lies within dE " in note for note in document["processing_metadata"]["notes"]),
        )


async def measure() -> list[Row]:
    """Ask for all colours and compare each answer with the exact one.

    Raises:
        RuntimeError: A search failed.
    """
    catalogue = _Catalogue()
    questions = list(_questions(catalogue))
    async with scratch("answers") as folder, search_stack_on(folder / "answers", TUNED, chat_ms=0, index_ms=0) as stack:
        documents = await _answers(stack, [each.payload for each in questions])
        times = _times(stack)
    judged = [catalogue.judge(asked, document) for asked, document in zip(questions, documents, strict=True)]
    return _rows(judged, times)


def _questions(catalogue: _Catalogue) -> Iterable[_Asked]:
    chance = random.Random(_SEED)
    for number in range(TARGETS):
        middle = catalogue.labs[chance.randrange(len(catalogue.labs))]
        spread = 2.5 if number % 2 else 15.0
        lightness, a, b = (round(float(each) + chance.gauss(0, spread), 1) for each in middle)
        lab = (min(max(lightness, 5.0), 97.0), min(max(a, -90.0), 90.0), min(max(b, -90.0), 90.0))
        resin = chance.choice(RESINS)
        for k, with_resin, with_words, tolerance in itertools.product(
            LENGTHS, (True, False), (True, False), TOLERANCES
        ):
            payload: dict[str, Any] = {"k": k, **dict(zip("Lab", lab, strict=True)), "deltaEthresh": tolerance}
            if with_resin:
                payload["REQUEST_RESIN_FINAL"] = resin
            if with_words:
                payload["REQUEST_COLOR_DESCR"] = hue_words(Lab(*lab)).family
            yield _Asked(payload, lab, resin if with_resin else None)


async def _answers(stack: SearchStack, payloads: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The documents of searches, in the order of ``payloads``."""
    gate = asyncio.Semaphore(_TOGETHER)

    async def one(payload: dict[str, Any]) -> dict[str, Any]:
        async with gate:
            request_id = await stack.submit(payload)
            await stack.all_ended([request_id])
            document = await stack.requests.read_item(request_id, request_id)
        if document["status"] != "completed":
            raise RuntimeError(f"{payload} ended {document['status']}: {document['error']}")
        return document

    return await asyncio.gather(*map(one, payloads))


def _times(stack: SearchStack) -> dict[str, list[float]]:
    """How long each activity took, in ms, by the host's log."""
    times: dict[str, list[float]] = defaultdict(list)
    for line in stack.log.read_text(encoding="utf-8", errors="replace").splitlines():
        if "activity completed" in line and (found := _MILLISECONDS.search(line)):
            times[found[1]].append(float(found[2]))
    return times


def _rows(judged: Sequence[_Judged], times: dict[str, list[float]]) -> list[Row]:
    own = [each for each in judged if each.asked.resin and each.nearest <= each.tolerance]
    anything = [each for each in judged if each.of_all <= each.tolerance]
    nothing = [each for each in judged if each.nearest > each.tolerance]
    needless = [each for each in judged if each.nearest <= each.tolerance]
    losses = [each.shown - each.nearest for each in own if each.shown is not None]
    worse, steps = _worse_with_a_wider_tolerance(judged)
    near, search = (statistics.median(times[name]) for name in ("NearestColours", "VectorSearch"))
    exact = "exact distance to all 5,291: 100 %"
    return [
        Row("nearest of the resin is shown, where within tolerance", _share(own, _finds_own), exact, "", ">= 99.5 %"),
        Row("nearest of all is shown, where within tolerance", _share(anything, _finds_any), exact, "", ">= 99.5 %"),
        Row(
            "three nearest of the resin, k 5 / 10 / 20",
            " / ".join(f"{100 * _three(own, k):.1f} %" for k in LENGTHS),
            exact,
            "",
            ">= 80 / 100 / 100 %",
        ),
        Row(
            "loss of the best shown of the resin, mean / worst",
            f"{statistics.mean(losses):.3f} / {max(losses):.2f} dE",
            "exact: 0",
            "",
            "<= 0.01 / <= 0.5 dE",
        ),
        Row("the first has a nearer one of its resin", _share(judged, lambda each: each.dominated), "", "", "<= 0.5 %"),
        Row("a wider tolerance makes the best worse", f"{worse} of {steps} steps", "", "", "0"),
        Row("nothing within: says so", _share(nothing, lambda each: each.said), "", "", "100 %"),
        Row("something within: says that nothing is", _share(needless, lambda each: each.said), "", "", "0"),
        Row(
            "the nearest colours, median of the activity",
            f"{near:.1f} ms",
            f"a search that runs beside it: {search:.1f} ms",
            f"{near / search:.2f}x",
            "",
        ),
    ]


def _finds_own(each: _Judged) -> bool:
    return each.shown is not None and each.shown <= each.nearest + _SAME


def _finds_any(each: _Judged) -> bool:
    return each.of_all_shown is not None and each.of_all_shown <= each.of_all + _SAME


def _three(judged: Iterable[_Judged], k: int) -> float:
    return statistics.mean(each.three for each in judged if each.asked.payload["k"] == k and each.three is not None)


def _share(judged: Sequence[_Judged], holds: Callable[[_Judged], bool]) -> str:
    return f"{100 * statistics.mean(map(holds, judged)):.1f} % of {len(judged)}" if judged else "none"


def _worse_with_a_wider_tolerance(judged: Sequence[_Judged]) -> tuple[int, int]:
    """How often, and of how many steps."""
    runs: dict[tuple[object, ...], list[_Judged]] = defaultdict(list)
    for each in judged:
        runs[
            each.asked.lab, each.asked.resin, each.asked.payload["k"], "REQUEST_COLOR_DESCR" in each.asked.payload
        ].append(each)
    worse = steps = 0
    for run in runs.values():
        in_order = sorted((each for each in run if each.shown is not None), key=lambda each: each.tolerance)
        for narrow, wide in itertools.pairwise(in_order):
            steps += 1
            worse += (wide.shown or 0.0) > (narrow.shown or 0.0) + _SAME
    return worse, steps
