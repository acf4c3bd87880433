"""Which worker of a parallel run gets which tests: those that share what is slow to start stay together.

A stack takes seconds of processor time to start, and each worker that gets one of its tests starts it again. So tests
are handed out by the unit: those of a file, or of several files that share a stack or a service. Half of the workers
begin with units that start processes, the others with those that compute; then each takes what is left. When all
begin with processes, these wait for each other.
"""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

# Folders whose conftest.py starts something for all of their files.
FOLDERS = (
    *("tests/e2e/search", "tests/contract/hooks", "tests/contract/cosmos", "tests/contract/github"),
    *("tests/contract/repo_context", "tests/contract/search"),
)
# The files that ask for the stack of tests/e2e/conftest.py.
_SHARING = ("another_app", "embeddings", "logs", "questions", "snippets", "sweep")
STACK = frozenset(f"tests/e2e/test_{name}.py" for name in _SHARING)
# Of what starts processes, what takes longest comes first: at the end of a run one worker would be left alone with it.
_ORDER = ("tests/crash/", "tests/e2e/", "tests/contract/hooks", "tests/contract/host", "tests/contract/", "tests/")
_COMPUTE = "tests/unit/"


def unit_of(nodeid: str) -> str:
    """Return the unit that a test belongs to: of one unit, all tests run in one worker."""
    file = nodeid.partition("::")[0]
    if file in STACK:
        return "tests/e2e/stack"
    return next((folder for folder in FOLDERS if file.startswith(f"{folder}/")), file)


class UnitScheduling(LoadScopeScheduling):
    """Hands out units: to every other worker first those that start processes, to the others those that compute."""

    def __init__(self, config: pytest.Config, log: Producer | None = None) -> None:
        super().__init__(config, log)
        self._starters: list[WorkerController] = []

    def add_node(self, node: WorkerController) -> None:
        super().add_node(node)
        if len(self.assigned_work) % 2:
            self._starters.append(node)

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)

    def _assign_work_unit(self, node: WorkerController) -> None:
        wanted = sorted(self.workqueue, key=lambda unit: self._rank(unit, node in self._starters))
        # The next one is taken from the front.
        self.workqueue.move_to_end(wanted[0], last=False)
        super()._assign_work_unit(node)

    def _rank(self, unit: str, starts: bool) -> tuple[bool, int, int]:
        computes = unit.startswith(_COMPUTE)
        place = next((place for place, prefix in enumerate(_ORDER) if unit.startswith(prefix)), len(_ORDER))
        return computes is starts, place, -len(self.workqueue[unit])
