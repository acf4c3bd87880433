"""Which worker of a parallel run gets which tests."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from tests.support.scheduling import FOLDERS, STACK, UnitScheduling, unit_of
from tests.support.tracked_files import ROOT

TESTS = [
    *(f"tests/unit/shared/test_{name}.py::test_{number}" for name in "abc" for number in range(9)),
    *(f"tests/e2e/search/test_{name}.py::test_{number}" for name in "abc" for number in range(3)),
    *(f"tests/e2e/test_{name}.py::test_it" for name in ("local_up", "snippets", "sweep")),
    "tests/crash/test_search.py::test_killed",
]


@dataclass(eq=False)
class Worker:
    """What xdist's controller of a worker looks like to a scheduler. ``given``: numbers of the tests to be run."""

    given: list[int] = field(default_factory=list)
    shutting_down: bool = False
    gateway: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(id="gw"))

    def send_runtest_some(self, indices: Sequence[int]) -> None:
        self.given += indices

    def shutdown(self) -> None:
        self.shutting_down = True


def scheduled(workers: list[Worker]) -> Any:
    config: Any = SimpleNamespace(
        getvalue=lambda _: [f"{len(workers)}*popen"], option=SimpleNamespace(loadscopereorder=True)
    )
    scheduling: Any = UnitScheduling(config)
    for worker in workers:
        scheduling.add_node(worker)
    for worker in workers:
        scheduling.add_node_collection(worker, TESTS)
    scheduling.schedule()
    return scheduling


def units_of(worker: Worker) -> list[str]:
    return list(dict.fromkeys(unit_of(TESTS[number]) for number in worker.given))


def test_one_worker_begins_with_processes_and_the_next_with_what_computes():
    first, second, third = (Worker() for _ in range(3))
    scheduled([first, second, third])

    assert units_of(first)[0] == "tests/crash/test_search.py"
    assert units_of(second)[0].startswith("tests/unit/")
    assert units_of(third)[0].startswith("tests/e2e/")


def test_every_test_is_run_once_and_those_of_a_unit_by_one_worker():
    workers = [Worker(), Worker()]
    scheduling = scheduled(workers)
    done = {id(worker): 0 for worker in workers}
    while any(done[id(worker)] < len(worker.given) for worker in workers):
        for worker in workers:
            if done[id(worker)] < len(worker.given):
                scheduling.mark_test_complete(worker, worker.given[done[id(worker)]])
                done[id(worker)] += 1

    assert sorted(workers[0].given + workers[1].given) == list(range(len(TESTS)))
    assert not set(units_of(workers[0])) & set(units_of(workers[1]))
    assert scheduling.tests_finished


def test_a_unit_of_a_worker_that_is_gone_is_run_by_another():
    first, second = Worker(), Worker()
    scheduling = scheduled([first, second])

    assert scheduling.remove_node(first) == TESTS[first.given[0]]
    for number in range(len(TESTS)):
        if number in second.given:
            scheduling.mark_test_complete(second, number)

    assert "tests/crash/test_search.py" in {*units_of(second), *scheduling.workqueue}


def test_what_stays_together_is_there():
    assert [name for name in (*FOLDERS, *STACK) if not (ROOT / name).exists()] == []
    assert [name for name in FOLDERS if not (ROOT / name / "conftest.py").is_file()] == []
