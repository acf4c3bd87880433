"""A choice that somebody adds to the deployment reaches the pipeline, or the checks name it."""

import shutil
from pathlib import Path

import pytest

from tests.support.infra.pipeline_checks import (
    azd_takes_every_choice_along,
    deployment_passes_every_choice,
    plain_choices,
    secret_choices,
)
from tests.support.infra.project import CHECKOUT, Project

PARAMETERS = "infra/main.parameters.json"
DECLARED = {"variables": "param newChoice string = ''", "secrets": "@secure()\nparam newChoice string = ''"}


def test_only_the_github_token_is_a_secret() -> None:
    assert secret_choices(CHECKOUT) == {"FANWISE_GITHUB_TOKEN"}
    assert {"PRODUCTION", "AZURE_AI_LOCATION", "REPO_CONTEXT_USERS", "LOAD_SAMPLE"} <= plain_choices(CHECKOUT)


@pytest.mark.parametrize(("kind", "context"), [("variables", "vars"), ("secrets", "secrets")])
def test_a_new_parameter_that_the_pipeline_forgets_is_named(kind: str, context: str, tmp_path: Path) -> None:
    project = _copy(tmp_path)
    _edit(tmp_path / PARAMETERS, '"parameters": {', '"parameters": {"newChoice": {"value": "${NEW_CHOICE=}"},')
    _edit(tmp_path / "infra/main.bicep", "param production", f"{DECLARED[kind]}\n\nparam production")

    assert azd_takes_every_choice_along(project) == [f"azure.yaml: NEW_CHOICE is not among the pipeline's {kind}"]
    assert deployment_passes_every_choice(project) == [f"azure-dev.yml: does not pass {context}.NEW_CHOICE on"]


def test_a_parameter_that_is_gone_is_named(tmp_path: Path) -> None:
    project = _copy(tmp_path)
    _edit(tmp_path / PARAMETERS, "${PRODUCTION=false}", "false")

    assert azd_takes_every_choice_along(project) == ["azure.yaml: PRODUCTION is no choice of variables"]
    assert deployment_passes_every_choice(project) == ["azure-dev.yml: passes PRODUCTION, which nothing reads"]


def _copy(folder: Path) -> Project:
    for name in ("azure.yaml", PARAMETERS, "infra/main.bicep", ".github/workflows/azure-dev.yml"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(CHECKOUT.root / name, folder / name)
    return Project(folder)


def _edit(file: Path, before: str, after: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), encoding="utf-8")
