"""Whether every parser reads every file, names are used, and parameters reach main.bicep as they should."""

import json
import re
from collections.abc import Mapping
from typing import Any

from pycep import BicepParser

from tests.support.bicep.syntax import literal, text, unescaped, values, walk
from tests.support.infra.project import WAYS, Project

_VARIABLE = re.compile(r"\$\{(?P<name>[A-Z][A-Z0-9_]*)(?P<default>=(?P<value>[^}]*))?\}")

# Set by images, shells and runners for purposes of their own: azd would take them for ours.
_TAKEN = {
    *("PYTHON_VERSION", "GITHUB_TOKEN", "GITHUB_API_URL", "GH_TOKEN"),
    *("AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "PATH", "HOME"),
}
_ASKED_FOR = {"environmentName", "location"}
_SET_BY_AZD = {"principalId", "principalType"}

# Keys in another form: what would hand one out at deployment. Outputs end up in a file of azd's and in the portal.
_KEYS = re.compile(
    r"list\w*[Kk]eys?\w*\(|listAccountSas|listServiceSas|primaryKey|AccountKey|SharedAccessKey", re.ASCII
)


def unparsable(project: Project) -> list[str]:
    """Both parsers read every file: the one here and the newest one of the security linters."""
    found: list[str] = []
    for file in project.bicep:
        try:
            BicepParser().parse(text=file.path.read_text(encoding="utf-8"))
        except Exception as error:  # noqa: BLE001
            found.append(f"{file.path.name}: pycep: {error}")
    return found


def unused_names(project: Project) -> list[str]:
    """Every parameter, variable, module and file is used by something."""
    found: list[str] = []
    for file in project.bicep:
        read = [text(node) for node in walk(file.root) if node.type == "identifier"]
        for kind in ("parameter", "variable"):
            found += [f"{file.path.name}: {name} is never used" for name in file.of(kind) if read.count(name) < 2]
    used = {literal(values(each.node)[1]) for each in project.main.of("module").values()}
    there = {f"modules/{path.name}" for path in (project.infra / "modules").iterdir()}
    return found + [f"{name} is no module of main.bicep" for name in sorted(there - used)]


def undeployable(project: Project) -> list[str]:
    """Each way to deploy evaluates: names, parameters, outputs, properties to read, allowed values."""
    found: list[str] = []
    for way, deployment in project.deployments.items():
        ids = [each.id.lower() for each in deployment.resources]
        found += [f"{way}: {each} is deployed twice" for each in set(ids) if ids.count(each) > 1]
    return found


def keys_handed_out(project: Project) -> list[str]:
    """Nothing that is deployed asks a service for its keys."""
    files = [path for path in sorted(project.infra.rglob("*")) if path.suffix in (".bicep", ".json", ".xml")]
    return [f"{path.name} asks for a key" for path in files if _KEYS.search(path.read_text(encoding="utf-8"))]


def parameters_that_ask(project: Project) -> list[str]:
    """azd asks for two parameters; every other is in the file with the default that main.bicep has."""
    found: list[str] = []
    declared = project.main.of("parameter")
    given = project.parameters_file
    found += [f"{name} is no parameter of main.bicep" for name in sorted(set(given) - set(declared))]
    found += [f"{name} is not in main.parameters.json" for name in sorted(set(declared) - set(given))]
    for name in set(given) & set(declared):
        match = _VARIABLE.fullmatch(given[name]["value"])
        default = values(declared[name].node)[2:]
        if match is None:
            found.append(f"{name}: {given[name]['value']} names no variable")
        elif name in _ASKED_FOR:
            found += [f"{name} has a default, so azd would not ask for it"] * bool(default or match["default"])
        elif not default or not match["default"]:
            found.append(f"{name} has no default in both files, so azd asks for it")
        elif text(default[0]).strip("'") != match["value"]:
            found.append(f"{name}: default is {text(default[0])} in main.bicep, {match['value']!r} in the file")
    return found + _variables(project)


def _variables(project: Project) -> list[str]:
    names = [match["name"] for each in project.parameters_file.values() if (match := _VARIABLE.match(each["value"]))]
    outputs = set(project.deployments["as it is"].outputs) - {"AZURE_LOCATION"}
    return [
        *(f"{name} is read by two parameters" for name in set(names) if names.count(name) > 1),
        # An output is a variable from then on: it would pin the parameter to what was deployed first.
        *(f"{name} is an output and a parameter's variable" for name in sorted(outputs & set(names))),
        *(f"{name} means something else to other tools" for name in sorted(set(names) & _TAKEN)),
    ]


def parameters_table(project: Project) -> str:
    """What can be chosen, as a Markdown table, as docs/deploy.md has it."""
    rows = ["| `azd env set ...` | Default | Meaning |", "|---|---|---|"]
    for name, given in project.parameters_file.items():
        match = _VARIABLE.fullmatch(given["value"])
        if match is None or name in _ASKED_FOR or name in _SET_BY_AZD:
            continue
        description = project.main.declarations[name].decorators.get("description")
        meaning = "" if description is None else "".join(map(unescaped, description.named_children))
        default = f"`{match['value']}`" if match["value"] else ""
        rows.append(f"| `{match['name']}` | {default} | {meaning} |")
    return "\n".join(rows)


def parameters_documented(project: Project) -> list[str]:
    """docs/deploy.md has every parameter with its meaning."""
    table = parameters_table(project)
    return [] if table in project.text("docs/deploy.md") else [f"docs/deploy.md lacks this table:\n{table}"]


def regions_have_everything(project: Project) -> list[str]:
    """azd offers the regions that have all services, by infra/regions.json, and docs/deploy.md lists the same.

    Quota of models is no reason to leave one out: azd would ask for it where it lies with the region, and a small
    subscription then has no region at all.
    """
    document = json.loads(project.text("infra/regions.json"))
    services: dict[str, dict[str, Any]] = document["services"]
    wanted = sorted(everywhere(services))
    declared = project.main.declarations["location"].decorators
    allowed = [text(node).strip("'") for node in walk(declared["allowed"]) if node.type == "string"]
    found = [f"location allows {allowed}, infra/regions.json has {wanted}"] * (allowed != wanted)
    found += [f"{name} has no source" for name, each in services.items() if not each.get("source")]
    table = regions_table(document)
    found += [f"docs/deploy.md lacks this table:\n{table}"] * (table not in project.text("docs/deploy.md"))
    for name, declaration in project.main.of("parameter").items():
        metadata = declaration.decorators.get("metadata")
        words = [text(node) for node in walk(metadata) if node.type == "identifier"] if metadata else []
        found += [f"{name} asks for quota of models"] * ("usageName" in words and name != "aiLocation")
        found += [f"{name} is no location to azd"] * (name.lower().endswith("location") and "azd" not in words)
    return found


def everywhere(services: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """Return the regions that all services have: those in every list, less those that a service is known to lack."""
    lists = [set(each["regions"]) for each in services.values() if "regions" in each]
    return set.intersection(*lists) - {region for each in services.values() for region in each.get("without", ())}


def regions_table(document: Mapping[str, Any]) -> str:
    """Return which regions there are and why no others, as docs/deploy.md has it."""
    services: Mapping[str, Mapping[str, Any]] = document["services"]
    rows = [f"| Service ({document['date']}) | Regions | Source |", "|---|---|---|"]
    for name, each in services.items():
        without = ", ".join(f"`{region}`" for region in each.get("without", ()))
        has = f"{len(each['regions'])}" if "regions" in each else f"all but {without}" if without else "all of these"
        rows.append(f"| {name} | {has} | {each['source']} |")
    regions = ", ".join(f"`{region}`" for region in sorted(everywhere(services)))
    return "\n".join([*rows, f"| **All of them** | {regions} | |"])


def azure_yaml(project: Project) -> list[str]:
    """azure.yaml deploys to the app that carries its service's name, in its language."""
    found: list[str] = []
    services = project.azure["services"]
    infra = project.azure["infra"]
    if not (project.root / infra["path"] / f"{infra['module']}.bicep").is_file():
        found.append(f"azure.yaml: {infra} leads to no Bicep file")
    for way, deployment in project.deployments.items():
        apps = deployment.of("Microsoft.Web/sites")
        tagged = [each.body["tags"].get("azd-service-name") for each in apps]
        wanted = [name for name, each in services.items() if "condition" not in each or WAYS[way].get("blueGreen")]
        found += [f"{way}: apps are tagged {tagged}, services are {wanted}"] * (tagged != wanted)
        languages = {each.properties["functionAppConfig"]["runtime"]["name"] for each in apps}
        found += [f"{way}: runs {languages}"] * (languages != {each["language"] for each in services.values()})
    return found + [
        f"{name} is deployed to {each['host']}" for name, each in services.items() if each["host"] != "function"
    ]
