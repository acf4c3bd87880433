"""The workflows as GitHub reads them: YAML 1.2, with their steps and the commands that these run."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from tests.support.infra.project import Project

FOLDER = ".github/workflows"
DEPLOY = "azure-dev.yml"
EMULATORS = "emulators.yml"


class _Loader(yaml.SafeLoader):
    """``on`` is a word: only ``true`` and ``false`` are truth values, as in YAML 1.2."""


_Loader.yaml_implicit_resolvers = {
    first: [each for each in resolvers if each[0] != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


@dataclass(frozen=True)
class Workflow:
    path: Path
    text: str
    document: dict[str, Any]

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def jobs(self) -> dict[str, dict[str, Any]]:
        return self.document["jobs"]

    def steps(self) -> Iterator[dict[str, Any]]:
        for job in self.jobs.values():
            yield from job["steps"]

    def commands(self) -> Iterator[list[str]]:
        """Yield every command of every ``run`` as its words; ``nohup`` and ``env -u NAME`` before it are left out."""
        for step in self.steps():
            script = re.sub(r"\\\n", " ", step.get("run", ""))
            for line in script.splitlines():
                words = shlex.split(line.partition(" > ")[0], comments=True)
                if words and words[0] == "nohup":
                    words = words[1:]
                if words and words[0] == "env":
                    words = words[3:]
                if words:
                    yield words


@lru_cache(maxsize=32)
def read_yaml(text: str) -> Any:
    """Return a document as YAML 1.2 has it; the same one for the same text, which is not to be changed."""
    return yaml.load(text, _Loader)


def workflows(project: Project) -> tuple[Workflow, ...]:
    """Return every workflow of ``project``."""
    paths = sorted((project.root / FOLDER).iterdir())
    texts = [path.read_text(encoding="utf-8") for path in paths]
    return tuple(Workflow(path, text, read_yaml(text)) for path, text in zip(paths, texts, strict=True))


def workflow(project: Project, name: str) -> Workflow:
    """Return the workflow in the file ``name``."""
    return next(each for each in workflows(project) if each.name == name)
