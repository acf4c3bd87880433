"""The pool of the gateway: how much of the requests each colour gets. Takes effect within seconds."""

import json
import tempfile
from pathlib import Path
from typing import Any

from infra.colours.apps import app_of
from infra.hooks import commands
from infra.hooks.console import say
from infra.hooks.failures import HookFailed
from infra.hooks.outputs import ROOT, Outputs

# What infra/main.bicep takes for greenWeight.
SHARES = (0, 10, 50, 100)
_VERSION = "2024-05-01"
_ADVICE = (
    "the sign-in needs the right to change the API Management; docs/runbook-blue-green.md has the way with azd alone"
)


def give_green(outputs: Outputs, percent: int) -> None:
    """Give green ``percent`` of the requests, one of ``SHARES``, and blue the rest.

    Raises:
        HookFailed: There is no gateway or no green app, or the gateway could not be changed.
    """
    if percent:
        app_of(outputs, "green")
    with tempfile.TemporaryDirectory() as folder:
        # A file: quotes in arguments do not survive az on Windows.
        body = Path(folder) / "pool.json"
        body.write_text(json.dumps(pool(_gateway(outputs), percent)), encoding="utf-8")
        commands.run(
            "az",
            ["rest", "--method", "put", "--url", _address(outputs), "--body", f"@{body}", "--output", "none",
             "--headers", "Content-Type=application/json", "If-Match=*"],
            advice=_ADVICE,
        )  # fmt: skip
    commands.run("azd", ["env", "set", "GREEN_WEIGHT", str(percent), "--cwd", str(ROOT)])
    say(f"Green gets {percent} % of the requests.")


def pool(gateway: str, green: int) -> dict[str, Any]:
    """Return the pool as infra/modules/gateway-api.bicep makes it: a colour without a share is left out."""
    weights = {"blue": 100 - green, "green": green}
    services = [
        {"id": f"{gateway}/backends/api-{colour}", "priority": 1, "weight": weight}
        for colour, weight in weights.items()
        if weight
    ]
    return {"properties": {"type": "Pool", "pool": {"services": services}}}


def current(outputs: Outputs) -> dict[str, int]:
    """Return the share of each colour that has one.

    Raises:
        HookFailed: The gateway could not be asked.
    """
    found = commands.run(
        "az", ["rest", "--method", "get", "--url", _address(outputs), "--output", "json"], advice=_ADVICE
    )
    services: list[dict[str, Any]] = json.loads(found or "{}")["properties"]["pool"]["services"]
    return {str(each["id"]).rpartition("/api-")[2]: int(each["weight"]) for each in services}


def _gateway(outputs: Outputs) -> str:
    if gateway := outputs.get("GATEWAY_ID"):
        return gateway
    raise HookFailed(
        "There is no gateway, which alone could share requests out", "azd env set APIM_ENABLED true && azd up"
    )


def _address(outputs: Outputs) -> str:
    return f"{_gateway(outputs)}/backends/api-pool?api-version={_VERSION}"
