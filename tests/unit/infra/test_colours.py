"""Roll-out and roll-back by one command each: what it changes, in which order, and that Bicep would make the same."""

import json
from pathlib import Path

import pytest

from infra.colours.shares import SHARES, pool
from tests.support.bicep.syntax import BicepError
from tests.support.colours import BLUE, GREEN, Deployed
from tests.support.infra.project import BOTH_COLOURS, CHECKOUT
from tests.support.tracked_files import ROOT

IDLE = json.loads((ROOT / "infra" / "idle-settings.json").read_text(encoding="utf-8"))
RECONCILER = "AzureWebJobs.search_reconciler.Disabled"


@pytest.fixture
def deployed(tmp_path: Path) -> Deployed:
    return Deployed(tmp_path)


@pytest.mark.parametrize("green", SHARES)
def test_a_share_makes_the_pool_that_a_deployment_with_it_makes(green: int) -> None:
    deployment = CHECKOUT.deployed({**BOTH_COLOURS, "greenWeight": green})
    (made,) = [each for each in deployment.of("Microsoft.ApiManagement/service/backends") if each.name == "api-pool"]

    assert pool(deployment.outputs["GATEWAY_ID"], green)["properties"] == made.properties


def test_a_deployment_takes_no_other_share() -> None:
    with pytest.raises(BicepError, match="greenWeight"):
        CHECKOUT.deployed({**BOTH_COLOURS, "greenWeight": 25})


def test_a_share_is_given_and_kept_by_the_next_deployment(deployed: Deployed) -> None:
    run = deployed.run("share", "10")

    assert run.returncode == 0, run.stderr
    assert [each["weight"] for each in deployed.state["pool"]["properties"]["pool"]["services"]] == [90, 10]
    assert deployed.changes() == ["pool", "GREEN_WEIGHT=10"]


def test_a_hand_over_leaves_what_a_deployment_with_that_colour_sets(deployed: Deployed) -> None:
    run = deployed.run("only", "green", "--drain-s", "0")

    assert run.returncode == 0, run.stderr
    settings = deployed.state["settings"]
    assert {name: settings[BLUE].get(name) for name in IDLE} == IDLE
    assert {settings[GREEN][name] for name in IDLE} == {"false"}
    assert deployed.state["environment"]["ACTIVE_COLOUR"] == "green"
    assert deployed.state["environment"]["GREEN_WEIGHT"] == "100"


def test_the_other_colour_stops_first_and_the_reconciler_starts_last(deployed: Deployed) -> None:
    deployed.run("only", "green", "--drain-s", "0")
    changes = deployed.changes()

    ordered = [
        changes.index(f"{BLUE} {RECONCILER}=true"),
        changes.index(f"{GREEN} AzureWebJobs.SearchQueueStarter.Disabled=false"),
        changes.index(f"{GREEN} {RECONCILER}=false"),
    ]
    assert ordered == sorted(ordered)
    assert changes[-1] == f"{GREEN} {RECONCILER}=false"


def test_requests_are_the_first_to_go_back(deployed: Deployed) -> None:
    deployed.run("only", "green", "--drain-s", "0")
    before = len(deployed.changes())

    run = deployed.run("only", "blue", "--drain-s", "0")

    assert run.returncode == 0, run.stderr
    assert deployed.changes()[before] == "pool"
    assert [each["weight"] for each in deployed.state["pool"]["properties"]["pool"]["services"]] == [100]
    assert {deployed.state["settings"][BLUE][name] for name in IDLE} == {"false"}


def test_a_second_time_restarts_nothing(deployed: Deployed) -> None:
    deployed.run("only", "green", "--drain-s", "0")
    before = len(deployed.changes())

    deployed.run("only", "green", "--drain-s", "0")

    assert not [each for each in deployed.changes()[before:] if each.startswith((BLUE, GREEN))]


def test_what_was_interrupted_is_ended_by_the_same_command(deployed: Deployed) -> None:
    deployed.write(settings={BLUE: IDLE, GREEN: {RECONCILER: "true"}})

    deployed.run("only", "green", "--drain-s", "0")

    assert [each for each in deployed.changes() if each.startswith((BLUE, GREEN))] == [f"{GREEN} {RECONCILER}=false"]


def test_without_a_gateway_the_queue_is_handed_over_alone(deployed: Deployed) -> None:
    deployed.write(environment={**deployed.state["environment"], "GATEWAY_ID": ""})

    run = deployed.run("only", "green", "--drain-s", "0")

    assert run.returncode == 0, run.stderr
    assert "pool" not in deployed.changes()
    assert deployed.state["environment"]["ACTIVE_COLOUR"] == "green"


@pytest.mark.parametrize(
    ("missing", "command", "advice"),
    [
        ("SERVICE_API_GREEN_NAME", ("share", "10"), "BLUE_GREEN true"),
        ("SERVICE_API_GREEN_NAME", ("only", "green"), "BLUE_GREEN true"),
        ("GATEWAY_ID", ("share", "10"), "APIM_ENABLED true"),
    ],
)
def test_what_is_not_deployed_is_named_and_nothing_is_changed(
    deployed: Deployed, missing: str, command: tuple[str, ...], advice: str
) -> None:
    deployed.write(environment={**deployed.state["environment"], missing: ""})

    run = deployed.run(*command)

    assert run.returncode == 1
    assert advice in run.stderr
    assert deployed.changes() == []


def test_a_change_that_is_not_allowed_says_what_to_do(deployed: Deployed) -> None:
    deployed.write(refuse="az functionapp config appsettings set")

    run = deployed.run("only", "green", "--drain-s", "0")

    assert run.returncode == 1
    assert "AuthorizationFailed" in run.stderr
    assert "az login" in run.stderr
    assert "Traceback" not in run.stderr
    assert "ACTIVE_COLOUR" not in deployed.state["environment"]


def test_it_shows_shares_who_is_in_charge_and_where_the_runs_are(deployed: Deployed) -> None:
    shown = deployed.run("show").stdout

    assert f"blue: {BLUE}, 100 % of the requests, queue and timers on" in shown
    assert f"green: {GREEN}, 0 % of the requests, queue and timers off" in shown
    assert "taskhub=fanwise-green" in shown
