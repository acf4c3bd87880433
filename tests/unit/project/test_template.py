"""What a newcomer's tools read: container, editor, issue forms, headings. What they name is there."""

import io
import json
import re
from argparse import ArgumentParser
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema.validators import validator_for
from rich.console import Console

from local.host.__main__ import parse
from local.stack.options import add_options, options_of
from local.stack.plan import DEFAULT_PORTS, Part, make_plan
from local.stack.report import print_stack
from local.stack.settings import SAMPLE, values_of
from local.stack.supervisor import Stack
from tests.support.tracked_files import ROOT

HEADINGS = ["Features", "Getting Started", "Guidance", "Resources"]
DOCUMENTS = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CODE_OF_CONDUCT.md", *map(str, ROOT.glob("docs/*.md"))]
FORMS = ["bug.yml", "feature.yml"]
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")


def _read(path: str) -> Any:
    return json.loads((ROOT / path).read_text(encoding="utf-8"))


def _by_name(path: str, part: str, name: str) -> dict[str, dict[str, Any]]:
    return {each[name]: each for each in _read(path)[part]}


tasks = partial(_by_name, ".vscode/tasks.json", "tasks", "label")
launches = partial(_by_name, ".vscode/launch.json", "configurations", "name")


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):(?!=)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def is_module(name: str) -> bool:
    path = ROOT / name.replace(".", "/")
    return name == "pytest" or path.with_suffix(".py").is_file() or (path / "__main__.py").is_file()


def targets_of(command: str) -> list[str]:
    program, *targets = command.split()
    assert program == "make"
    return targets


def test_the_readme_has_the_headings_that_template_validation_asks_for() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert [each for each in re.findall(r"^## (.+)$", readme, re.MULTILINE) if each in HEADINGS] == HEADINGS


@pytest.mark.parametrize("name", ["SECURITY.md", "CODE_OF_CONDUCT.md", "CONTRIBUTING.md", "LICENSE"])
def test_the_community_files_say_something(name: str) -> None:
    assert len((ROOT / name).read_text(encoding="utf-8").split()) > 40


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: Path(path).name)
def test_links_of_a_document_lead_to_a_file_and_a_heading(document: str) -> None:
    here = ROOT / document
    for path, heading in LINK.findall(here.read_text(encoding="utf-8")):
        target = (here.parent / path).resolve() if path else here
        assert target.exists(), path
        if heading:
            assert heading in _anchors(target), f"{path}#{heading}"


def test_the_container_has_a_python_that_the_app_runs_on_azd_and_node() -> None:
    container = _read(".devcontainer/devcontainer.json")
    oldest = re.findall(r'requires-python = ">=(3\.\d+)', (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    features = {each.rpartition("/")[2].partition(":")[0] for each in container["features"]}

    assert re.findall(r"/python:(3\.\d+)-", container["image"]) == oldest == ["3.11"]
    assert {"azd", "node", "azure-cli"} <= features
    assert set(targets_of(container["postCreateCommand"])) <= make_targets()


def test_the_container_names_the_ports_of_the_local_cloud() -> None:
    container = _read(".devcontainer/devcontainer.json")

    assert container["forwardPorts"] == [DEFAULT_PORTS["host"]]
    assert {int(port) for port in container["portsAttributes"]} == set(DEFAULT_PORTS.values())


def test_the_tasks_run_what_is_there() -> None:
    found = tasks()

    assert {"make setup", "make run", "make test", "make lint"} <= set(found)
    for label, task in found.items():
        if task["type"] == "shell":
            assert task["command"] == label
            assert set(targets_of(label)) <= make_targets()
        else:
            assert task["command"] == "${workspaceFolder}/.venv/bin/python"
            assert task["args"][0] == "-m"
            assert is_module(task["args"][1])
        assert task.get("dependsOn", label) in found


def test_the_debugger_starts_modules_of_this_environment() -> None:
    for launch in launches().values():
        assert launch["python"] == "${workspaceFolder}/.venv/bin/python"
        assert is_module(launch["module"])
        assert launch.get("preLaunchTask", "make run") in tasks()


def test_the_debugged_host_runs_every_function_in_its_own_process_at_the_usual_port() -> None:
    launch = launches()["Debug the functions on the local host"]

    assert launch["module"] == "local.host"
    assert parse(launch["args"]).port == DEFAULT_PORTS["host"]
    assert launch["env"] == {"FUNCTIONS_WORKER_PROCESS_COUNT": "1"}


def test_the_editor_sees_when_the_cloud_beside_the_debugged_host_is_ready(tmp_path: Path) -> None:
    task = tasks()[launches()["Debug the functions on the local host"]["preLaunchTask"]]
    matcher = task["problemMatcher"]
    parser = ArgumentParser()
    add_options(parser)
    options = options_of(parser.parse_args([*task["args"][3:], "--data", str(tmp_path)]))
    shown = io.StringIO()
    print_stack(Console(file=shown, width=160), Stack(make_plan(options, {}, values_of(ROOT / SAMPLE))), 1.0)
    code = "".join((ROOT / f"local/{name}").read_text(encoding="utf-8") for name in ("stack/up.py", "__main__.py"))

    assert options.off == {Part.HOST}
    assert re.search(matcher["background"]["endsPattern"], shown.getvalue().splitlines()[-1])
    assert f'print(f"{matcher["background"]["beginsPattern"].removeprefix("^")}' in code
    assert 'sys.exit(f"local {parsed.command}: {error}")' in code
    assert re.match(matcher["pattern"]["regexp"], "local up: port 8081, for cosmos, is held by another")


@pytest.mark.parametrize(
    ("name", "schema"), [*((form, "github-issue-forms") for form in FORMS), ("config.yml", "github-issue-config")]
)
def test_an_issue_form_follows_its_schema(name: str, schema: str) -> None:
    text = (files("check_jsonschema.builtin_schemas.vendor") / f"{schema}.json").read_text(encoding="utf-8")
    form = yaml.safe_load((ROOT / ".github/ISSUE_TEMPLATE" / name).read_text(encoding="utf-8"))

    assert [fault.message for fault in validator_for(json.loads(text))(json.loads(text)).iter_errors(form)] == []


def test_the_issue_forms_name_targets_that_are_there() -> None:
    for name in FORMS:
        text = (ROOT / ".github/ISSUE_TEMPLATE" / name).read_text(encoding="utf-8")
        assert set(re.findall(r"\bmake (\w+)", text)) <= make_targets()


def _anchors(document: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
