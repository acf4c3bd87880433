"""The files of a deployment, this checkout's or a copy's, and what is deployed in each way that somebody may choose."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml

from shared.topology import Topology
from tests.support.bicep.evaluate import Deployment, evaluate
from tests.support.bicep.sources import Sources
from tests.support.bicep.syntax import BicepError, BicepFile, read_bicep
from tests.support.tracked_files import ROOT

# What a deployment is made of, besides the app's code.
FILES = (
    *("azure.yaml", "host.json", "infra", "shared/topology.yaml", "shared/search_index.json", "docs/deploy.md"),
    "docs/monitoring.md",
    *(".github", "Makefile", "pyproject.toml", "tests/support/emulators"),
)

DEPLOYER_ID = "00000000-0000-0000-0000-00000000001a"
GATEWAY_ID = "00000000-0000-0000-0000-00000000001b"
GATEWAY_AUDIENCE = "00000000-0000-0000-0000-00000000001c"
API_AUDIENCE = "00000000-0000-0000-0000-00000000001d"

# What azd always sets; the second is everything that costs nothing to ask for.
ASKED = {"environmentName": "dev", "location": "northeurope"}
GATEWAY = {"gatewayPrincipalId": GATEWAY_ID, "gatewayAudience": GATEWAY_AUDIENCE}
OWN_GATEWAY: dict[str, Any] = {"apimEnabled": True, "gatewayAudience": GATEWAY_AUDIENCE}
BOTH_COLOURS: dict[str, Any] = {**OWN_GATEWAY, "blueGreen": True}
EVERYTHING: dict[str, Any] = {
    "principalId": DEPLOYER_ID,
    "vnetEnabled": True,
    "signalREnabled": True,
    "scaleByQueueLength": True,
    "githubToken": "a-token",
    "vaultPurgeProtection": True,
    "schedulerSku": "Dedicated",
    "aiLocation": "swedencentral",
    "searchLocation": "uksouth",
    "cosmosLocation": "francecentral",
    "alertEmail": "operator@example.org",
    **GATEWAY,
}
WAYS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "by a user": {"principalId": DEPLOYER_ID},
    "by a pipeline": {"principalId": DEPLOYER_ID, "principalType": "ServicePrincipal"},
    "in production": {"production": True, "signalREnabled": True},
    "private": {"vnetEnabled": True},
    "behind a gateway": GATEWAY,
    "gateway without audience": {"gatewayPrincipalId": GATEWAY_ID},
    "gateway without principal": {"gatewayAudience": GATEWAY_AUDIENCE},
    "own gateway": OWN_GATEWAY,
    "tokens for another application": {**OWN_GATEWAY, "apiAudience": API_AUDIENCE},
    "green beside it": {"blueGreen": True},
    "green at 0": BOTH_COLOURS,
    "green at 10": {**BOTH_COLOURS, "greenWeight": 10},
    "green at 50": {**BOTH_COLOURS, "greenWeight": 50, "activeColour": "green"},
    "green alone": {**BOTH_COLOURS, "greenWeight": 100, "activeColour": "green"},
    # What is left set when green was taken away again.
    "share of no green": {**OWN_GATEWAY, "greenWeight": 50, "activeColour": "green"},
    "with a token": {"githubToken": "a-token"},
    "with everything": EVERYTHING,
}


@dataclass(frozen=True)
class Project:
    """``root``: of this checkout, or of a copy of ``FILES``."""

    root: Path

    @property
    def infra(self) -> Path:
        return self.root / "infra"

    @cached_property
    def bicep(self) -> tuple[BicepFile, ...]:
        return tuple(read_bicep(path) for path in sorted(self.infra.rglob("*.bicep")))

    @cached_property
    def main(self) -> BicepFile:
        return read_bicep(self.infra / "main.bicep")

    @cached_property
    def topology(self) -> Topology:
        return _topology(self.text("shared/topology.yaml"))

    @cached_property
    def host(self) -> dict[str, Any]:
        return json.loads(self.text("host.json"))

    @cached_property
    def azure(self) -> dict[str, Any]:
        return yaml.safe_load(self.text("azure.yaml"))

    @cached_property
    def parameters_file(self) -> dict[str, dict[str, str]]:
        return json.loads(self.text("infra/main.parameters.json"))["parameters"]

    @cached_property
    def deployments(self) -> dict[str, Deployment]:
        """Each of ``WAYS``, evaluated."""
        return {way: self.deployed(chosen) for way, chosen in WAYS.items()}

    def deployed(self, chosen: Mapping[str, Any]) -> Deployment:
        return evaluate(self.infra / "main.bicep", {**ASKED, **chosen}, self._sources)

    @cached_property
    def _sources(self) -> Sources:
        return Sources()

    def text(self, path: str) -> str:
        return (self.root / path).read_text(encoding="utf-8")


@cache
def _topology(text: str) -> Topology:
    return Topology.model_validate(yaml.safe_load(text))


Check = Callable[[Project], list[str]]


def faults(check: Check, project: Project) -> list[str]:
    """Return what a check finds; a file that cannot be evaluated at all is a fault as well."""
    try:
        return check(project)
    except (BicepError, KeyError, ValueError, IndexError, TypeError) as error:
        return [f"{type(error).__name__}: {error}"]


CHECKOUT = Project(ROOT)
