"""Before provisioning: the app registration of the gateway, with an az and an azd that note what they are asked."""

import json
import shlex
from pathlib import Path

import pytest

from tests.support.hooks import HookRun, azd_environment, azd_notes_its_calls, calls_noted, program, run_hook

CLIENT = "11111111-2222-3333-4444-555555555555"
NAME = "fanwise-dev-00000000"


@pytest.fixture
def outputs(programs: Path) -> dict[str, str]:
    outputs = azd_environment(programs, APIM_ENABLED="true")
    azd_notes_its_calls(programs)
    return outputs


def az(programs: Path, *, listed: list[str], principal: bool = False, refuses: str = "") -> None:
    """Put an az on PATH that knows the registrations ``listed`` and notes every call and every body."""
    found = json.dumps([{"appId": client} for client in listed])
    program(
        programs,
        "az",
        f"""
echo "az $*" >> {shlex.quote(str(programs / "asked"))}
case "$*" in
  {shlex.quote(refuses or "nothing is refused")}*) echo "ERROR: Insufficient privileges" >&2; exit 1 ;;
  "ad app list"*) echo {shlex.quote(found)} ;;
  "ad app create"*) echo {shlex.quote(json.dumps({"appId": CLIENT}))} ;;
  "ad sp show"*) {"echo found" if principal else "exit 3"} ;;
  "rest"*) for last; do :; done; cat "${{last#@}}" >> {shlex.quote(str(programs / "bodies"))}; echo >> {
            shlex.quote(str(programs / "bodies"))
        } ;;
esac""",
    )


def bodies(programs: Path) -> list[dict]:
    return [json.loads(line) for line in (programs / "bodies").read_text(encoding="utf-8").splitlines()]


async def registered(outputs: dict[str, str]) -> HookRun:
    run = await run_hook("preprovision", outputs)
    assert run.code == 0, run.said
    return run


async def test_it_registers_the_application_and_tells_azd(programs, outputs):
    az(programs, listed=[])

    run = await registered(outputs)

    calls = calls_noted(programs)
    assert f"az ad app create --display-name {NAME} --sign-in-audience AzureADMyOrg -o json" in calls
    assert f"az ad sp create --id {CLIENT} --query id" in calls
    assert calls[-1].startswith(f"azd env set GATEWAY_AUDIENCE {CLIENT} -e dev --cwd ")
    assert f"api://{CLIENT}" in run.out


async def test_the_scope_is_there_before_it_is_given_to_anybody(programs, outputs):
    az(programs, listed=[])

    await registered(outputs)

    made, given = bodies(programs)
    assert made["identifierUris"] == [f"api://{CLIENT}"]
    assert made["api"]["requestedAccessTokenVersion"] == 2
    assert "preAuthorizedApplications" not in made["api"]
    (scope,) = made["api"]["oauth2PermissionScopes"]
    assert given["api"]["preAuthorizedApplications"][0]["delegatedPermissionIds"] == [scope["id"]]
    assert given["api"]["oauth2PermissionScopes"] == [scope]


async def test_interrupted_it_goes_on_with_the_same_registration(programs, outputs):
    az(programs, listed=[CLIENT], principal=True)

    await registered(outputs)
    await registered(outputs)

    assert not [call for call in calls_noted(programs) if "create" in call]
    first, second = bodies(programs)[:2], bodies(programs)[2:]
    assert first == second


@pytest.mark.parametrize(
    "chosen", [{"APIM_ENABLED": "false"}, {"APIM_ENABLED": ""}, {"GATEWAY_AUDIENCE": CLIENT}], ids=str
)
async def test_where_none_is_wanted_nothing_is_asked(programs, outputs, chosen):
    az(programs, listed=[])

    run = await registered(outputs | chosen)

    assert run.said == ""
    assert calls_noted(programs) == []


async def test_two_of_the_name_are_left_to_the_deployer(programs, outputs):
    az(programs, listed=[CLIENT, "another"])

    run = await run_hook("preprovision", outputs)

    assert run.code == 1
    assert f"There are 2 app registrations named {NAME}" in run.err
    assert "azd env set GATEWAY_AUDIENCE" in run.err


async def test_who_may_not_register_is_told_what_to_do(programs, outputs):
    az(programs, listed=[], refuses="ad app create")

    run = await run_hook("preprovision", outputs)

    assert run.code == 1
    assert "Insufficient privileges" in run.err
    assert "azd env set GATEWAY_AUDIENCE <client id>" in run.err


async def test_without_az_it_says_where_to_get_it(programs, outputs):
    run = await run_hook("preprovision", outputs | {"PATH": str(programs)})

    assert run.code == 1
    assert "az is not on PATH" in run.err
    assert "https://aka.ms/azure-cli" in run.err
