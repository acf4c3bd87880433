"""docs/scale.md: what the script computes from the kept measurement, the figures and the repository's own files."""

import json
import re

import pytest

from activities.search import ACTIVITIES
from bench.processes import ROOT
from bench.scale.capacity import resources
from bench.scale.document import DOCUMENT, filled
from bench.scale.figures import figures
from bench.scale.per_search import per_search, read_measured
from shared.clients.openai_allowance import ROOM_TO_THINK
from shared.llm.prompts import prompts
from shared.topology import topology


def test_the_document_is_what_the_script_writes() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")

    assert filled(text) == text, "run: python -m bench.scale"


def test_another_measurement_makes_another_document(tmp_path) -> None:
    measured = read_measured()
    measured["chat"]["score_chunk"]["counted_tokens"] *= 2
    (other := tmp_path / "measured.json").write_text(json.dumps(measured))
    text = DOCUMENT.read_text(encoding="utf-8")

    assert filled(text, other) != text


def test_a_table_without_its_markers_is_missed() -> None:
    text = DOCUMENT.read_text(encoding="utf-8").replace("<!-- end of scale: cost -->", "")

    with pytest.raises(ValueError, match="scale: cost"):
        filled(text)


def test_the_measurement_is_of_the_search_as_it_is() -> None:
    measured = read_measured()

    assert set(measured["durable"]["activities"]) == set(ACTIVITIES), "run: python -m bench scale"
    containers = {name.partition("/")[0] for name in measured["cosmos"]}
    assert containers == {topology().containers[name].name for name in ("search_requests", "search_cache")}


def test_the_measurement_is_of_the_models_that_are_deployed() -> None:
    models = read_measured()["models"]

    assert models == {"chat": deployed("CHAT_MODEL_NAME"), "embedding": deployed("EMBEDDING_MODEL_NAME")}
    assert read_measured()["reasoning_effort"] == deployed("CHAT_MODEL_REASONING_EFFORT")


def test_the_room_to_think_that_was_measured_is_that_of_the_code() -> None:
    measured = read_measured()
    prompt, room = prompts().synonym_resins, ROOM_TO_THINK[measured["reasoning_effort"]]
    found = measured["chat"]["synonym_resins"]

    assert found["counted_tokens"] == found["prompt_tokens"] + found["calls"] * (prompt.tokens_for(0) + room)


def test_what_is_deployed_in_production_carries_ten_searches_a_minute() -> None:
    found = resources(per_search(read_measured(), figures()), figures())

    assert min(each.searches_per_min(each.deployed) for each in found) >= 10


@pytest.mark.parametrize(
    ("figure", "variable", "thousands"),
    [
        ("flex_max_instances", "MAXIMUM_INSTANCE_COUNT", 1),
        ("flex_memory_gb", "INSTANCE_MEMORY_MB", 1 / 1024),
    ],
)
def test_what_is_deployed_by_default_is_what_the_tables_start_from(figure, variable, thousands) -> None:
    assert figures()[figure] == int(deployed(variable)) * thousands


@pytest.mark.parametrize(("figure", "parameter"), [("chat_tokens_min", "chat"), ("embedding_tokens_min", "embedding")])
def test_the_tables_start_from_the_capacities_of_production(figure, parameter) -> None:
    models = json.loads((ROOT / "infra" / "models.json").read_text(encoding="utf-8"))

    assert figures()[figure] == models[f"{parameter}Model"]["capacity"]["production"] * 1000


def test_what_the_code_allows_is_what_the_tables_reckon_with() -> None:
    host = json.loads((ROOT / "host.json").read_text(encoding="utf-8"))["extensions"]["durableTask"]
    bicep = (ROOT / "infra" / "modules" / "function-app.bicep").read_text(encoding="utf-8")

    assert figures()["flex_activities"] == host["maxConcurrentActivityFunctions"]
    assert f"perInstanceConcurrency: {figures()['flex_http_concurrency']:.0f}" in bicep


def test_the_tiers_that_are_deployed_are_those_that_the_ladders_begin_with() -> None:
    search = (ROOT / "infra" / "modules" / "search.bicep").read_text(encoding="utf-8")
    cosmos = (ROOT / "infra" / "modules" / "cosmos.bicep").read_text(encoding="utf-8")

    assert "name: 'basic'" in search
    assert "replicaCount: 1" in search
    assert "EnableServerless" in cosmos
    assert deployed("SCHEDULER_SKU") == "Consumption"


def test_every_figure_says_where_it_stands() -> None:
    for name, figure in figures().documented.items():
        assert figure.source.startswith("https://") or (ROOT / figure.source.partition(",")[0]).is_file(), name


def test_what_tokens_cost_stands_where_the_app_reads_it_and_nowhere_else() -> None:
    assert [name for name, each in figures().documented.items() if "USD" in each.unit and "token" in each.unit] == []


def deployed(variable: str) -> str:
    """Return what a parameter of the deployment is by default."""
    text = (ROOT / "infra" / "main.parameters.json").read_text(encoding="utf-8")
    (found,) = re.findall(rf"\$\{{{variable}=([^}}]*)\}}", text)
    return found
