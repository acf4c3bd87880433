"""Delta-E CMC(2:1) of 100,000 materials beside colour-science: all of them, and those within a threshold.

How long either takes depends on the memory allocator as much as on arithmetic: colour-science makes arrays of 1 to 2 MB
all the time, and glibc either gives each back to the system, so that the next one comes with a fault per page, or keeps
them. Which it does depends on what the process has freed before. So all is measured in two processes, one in either
state.
"""

import asyncio
import json
import os
import sys
import time
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bench.report import Row
from bench.samples import Samples
from data.build_catalogue import FOLDER, LAB_VALUES
from shared.colour.near_table import Near, NearTable
from shared.search.lab_table import MAX_FILTER_IDS, read_lab_table

if TYPE_CHECKING:
    import numpy as np

    Rows = np.ndarray

ROWS = 100_000
STANDARDS = 100
# Requests are run in groups, taken in turn by all, so that a busy moment of the machine hits all alike.
AT_A_TIME = 10
THRESHOLDS = (2.0, 5.0)
# How far ours may be from colour-science, which adds up other terms.
TOLERANCE = 1e-9

_MIB = 1024 * 1024
# Given explicitly, glibc's own starting values no longer move. Other allocators do not know these names.
ALLOCATORS = {
    "": {"MALLOC_MMAP_THRESHOLD_": str(_MIB // 8), "MALLOC_TRIM_THRESHOLD_": str(_MIB // 8)},
    ", memory kept": {"MALLOC_MMAP_THRESHOLD_": str(32 * _MIB), "MALLOC_TRIM_THRESHOLD_": str(512 * _MIB)},
}


async def measure() -> list[Row]:
    """Measure in both states of the allocator.

    Raises:
        RuntimeError: A result differs from that of colour-science.
    """
    rows: list[Row] = []
    for state, environment in ALLOCATORS.items():
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.delta_e", env=os.environ | environment, stdout=asyncio.subprocess.PIPE
        )
        output, _ = await process.communicate()
        if process.returncode:
            raise RuntimeError(f"the measurement of Delta-E ended with {process.returncode}")
        rows += _rows(json.loads(output), state)
    return rows


def _rows(measured: dict[str, Any], state: str) -> list[Row]:
    theirs, ours = Samples(measured["theirs"]), Samples(measured["ours"])
    beside = f"colour-science {theirs.shown('µs')}"
    rows = [
        Row(
            f"Delta-E CMC of {ROWS:,} rows{state}",
            ours.shown("µs"),
            beside,
            f"{theirs.median / ours.median:.1f}x",
            ">= 10x, equal to 1e-9",
        )
    ]
    for window in measured["windows"]:
        samples = Samples(window["took"])
        name = f"the nearest within {window['threshold']:g}, {window['matched']:.0f} of {ROWS:,} rows{state}"
        aim = ">= 100x" if window["threshold"] == THRESHOLDS[0] else ""
        rows.append(Row(name, samples.shown("µs"), beside, f"{theirs.median / samples.median:.0f}x", aim))
    return rows


def run() -> dict[str, Any]:
    """Microseconds of each contender for each request, after all of their results were compared."""
    oracle = _oracle()
    rows, standards = _materials()
    table = NearTable([f"{number:06}" for number in range(ROWS)], rows)
    at_place = [int(name) for name in table.ids]
    matched, took = dict.fromkeys(THRESHOLDS, 0), {threshold: list[float]() for threshold in THRESHOLDS}
    for standard in standards:
        expected = oracle(standard, rows)
        _same(table.distances(standard), expected[at_place])
        for threshold in THRESHOLDS:
            matched[threshold] += _matching(table.within(standard, threshold, MAX_FILTER_IDS), expected, threshold)
    theirs: list[float] = []
    ours: list[float] = []
    for start in range(0, STANDARDS, AT_A_TIME):
        group = standards[start : start + AT_A_TIME]
        theirs += _timed(group, lambda standard: oracle(standard, rows))
        ours += _timed(group, table.distances)
        for threshold in THRESHOLDS:
            took[threshold] += _timed(group, lambda standard, at=threshold: table.within(standard, at, MAX_FILTER_IDS))
    windows = [{"threshold": at, "took": took[at], "matched": matched[at] / STANDARDS} for at in THRESHOLDS]
    return {"theirs": theirs, "ours": ours, "windows": windows}


def _oracle() -> Callable[[Any, Any], "Rows"]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of optional packages that it lacks
        from colour.difference import delta_E_CMC
    return delta_E_CMC


def _materials() -> tuple["Rows", "Rows"]:
    """Colours that lie as those of the catalogue do, each somewhere around one of it, and requests of the same kind."""
    import numpy as np

    known = read_lab_table((FOLDER / LAB_VALUES).read_bytes()).labs
    random = np.random.default_rng(20)
    around = known[random.integers(0, len(known), ROWS + STANDARDS)] + random.normal(0, 3, (ROWS + STANDARDS, 3))
    around = around.clip([0, -128, -128], [100, 127, 127])
    return around[:ROWS], around[ROWS:]


def _timed(standards: "Rows", compute: Callable[[Any], Any]) -> list[float]:
    took: list[float] = []
    for standard in standards:
        began = time.perf_counter()
        compute(standard)
        took.append(1e6 * (time.perf_counter() - began))
    return took


def _same(found: "Rows", expected: "Rows") -> None:
    worst = float(abs(found - expected).max(initial=0.0))
    if not worst <= TOLERANCE:
        raise RuntimeError(f"Delta-E differs from colour-science by {worst}, expected at most {TOLERANCE}")


def _matching(near: Near, expected: "Rows", threshold: float) -> int:
    """How many match, checked; ids count the rows. One that is just at the threshold may fall to either side."""
    sure, possible = (int((expected <= threshold + slack).sum()) for slack in (-TOLERANCE, TOLERANCE))
    if not sure <= near.total <= possible:
        raise RuntimeError(f"{near.total} rows are within {threshold}, colour-science finds {sure}")
    _same(near.distances, expected[[int(name) for name in near.ids]])
    return near.total


if __name__ == "__main__":
    print(json.dumps(run()))
