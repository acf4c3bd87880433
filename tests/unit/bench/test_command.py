"""``make bench NAME``: the names after ``bench`` reach the program, and none means all."""

import shutil
import subprocess

import pytest

from bench.processes import ROOT

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")


def would_run(*goals: str) -> list[str]:
    """The commands of the program that ``make`` would run."""
    told = subprocess.run(["make", "--dry-run", *goals], cwd=ROOT, capture_output=True, text=True, check=True)
    return [line.strip() for line in told.stdout.splitlines() if "-m bench" in line]


@pytest.mark.parametrize("names", [[], ["retrieval"], ["retrieval", "delta-e"]])
def test_names_after_bench_reach_the_program(names) -> None:
    (command,) = would_run("bench", *names)

    assert command.split()[1:] == ["-m", "bench", *names]


def test_another_goal_after_bench_is_no_measurement() -> None:
    (command,) = would_run("bench", "clean")

    assert command.split()[1:] == ["-m", "bench"]
