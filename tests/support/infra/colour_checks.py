"""Two colours of the app: each has what is its own, and one of them alone runs the queue and the timers."""

import re

from tests.support.infra.app_functions import background_functions
from tests.support.infra.project import WAYS, Project
from tests.support.infra.settings_checks import settings_by_service

_HUBS = "Microsoft.DurableTask/schedulers/taskHubs"
_COLOURS = {"api": "blue", "api-green": "green"}
_SWITCH = re.compile(r"AzureWebJobs\.(\w+)\.Disabled")


def colours_apart(project: Project) -> list[str]:
    """Each app knows its colour and has a task hub that is its alone; green is there only where it was asked for."""
    found: list[str] = []
    for way, deployment in project.deployments.items():
        settings = settings_by_service(deployment)
        wanted = {"api": "blue"} | ({"api-green": "green"} if WAYS[way].get("blueGreen") else {})
        given = {service: each.get("APP_COLOUR") for service, each in settings.items()}
        found += [f"{way}: colours {given}, expected {wanted}"] * (given != wanted)
        hubs = {each.name: each.id for each in deployment.of(_HUBS)}
        used = [each["TASKHUB_NAME"] for each in settings.values()]
        found += [f"{way}: apps use the hubs {used}, there are {sorted(hubs)}"] * (sorted(used) != sorted(hubs))
        # Who takes green away again must find the runs of blue where they were.
        first = project.topology.settings["TASKHUB_NAME"].default
        found += [f"{way}: blue has the hub {settings['api']['TASKHUB_NAME']}"] * (
            settings["api"]["TASKHUB_NAME"] != first
        )
        open_to = {each.scope for each in deployment.of("Microsoft.Authorization/roleAssignments")}
        found += [f"{way}: nobody may use the hub {name}" for name, hub in hubs.items() if hub not in open_to]
        named = (deployment.outputs["SERVICE_API_NAME"], deployment.outputs["SERVICE_API_GREEN_NAME"])
        apps = {each.body["tags"]["azd-service-name"]: each.name for each in deployment.of("Microsoft.Web/sites")}
        found += [f"{way}: outputs name {named}"] * (named != (apps["api"], apps.get("api-green", "")))
    return found


def one_colour_in_charge(project: Project) -> list[str]:
    """The queue and the timers run in exactly one app: the active colour, or blue where it is alone."""
    found: list[str] = []
    for way, deployment in project.deployments.items():
        chosen = WAYS[way]
        active = chosen.get("activeColour", "blue") if chosen.get("blueGreen") else "blue"
        for service, settings in settings_by_service(deployment).items():
            off = {match[1]: settings[name] for name in settings if (match := _SWITCH.fullmatch(name))}
            idle = _COLOURS[service] != active
            expected = dict.fromkeys(background_functions(), "true") if idle else {}
            found += [f"{way}: {service} has {off} switched off, expected {expected}"] * (off != expected)
    return found


def green_is_optional(project: Project) -> list[str]:
    """azd deploys green only where Bicep makes it: by the same variable, which is false unless somebody sets it."""
    (variable,) = re.findall(r"\$\{(\w+)=false\}", project.parameters_file["blueGreen"]["value"])
    conditions = {name: each.get("condition") for name, each in project.azure["services"].items()}
    expected = {"api": None, "api-green": f"${{{variable}}}"}
    return [f"azure.yaml: conditions {conditions}, expected {expected}"] * (conditions != expected)
