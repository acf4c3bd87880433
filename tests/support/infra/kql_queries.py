"""KQL, as the parser of Azure's own editors judges it (npm's @kusto/language-service-next)."""

import json
import re
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from local.azurite.node import find_node
from tests.support.infra.project import Project
from tests.support.tracked_files import ROOT

_SCRIPT = Path(__file__).with_name("kql_check.js")
_FOLDER = "monitoring/kql"
# Where `make` installs what package.json names.
_PACKAGES = ROOT / "node_modules"
_PARSER = _PACKAGES / "@kusto" / "language-service-next"

_COMMENT = re.compile(r"//.*")
_EQUAL = re.compile(r'\bname == "([^"]+)"')
_IN = re.compile(r"\bname in \(([^)]+)\)")
_QUOTED = re.compile(r'"([^"]+)"')
_DIMENSION = re.compile(r"\bcustomDimensions\.(\w+)")
_OPERATION = re.compile(r'\boperation_Name == "([^"]+)"')


@dataclass(frozen=True)
class Query:
    """A query by its file's stem, as it is written."""

    name: str
    text: str

    @property
    def names(self) -> set[str]:
        """The names of events, metrics or spans that it asks for."""
        listed = [quoted for each in _IN.findall(self.text) for quoted in _QUOTED.findall(each)]
        return {*_EQUAL.findall(self.text), *listed}

    @property
    def dimensions(self) -> set[str]:
        """The fields of ``customDimensions`` that it reads."""
        return set(_DIMENSION.findall(self.text))

    @property
    def operations(self) -> set[str]:
        """The functions whose requests it looks at."""
        return set(_OPERATION.findall(self.text))

    def asks(self, table: str) -> bool:
        """Whether it reads a table."""
        return re.search(rf"\b{table}\b", _COMMENT.sub("", self.text)) is not None


@dataclass(frozen=True)
class Verdict:
    """What the parser says of a query. ``columns``: types of the result's columns by their names."""

    faults: tuple[str, ...]
    columns: dict[str, str]


def queries(project: Project) -> dict[str, Query]:
    """Return every query of a project by its file's stem."""
    files = sorted((project.infra / _FOLDER).glob("*.kql"))
    return {each.stem: Query(each.stem, each.read_text(encoding="utf-8")) for each in files}


def verdicts(project: Project) -> dict[str, Verdict]:
    """Return what the parser says of every query of a project, by the file's stem."""
    texts = tuple((each.name, each.text) for each in queries(project).values())
    return _judged(texts, project.text(f"infra/{_FOLDER}/tables.json"))


@cache
def _judged(texts: tuple[tuple[str, str], ...], tables: str) -> dict[str, Verdict]:
    assert _PARSER.is_dir(), f"{_PARSER} is missing: run `make test`, which sets up what the tests need"
    # Starting the parser takes a second: once for all queries, and again only where one of them differs.
    with tempfile.TemporaryDirectory() as folder:
        for name, text in texts:
            (Path(folder) / f"{name}.kql").write_text(text, encoding="utf-8")
        (Path(folder) / "tables.json").write_text(tables, encoding="utf-8")
        files = [str(Path(folder) / f"{name}.kql") for name, _ in texts]
        answer = subprocess.run(
            [find_node().program, str(_SCRIPT), str(_PACKAGES), str(Path(folder) / "tables.json"), *files],
            capture_output=True,
            text=True,
            check=False,
        )
        assert answer.returncode == 0, answer.stderr[-2000:]
        judged = json.loads(answer.stdout)
    return {
        name: Verdict(tuple(judged[file]["faults"]), judged[file]["columns"])
        for (name, _), file in zip(texts, files, strict=True)
    }
