"""GitHub's workflows: their form, what they may do, and whether what they run is there. No runner tells it here."""

import json
import re
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from jsonschema.protocols import Validator
from jsonschema.validators import validator_for

from tests.support.emulators.queues import configuration
from tests.support.emulators.settings import OVER_THE_SAMPLE
from tests.support.infra.pipeline_checks import secret_choices
from tests.support.infra.project import Project
from tests.support.infra.workflow_files import DEPLOY, EMULATORS, Workflow, read_yaml, workflow, workflows
from tests.support.tracked_files import ROOT

_COMPOSE = "tests/support/emulators/compose.yaml"
_QUEUES = "tests/support/emulators/servicebus.json"
# A tag can be moved to other code, a commit cannot. The comment is what people and Dependabot read.
_PINNED = re.compile(r"^\s*(?:- )?uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
_NAMES = re.compile(r"\b(matrix|steps|needs|secrets|vars|github|runner|env|inputs)\.([\w-]+)")
# What somebody types or chooses for the pull request, its branch, its commits.
_UNTRUSTED = re.compile(r"github\.(?:head_ref|event\.(?!name\b)\w+)")
_OPTIONS_WITH_A_PATH = {"--file", "--catalogue", "--cov"}
# Written by a step before it is read by another.
_MADE_BY_A_STEP = (".venv", ".local")
_TOOLS = {"make", "docker", "npm", "azd", "source", "mkdir", "func", "python", ".venv/bin/python"}


def workflows_follow_their_schema(project: Project) -> list[str]:
    found: list[str] = []
    for each in workflows(project):
        found += [f"{each.name}: {fault}" for fault in _schema_faults("github-workflows", each.document)]
    compose, dependabot = (read_yaml(project.text(path)) for path in (_COMPOSE, ".github/dependabot.yml"))
    found += [f"{_COMPOSE}: {fault}" for fault in _schema_faults("compose-spec", compose)]
    return found + [f"dependabot.yml: {fault}" for fault in _schema_faults("dependabot", dependabot)]


def actions_are_pinned(project: Project) -> list[str]:
    """Each action is a commit with its version beside it, and the same everywhere."""
    lines = [(each.name, line) for each in workflows(project) for line in each.text.splitlines() if "uses:" in line]
    found = [f"{name}: {line.strip()} is no commit with its version" for name, line in lines if not _PINNED.match(line)]
    actions = {line.split("uses:")[1].strip() for _, line in lines}
    names = [action.split("@")[0] for action in actions]
    return found + [f"{name} is used in two versions" for name in set(names) if names.count(name) > 1]


def workflows_may_do_little(project: Project) -> list[str]:
    """Reading the code is all that is allowed; only the deployment gets a token for Azure, and the secrets chosen."""
    found: list[str] = []
    secrets = secret_choices(project)
    for each in workflows(project):
        found += [f"{each.name}: {fault}" for fault in _permissions(each)]
        found += [f"{each.name}: no concurrency"] * ("concurrency" not in each.document)
        found += [
            f"{each.name}: {job} may run for ever" for job, body in each.jobs.items() if "timeout-minutes" not in body
        ]
        found += [f"{each.name}: hands secrets on"] * ("secrets:" in each.text or "secrets[" in each.text)
        found += [
            f"{each.name}: reads the secret {name}"
            for name in re.findall(r"\bsecrets\.(\w+)", each.text)
            if each.name != DEPLOY or name not in secrets
        ]
        found += [f"{each.name}: runs with the rights of the target"] * ("pull_request_target" in each.text)
        for step in each.steps():
            if (
                "actions/checkout" in step.get("uses", "")
                and step.get("with", {}).get("persist-credentials") is not False
            ):
                found.append(f"{each.name}: the checkout leaves its token behind")
            if _UNTRUSTED.search(step.get("run", "")) or "${{" in step.get("run", ""):
                found.append(f"{each.name}: {step['run']!r} has an expression in a script: pass it by env")
    return found


def commands_run_what_is_there(project: Project) -> list[str]:
    """Targets, modules, scripts and files that a workflow names exist, in exactly that case."""
    targets = set(
        re.findall(r"^([\w./-]+)(?: [\w./-]+)*:(?!=)", _variables_replaced(project.text("Makefile")), re.MULTILINE)
    )
    found: list[str] = []
    for each in workflows(project):
        for words in each.commands():
            found += [f"{each.name}: {fault}: {' '.join(words)}" for fault in _command_faults(words, targets, project)]
    return found


def expressions_name_what_is_there(project: Project) -> list[str]:
    """An expression that names nothing is empty, and says so to nobody."""
    found: list[str] = []
    for each in workflows(project):
        for job, body in each.jobs.items():
            known = {
                "matrix": set(body.get("strategy", {}).get("matrix", {})),
                "needs": set(_listed(body.get("needs", []))),
                "steps": {step["id"] for step in body["steps"] if "id" in step},
                "github": {"ref", "event_name", "sha", "repository", "run_id"},
                "runner": {"os", "temp"},
            }
            for context, name in _NAMES.findall(" ".join(_EXPRESSION.findall(json.dumps(body)))):
                if context in known and name not in known[context]:
                    found.append(f"{each.name}: {job} asks for {context}.{name}, which is not there")
    return found


def every_python_is_tested(project: Project) -> list[str]:
    """The checks run on each Python that pyproject.toml allows and that the deployment may choose."""
    low, high = map(int, re.findall(r'requires-python = ">=3\.(\d+),<3\.(\d+)"', project.text("pyproject.toml"))[0])
    wanted = [f"3.{minor}" for minor in range(low, high)]
    matrix = workflow(project, "checks.yml").jobs["checks"]["strategy"]["matrix"]["python"]
    return [] if matrix == wanted else [f"checks.yml: tests {matrix}, Fanwise runs on {wanted}"]


def emulators_serve_what_the_app_asks(project: Project) -> list[str]:
    """The emulator's queues are the topology's; hub and ports are those of the settings and of the workflow's waits."""
    found: list[str] = []
    if json.loads(project.text(_QUEUES)) != configuration(project.topology):
        found.append(f"{_QUEUES} is not what the topology asks: python -m tests.support.emulators.queues")
    services = read_yaml(project.text(_COMPOSE))["services"]
    hubs = services["scheduler"]["environment"]["DTS_TASK_HUB_NAMES"].split(",")
    found += [f"the scheduler has {hubs}, not the task hub of the settings"] * (
        OVER_THE_SAMPLE["TASKHUB_NAME"] not in hubs
    )
    ports = {int(port.split(":")[1]) for service in services.values() for port in service.get("ports", [])}
    found += [f"{_COMPOSE}: other machines reach {port}" for port in _exposed(services)]
    found += [f"nothing serves {address}" for address in _addresses(project) if _port(address) not in ports | {7071}]
    mounted = [volume.split(":")[0] for service in services.values() for volume in service.get("volumes", [])]
    folder = PurePosixPath(_COMPOSE).parent
    found += [f"{_COMPOSE}: {path} is not there" for path in mounted if not _is_there(str(folder / path), project)]
    return found


def nothing_a_security_linter_finds(project: Project) -> list[str]:
    """zizmor finds nothing: injections, tokens left behind, actions that others can change."""
    checked = subprocess.run(
        [
            str(Path(sys.executable).with_name("zizmor")),
            "--offline",
            "--no-progress",
            "--quiet",
            "--format",
            "json-v1",
            ".",
        ],
        cwd=project.root / ".github",
        capture_output=True,
        text=True,
        check=False,
    )
    if not checked.stdout.startswith("["):
        return [f"zizmor: {checked.stderr}"]
    findings: list[dict[str, Any]] = [each for each in json.loads(checked.stdout) if not each["ignored"]]
    return [f"zizmor: {each['ident']}: {each['desc']}" for each in findings]


@cache
def _validator(name: str) -> Validator:
    # The published schemas, as check-jsonschema carries them.
    source = files("check_jsonschema.builtin_schemas.vendor") / f"{name}.json"
    schema = json.loads(source.read_text(encoding="utf-8"))
    return validator_for(schema)(schema)


def _schema_faults(name: str, document: Any) -> list[str]:
    return [f"{error.json_path}: {error.message[-300:]}" for error in _validator(name).iter_errors(document)]


def _permissions(each: Workflow) -> list[str]:
    if each.document.get("permissions") != {"contents": "read"}:
        return ["may do more than read the code"]
    allowed = {"contents": "read", "id-token": "write"} if each.name == DEPLOY else {}
    return [
        f"{job} may {given}"
        for job, body in each.jobs.items()
        if (given := body.get("permissions", {})) and given != allowed
    ]


def _command_faults(words: list[str], targets: set[str], project: Project) -> Iterable[str]:
    program, *rest = words
    if program not in _TOOLS:
        yield f"{program} is a command that no check knows"
    if program == "make":
        yield from (f"no target {word}" for word in rest if "=" not in word and word not in targets)
    if program.endswith("python") and rest[:1] == ["-m"]:
        yield from _module_faults(rest[1], project)
    for before, word in zip(words, rest, strict=False):
        path = word.removeprefix("file:")
        is_path = before in _OPTIONS_WITH_A_PATH or path.startswith(("tests/", "infra/", "bench/", "./"))
        if is_path and not path.startswith(_MADE_BY_A_STEP) and not _is_there(path, project):
            yield f"{path} is not there"


def _module_faults(name: str, project: Project) -> Iterable[str]:
    if name.partition(".")[0] in ("local", "bench", "tests", "infra"):
        path = name.replace(".", "/")
        if not (_is_there(f"{path}.py", project) or _is_there(f"{path}/__main__.py", project)):
            yield f"no module {name}"
    elif name not in ("pytest", "pip", "venv"):
        yield f"{name} is a module that no check knows"


def _is_there(path: str, project: Project) -> bool:
    """Tell whether ``path`` is in the copy or, for what a copy leaves out, in the checkout: in that case exactly."""
    return any(_has(root, PurePosixPath(path)) for root in (project.root, ROOT))


def _has(root: Path, path: PurePosixPath) -> bool:
    for part in path.parts:
        # The file system of macOS would not tell the case.
        if not root.is_dir() or part not in {each.name for each in root.iterdir()}:
            return False
        root /= part
    return True


def _variables_replaced(makefile: str) -> str:
    """Return ``makefile`` with its simple variables in place of their names."""
    for name, value in re.findall(r"^(\w+) := (.+)$", makefile, re.MULTILINE):
        makefile = makefile.replace(f"$({name})", value)
    return makefile


def _listed(names: str | list[str]) -> list[str]:
    return [names] if isinstance(names, str) else names


def _exposed(services: dict[str, Any]) -> list[str]:
    ports = [port for service in services.values() for port in service.get("ports", [])]
    return [port for port in ports if not port.startswith("127.0.0.1:")]


def _addresses(project: Project) -> list[str]:
    """Every address of an emulator that the settings name or the workflow waits for."""
    named = [re.sub(r"^Endpoint=|;.*", "", value) for value in OVER_THE_SAMPLE.values() if "://" in value]
    waited = [word for words in workflow(project, EMULATORS).commands() for word in words if "://" in word]
    return named + waited


def _port(address: str) -> int:
    # Service Bus speaks AMQP.
    return urlsplit(address).port or 5672
