"""After `azd down`: the app registration that the deployment made goes; with an az and an azd that note their calls."""

import json
import shlex
from pathlib import Path

import pytest

from infra.hooks.gateway_registration import changes
from tests.support.hooks import azd_environment, azd_notes_its_calls, calls_noted, program, run_hook

CLIENT = "11111111-2222-3333-4444-555555555555"
OTHER = "99999999-2222-3333-4444-555555555555"
NAME = "fanwise-dev-00000000"


@pytest.fixture
def outputs(programs: Path) -> dict[str, str]:
    # What azd still hands over: the outputs of the deployment are gone by then.
    outputs = azd_environment(programs, APIM_ENABLED="true", GATEWAY_AUDIENCE=CLIENT)
    azd_notes_its_calls(programs)
    return outputs


def registered(client: str) -> dict:
    """A registration as it is once the hook before provisioning has made it."""
    return {"appId": client, **changes(client)[-1]}


def az(programs: Path, *listed: dict, refuses: str = "") -> None:
    """Put an az on PATH that knows the registrations ``listed`` and notes every call."""
    program(
        programs,
        "az",
        f"""
echo "az $*" >> {shlex.quote(str(programs / "asked"))}
case "$*" in
  {shlex.quote(refuses or "nothing is refused")}*) echo "ERROR: Insufficient privileges" >&2; exit 1 ;;
  "ad app list"*) echo {shlex.quote(json.dumps(listed))} ;;
esac""",
    )


@pytest.mark.parametrize("noted", [CLIENT, ""], ids=["noted", "by-its-name"])
async def test_what_the_deployment_made_is_removed_and_forgotten(programs, outputs, noted):
    az(programs, registered(CLIENT))

    run = await run_hook("postdown", outputs | {"GATEWAY_AUDIENCE": noted})

    assert run.code == 0, run.said
    listed, deleted, forgotten = calls_noted(programs)
    assert listed == f"az ad app list --filter displayName eq '{NAME}' -o json"
    assert deleted == f"az ad app delete --id {CLIENT}"
    assert forgotten.startswith("azd env set GATEWAY_AUDIENCE  -e dev --cwd ")
    assert f"removed the app registration {NAME} ({CLIENT})" in run.out


async def test_it_goes_also_where_the_gateway_was_turned_off_before(programs, outputs):
    az(programs, registered(CLIENT))

    await run_hook("postdown", outputs | {"APIM_ENABLED": "false"})

    assert f"az ad app delete --id {CLIENT}" in calls_noted(programs)


@pytest.mark.parametrize(
    "listed",
    [(), ({"appId": CLIENT},), ({"appId": CLIENT, "api": {"oauth2PermissionScopes": [{"id": OTHER}]}},)],
    ids=["another-name", "bare", "another-scope"],
)
async def test_a_registration_of_somebody_elses_stays(programs, outputs, listed):
    az(programs, *listed, registered(OTHER))

    run = await run_hook("postdown", outputs)

    assert run.code == 0, run.said
    assert f"{CLIENT} was not made by this deployment, and stays" in run.out
    assert [call for call in calls_noted(programs) if "delete" in call or "azd" in call] == []


@pytest.mark.parametrize("apim", ["false", ""])
@pytest.mark.parametrize(
    "chosen", [{"GATEWAY_AUDIENCE": ""}, {"GATEWAY_PRINCIPAL_ID": OTHER}], ids=["no-gateway", "own-gateway"]
)
async def test_without_a_gateway_of_the_deployment_nothing_is_asked(programs, outputs, apim, chosen):
    az(programs, registered(CLIENT))

    run = await run_hook("postdown", outputs | {"APIM_ENABLED": apim} | chosen)

    assert (run.code, run.said, calls_noted(programs)) == (0, "", [])


async def test_a_gateway_that_never_came_to_be_leaves_nothing_to_remove(programs, outputs):
    az(programs)

    run = await run_hook("postdown", outputs | {"GATEWAY_AUDIENCE": ""})

    assert (run.code, run.said) == (0, "")
    assert not [call for call in calls_noted(programs) if "delete" in call]


async def test_of_two_that_nobody_noted_none_is_removed(programs, outputs):
    az(programs, registered(CLIENT), registered(OTHER))

    run = await run_hook("postdown", outputs | {"GATEWAY_AUDIENCE": ""})

    assert run.code == 1
    assert f"There are 2 app registrations named {NAME}" in run.err
    assert not [call for call in calls_noted(programs) if "delete" in call]


async def test_without_az_it_is_told_how_it_is_done_by_hand(programs, outputs):
    run = await run_hook("postdown", outputs | {"PATH": str(programs)})

    assert run.code == 1
    assert "az is not on PATH" in run.err
    assert f"az ad app delete --id {CLIENT}" in run.err


@pytest.mark.parametrize("refuses", ["ad app delete", "ad app list"])
async def test_who_may_not_remove_it_is_told_how_it_is_done_by_hand(programs, outputs, refuses):
    az(programs, registered(CLIENT), refuses=refuses)

    run = await run_hook("postdown", outputs)

    assert run.code == 1
    assert "Insufficient privileges" in run.err
    assert f"az ad app delete --id {CLIENT}" in run.err
    assert 'azd env set GATEWAY_AUDIENCE ""' in run.err
    assert not [call for call in calls_noted(programs) if call.startswith("azd")]
