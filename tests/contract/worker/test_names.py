"""An activity has one name everywhere: its file, its function, its durable name and its row in docs/architecture.md."""

import importlib
import pkgutil
import re

import activities
from tests.support.worker import ROOT, Verdict

PIPELINES = [module.name for module in pkgutil.iter_modules(activities.__path__) if module.ispkg]


def is_one_name(file: str, durable: str) -> bool:
    """One spec writes ``embed_chunk_activity``, the other ``ScoreChunk`` for what is ``score_chunk`` as a file."""
    return durable == file or ("_" not in durable and durable.lower() == file.replace("_", ""))


def written_activities() -> dict[str, str]:
    """File of each activity, which is its function's name too, by its durable name."""
    found: dict[str, str] = {}
    for pipeline in PIPELINES:
        table = importlib.import_module(f"activities.{pipeline}").ACTIVITIES
        by_name = {name: activity.run.__module__.rpartition(".")[2] for name, activity in table.items()}
        assert {name: activity.run.__name__ for name, activity in table.items()} == by_name
        assert {file.stem for file in (ROOT / "activities" / pipeline).glob("[!_]*.py")} == set(by_name.values())
        found |= by_name
    return found


def durable_names(app: Verdict, trigger: str, alias: str) -> dict[str, str]:
    """Durable name by function name: an alias in the trigger replaces the function's own."""
    return {name: binding.get(alias) or name for name, binding in app.bindings(trigger).items()}


def test_file_function_and_durable_name_of_an_activity_are_one(app: Verdict) -> None:
    written = written_activities()

    assert written
    assert all(is_one_name(file, durable) for durable, file in written.items())
    assert durable_names(app, "activityTrigger", "activity") == {durable: durable for durable in written}


def test_an_orchestrators_durable_name_is_its_functions(app: Verdict) -> None:
    names = durable_names(app, "orchestrationTrigger", "orchestration")

    assert names
    assert all(function == durable for function, durable in names.items())


def test_durable_names_differ_in_more_than_case(app: Verdict) -> None:
    for trigger, alias in (("activityTrigger", "activity"), ("orchestrationTrigger", "orchestration")):
        names = [name.lower() for name in durable_names(app, trigger, alias).values()]
        assert len(names) == len(set(names))


def documented(heading: str) -> list[str]:
    """First cells, without backticks, of the table under ``heading`` in docs/architecture.md."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    section = re.search(rf"^#+ {heading}$(.*?)(?=^#+ |\Z)", text, re.MULTILINE | re.DOTALL)
    assert section, f"docs/architecture.md has no heading {heading!r}"
    return re.findall(r"^\| `([^`]+)` \|", section[1], re.MULTILINE)


def test_docs_have_a_row_for_each_activity(app: Verdict) -> None:
    assert sorted(documented("Activities")) == sorted(durable_names(app, "activityTrigger", "activity"))


def test_docs_have_a_row_for_each_orchestrator(app: Verdict) -> None:
    assert sorted(documented("Orchestrators")) == sorted(durable_names(app, "orchestrationTrigger", "orchestration"))
