"""Before a first deployment: whether the region has the models, and the subscription quota for them.

Quota is by subscription, region, model and kind of deployment. Where it is short a deployment fails half-way, after
minutes; what would do is found here in seconds.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from azure.core.exceptions import AzureError

from infra.hooks.console import say
from infra.hooks.failures import HookFailed
from infra.hooks.management import management
from infra.hooks.outputs import ROOT, Outputs
from infra.hooks.web import Site

_LISTS = (
    "/subscriptions/{subscription}/providers/Microsoft.CognitiveServices/locations/{region}/{what}"
    "?api-version=2024-10-01"
)
# The best first: data may be processed anywhere, in a part of the world, in the region alone.
_KINDS = ("GlobalStandard", "DataZoneStandard", "Standard")
_FINE = frozenset({"", "GenerallyAvailable", "Stable", "Preview"})
_SKIP = "azd env set CHECK_MODEL_QUOTA false deploys without looking"


@dataclass(frozen=True)
class Wanted:
    """A model to deploy. ``setting``: by which its capacity is chosen; ``least``: with how little it is of use.

    Capacities are in thousands of tokens a minute.
    """

    name: str
    version: str
    kind: str
    capacity: int
    least: int
    setting: str


@dataclass(frozen=True)
class Region:
    """``free``: capacity by ``kind.model``; ``offered``: lifecycle by model and version."""

    free: Mapping[str, int]
    offered: Mapping[tuple[str, str], str]

    def has(self, model: Wanted, kind: str, capacity: int) -> bool:
        """Whether a model can be deployed with a capacity."""
        return (model.name, model.version) in self.offered and self.free.get(f"{kind}.{model.name}", 0) >= capacity


def main(outputs: Outputs) -> None:
    """Return where a first deployment finds its models; later ones have them.

    Raises:
        HookFailed: They cannot be deployed as chosen; it says what would do.
    """
    region = outputs.get("AZURE_AI_LOCATION") or outputs.get("AZURE_LOCATION")
    if outputs.get("AZURE_RESOURCE_GROUP") or not region or not outputs.flag("CHECK_MODEL_QUOTA", default=True):
        return
    models = _wanted(outputs)
    with management(outputs) as site:
        try:
            here = _read(site, outputs, region)
        except (HookFailed, AzureError) as error:
            say(f"The quota of models in {region} could not be read, so the deployment will tell: {error}")
            return
        for model in models:
            lifecycle = here.offered.get((model.name, model.version), "")
            if lifecycle not in _FINE:
                say(f"WARNING: {model.name} {model.version} is {lifecycle} in {region}: choose a newer one soon.")
        lacking = [model for model in models if not here.has(model, model.kind, model.capacity)]
        if not lacking:
            return
        advice = next(_proposals(models, lacking, here), None) or _elsewhere(site, outputs, models, region)
    raise HookFailed("; ".join(_told(model, here, region) for model in lacking), f"{advice}. {_SKIP}")


def _wanted(outputs: Outputs) -> list[Wanted]:
    defaults = json.loads((ROOT / "infra" / "models.json").read_text(encoding="utf-8"))
    stage = "production" if outputs.flag("PRODUCTION", default=False) else "first"
    found: list[Wanted] = []
    for parameter, prefix in (("chatModel", "CHAT_MODEL"), ("embeddingModel", "EMBEDDING_MODEL")):
        default = defaults[parameter]
        setting = f"{prefix}_CAPACITY"
        found.append(
            Wanted(
                name=outputs.get(f"{prefix}_NAME", default["name"]),
                version=outputs.get(f"{prefix}_VERSION", default["version"]),
                kind=outputs.get("MODEL_SKU", _KINDS[0]),
                capacity=int(outputs.number(setting, 0)) or default["capacity"][stage],
                least=default["capacity"]["least"],
                setting=setting,
            )
        )
    return found


def _read(site: Site, outputs: Outputs, region: str) -> Region:
    usages = _listed(site, outputs, region, "usages")
    models = [each.get("model", {}) for each in _listed(site, outputs, region, "models")]
    free = {
        str(each["name"]["value"]).removeprefix("OpenAI."): int(each["limit"] - each["currentValue"])
        for each in usages
        if str(each["name"]["value"]).startswith("OpenAI.")
    }
    offered = {
        (str(each.get("name")), str(each.get("version"))): str(each.get("lifecycleStatus", "")) for each in models
    }
    return Region(free, offered)


def _listed(site: Site, outputs: Outputs, region: str, what: str) -> list[dict[str, Any]]:
    address = _LISTS.format(subscription=outputs.need("AZURE_SUBSCRIPTION_ID"), region=region, what=what)
    answer = site.call("GET", address)
    listed = answer.field("value")
    if answer.status != 200 or not isinstance(listed, list):
        raise HookFailed(f"{what} of {region}: {answer.status} {answer.text}", _SKIP)
    return listed


def _proposals(models: list[Wanted], lacking: list[Wanted], here: Region) -> Iterator[str]:
    """Yield what would do in the same region: another kind of deployment, or less."""
    for kind in _KINDS:
        if all(here.has(model, kind, model.capacity) for model in models):
            yield f"azd env set MODEL_SKU {kind}, then the command again"
    if all(here.has(model, model.kind, model.least) for model in lacking):
        less = (f"azd env set {model.setting} {here.free[f'{model.kind}.{model.name}']}" for model in lacking)
        yield f"{' and '.join(less)}, then the command again"


def _elsewhere(site: Site, outputs: Outputs, models: list[Wanted], region: str) -> str:
    """Return the first other region that has all of the models as they are chosen, or whom to ask for quota."""
    regions = json.loads((ROOT / "infra" / "regions.json").read_text(encoding="utf-8"))["services"]
    others = sorted({*regions["Durable Task Scheduler"]["regions"]} - {region})
    say(f"  looking for the models in {len(others)} other regions ...")
    for other in others:
        try:
            there = _read(site, outputs, other)
        except (HookFailed, AzureError):
            continue
        if all(there.has(model, model.kind, model.capacity) for model in models):
            return f"azd env set AZURE_AI_LOCATION {other}, then the command again"
    return (
        "ask for quota (https://aka.ms/oai/stuquotarequest), or choose other models: azd env set CHAT_MODEL_NAME and "
        "CHAT_MODEL_VERSION"
    )


def _told(model: Wanted, here: Region, region: str) -> str:
    if (model.name, model.version) not in here.offered:
        return f"{region} does not offer {model.name} {model.version}"
    free = here.free.get(f"{model.kind}.{model.name}", 0)
    return (
        f"{model.name} needs {model.capacity},000 tokens a minute as {model.kind}, "
        f"and the subscription has {free},000 left in {region}"
    )
