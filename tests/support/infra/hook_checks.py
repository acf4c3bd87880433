"""The hooks of azure.yaml: they are there, azd can run them, and what they read is what a deployment hands them."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement

from tests.support.hooks import ALWAYS
from tests.support.infra.azd import GIVEN_TO_HOOKS, KNOWN_TO_PARAMETERS
from tests.support.infra.project import Project
from tests.support.tracked_files import ROOT

FOLDER = "infra/hooks"
HOOKS = ("preprovision", "postprovision", "predeploy", "postdeploy", "postdown")
_RUN = re.compile(r"^sys\.exit\(run\(\"(\w+)\"\)\)", re.MULTILINE)
# By which package a module comes that is not named after it.
_PACKAGES = {"azure.core": "azure-core", "azure.identity": "azure-identity", "azure.search": "azure-search-documents",
             "azure.storage": "azure-storage-blob", "openai": "openai", "orjson": "orjson", "pydantic": "pydantic",
             "yaml": "pyyaml"}  # fmt: skip
_OURS = {"infra", "data", "shared"}
# What a deployer chooses that only hooks read.
CHOICES = (
    "LOAD_SAMPLE",
    "CHECK_MODEL_QUOTA",
    "CATALOGUE_FOLDER",
    "OWN_GATEWAY_URI",
    "HOOK_WAIT_S",
    "HOOK_POLL_S",
    "ARM_ENDPOINT",
)
# They belong to the local stack, which has keys.
_LOCAL = {"AI_SEARCH_KEY", "STORAGE_KEY", "AZURE_OPENAI_API_KEY"}
_READS = {"get", "need", "flag", "number"}


def hooks_can_be_run(project: Project) -> list[str]:
    """Each hook is a Python file in exactly that case, with an environment of its own; its failure ends the command."""
    hooks: dict[str, dict[str, Any]] = project.azure.get("hooks", {})
    found = [f"azure.yaml: hooks are {list(hooks)}, expected {list(HOOKS)}"] * (set(hooks) != set(HOOKS))
    there = {path.relative_to(project.root).as_posix() for path in (project.root / FOLDER).iterdir()}
    for name, hook in hooks.items():
        run = hook.get("run", "")
        found += [f"{name}: there is no file {run!r}"] * (run not in there)
        found += [f"{name}: {run} is no Python"] * (not run.endswith(".py") or hook.get("kind") != "python")
        found += [f"{name} runs {run}"] * (PurePosixPath(run).stem != name)
        # Without a name azd takes the environment that is active in the shell, and installs nothing into it.
        found += [f"{name}: has no environment of its own"] * (hook.get("config", {}).get("virtualEnvName") != ".venv")
        found += [f"{name}: goes on after a failure"] * bool(hook.get("continueOnError"))
        found += [f"{name}: what it says is gone when it ends"] * (hook.get("interactive") is not True)
        found += _module_faults(project, run) if run in there else []
    return found


def hooks_are_pinned(project: Project) -> list[str]:
    """Each package is pinned to the version that the app or the local stack has, and what is imported is among them."""
    path = f"{FOLDER}/requirements.txt"
    known = {
        name: str(each.specifier) for name, each in _pins(ROOT / "requirements-dev.txt", ROOT / "requirements.txt")
    }
    oldest = re.search(r"OLDEST = \((\d+), (\d+)\)", project.text(f"{FOLDER}/start.py"))
    marker = f'python_version >= "{".".join(oldest.groups())}"' if oldest else "a marker"
    found: list[str] = []
    pinned: set[str] = set()
    try:
        pins = list(_pins(project.root / path))
    except InvalidRequirement as error:
        return [f"{path}: {error}"]
    for name, each in pins:
        pinned.add(name)
        version = str(each.specifier)
        found += [f"{path}: {each} is not pinned exactly"] * (not re.fullmatch(r"==[\w.]+", version))
        # What only comes with another package has no pin of ours to follow.
        found += [f"{path}: {each}, the app has {known.get(name)}"] * (known.get(name, version) != version)
        # So that pip leaves them out on an older Python, and the hook can say what is wrong.
        found += [f"{path}: {each} lacks {marker}"] * (str(each.marker) != marker)
    return found + [
        f"{file}: imports {module}, which {path} does not bring"
        for file, module in _imports(project)
        if _package_of(module) not in pinned
    ]


def hooks_read_what_they_are_given(project: Project) -> list[str]:
    """What a hook reads is an output, a choice of the deployer that docs/deploy.md tells, or azd's own."""
    deployment = next(iter(project.deployments.values()))
    choices = set(re.findall(r"\$\{(\w+)", project.text("infra/main.parameters.json")))
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", project.text("docs/deploy.md"), re.MULTILINE))
    handed = (set(deployment.outputs) | choices | set(GIVEN_TO_HOOKS) | _LOCAL | documented) - set(KNOWN_TO_PARAMETERS)
    read = set(_names_read(project))
    found = [
        f"{file}: reads {name}, which nothing sets and docs/deploy.md does not name"
        for file, name in sorted(read)
        if name not in handed
    ]
    names = {name for _, name in read}
    found += [f"{FOLDER}: nothing reads {name}" for name in CHOICES if name not in names]
    found += [f"docs/deploy.md does not name {name}" for name in CHOICES if name not in documented]
    # A test that gave a hook more than azd does would prove nothing.
    return found + [f"the tests of hooks give {name}, which azd does not" for name in sorted(ALWAYS.keys() - handed)]


def hooks_say_no_secret(project: Project) -> list[str]:
    """Only one module prints, and it masks what must not be seen."""
    found: list[str] = []
    for path in _files(project):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = [
            node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        ]
        found += [f"{path.name}: prints past console.py"] * ("print" in calls and path.name != "console.py")
    return found


def _module_faults(project: Project, run: str) -> list[str]:
    module = _RUN.search(project.text(run))
    if module is None:
        return [f"{run}: names no module"]
    path = project.root / FOLDER / f"{module[1]}.py"
    if path not in set(_files(project)):
        return [f"{run}: there is no module {module[1]}"]
    functions = [
        node.name for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)
    ]
    return [] if "main" in functions else [f"{path.name}: has no main"]


def _package_of(module: str) -> str | None:
    return next((each for name, each in _PACKAGES.items() if f"{module}.".startswith(f"{name}.")), None)


def _files(project: Project) -> list[Path]:
    return sorted((project.root / FOLDER).glob("*.py"))


def _pins(*paths: Path) -> Iterator[tuple[str, Requirement]]:
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip() and not line.startswith(("#", "-")):
                requirement = Requirement(line)
                yield requirement.name.lower(), requirement


def _imports(project: Project) -> Iterator[tuple[str, str]]:
    """Imports of packages: of the hooks, and of what the hooks import of ours."""
    seen: set[str] = set()
    files = [*_files(project)]
    while files:
        path = files.pop()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            for module in modules:
                root = module.split(".")[0]
                if root in _OURS and module not in seen:
                    seen.add(module)
                    ours = ROOT / f"{module.replace('.', '/')}.py"
                    files += [ours] if root != "infra" and ours.is_file() else []
                elif root not in _OURS and root not in sys.stdlib_module_names:
                    yield path.name, module


def _names_read(project: Project) -> Iterator[tuple[str, str]]:
    for path in _files(project):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Attribute(attr=method), args=[ast.Constant(value=str(name)), *_]):
                    if method in _READS and name.isupper():
                        yield path.name, name
