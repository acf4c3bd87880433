"""What `azd up` would deploy: each check on the files as they are, then on copies with a mistake that it must find."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from tests.support.infra.checks import CHECKS
from tests.support.infra.microsoft_types import microsoft_types, type_faults
from tests.support.infra.model_checks import models_can_be_deployed
from tests.support.infra.project import CHECKOUT, FILES, Check, Project, faults
from tests.support.infra.seeded_mistakes import MUTATIONS, Mutation


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_files_as_they_are_have_no_fault(check: Check) -> None:
    assert faults(check, CHECKOUT) == []


def test_a_copy_without_a_mistake_has_no_fault(tmp_path: Path) -> None:
    copy = _copy(tmp_path)

    assert [found for check in CHECKS for found in faults(check, copy)] == []


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.mistake.replace(" ", "-"))
def test_a_mistake_is_found(mutation: Mutation, tmp_path: Path) -> None:
    if mutation.needs_types and not microsoft_types():
        pytest.skip("needs the resource types of Azure")
    mistaken = _copy_with(mutation, tmp_path)

    found = type_faults(mistaken) if mutation.needs_types else _first_faults(mistaken, mutation.subject)

    assert found != []


def test_a_model_is_replaced_two_months_before_new_subscriptions_lose_it() -> None:
    assert models_can_be_deployed(CHECKOUT, date(2027, 1, 16)) == []
    (fault,) = models_can_be_deployed(CHECKOUT, date(2027, 1, 17))
    assert "gpt-5.4-mini 2026-03-17 cannot be deployed by a new subscription after 2027-03-17" in fault


def test_the_mutations_are_different_mistakes() -> None:
    assert len({each.mistake for each in MUTATIONS}) == len(
        {(each.file, each.before, each.after) for each in MUTATIONS}
    )
    assert len(MUTATIONS) >= 30


def _copy(folder: Path) -> Project:
    for name in FILES:
        source, target = CHECKOUT.root / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (_copy_folder if source.is_dir() else shutil.copyfile)(source, target)
    return Project(folder)


def _copy_folder(source: Path, target: Path) -> None:
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", ".venv"))


def _copy_with(mutation: Mutation, folder: Path) -> Project:
    copy = _copy(folder)
    original = (folder / mutation.file).read_text(encoding="utf-8")
    assert mutation.before in original, f"{mutation.file} no longer holds {mutation.before!r}"
    (folder / mutation.file).write_text(original.replace(mutation.before, mutation.after, 1), encoding="utf-8")
    return copy


def _first_faults(project: Project, subject: str) -> list[str]:
    """What the first check that finds anything finds: the checks of its subject first, a second parser last."""
    checks = sorted(CHECKS[1:], key=lambda check: check.__module__.rpartition(".")[2][:4] != subject[:4])
    return next((found for check in [*checks, CHECKS[0]] if (found := faults(check, project))), [])
