"""Monitoring: queries that Azure can run, for what is told; alerts that reach somebody who knows what to do."""

import json
import re
from typing import Any

from shared.search.progress import TELEMETRY_EVENT, TELEMETRY_FIELDS
from shared.telemetry.metrics import DIMENSIONS
from tests.support.bicep.evaluate import Deployment, Resource
from tests.support.infra.kql_queries import Query, queries, verdicts
from tests.support.infra.project import WAYS, Project
from tests.support.infra.workbook import FILE, SECTIONS, workbook, written

_LOG_RULES = "Microsoft.Insights/scheduledQueryRules"
_METRIC_RULES = "Microsoft.Insights/metricAlerts"
_GROUPS = "microsoft.insights/actionGroups"
_WORKBOOKS = "microsoft.insights/workbooks"
_DOCS = "docs/monitoring.md"
# Read in the runbook, by hand.
_BY_HAND = {"one-search"}
_NUMBERS = {"int", "long", "real"}
# Microsoft.ServiceBus/namespaces, of those with the dimension EntityName.
_QUEUE_METRICS = {"ActiveMessages": {"Average"}, "DeadletteredMessages": {"Maximum"}}
_DURATION = re.compile(r"PT(\d+)M")
# A row of the table of alerts: name, aim in words, threshold, severity.
_ROW = re.compile(
    r"^\| \[`(?P<name>[\w-]+)`\]\(#(?P<link>[\w-]+)\) \|.*\| (?P<threshold>[\d,]+)[^|]*\| (?P<severity>\d) \|$", re.M
)
_HEADING = re.compile(r"^### `?([\w-]+)`?$", re.M)


def kql_is_sound(project: Project) -> list[str]:
    """Every query names tables, columns and functions that there are, and is used."""
    found = [f"{name}.kql: {fault}" for name, each in verdicts(project).items() for fault in each.faults]
    shown = {name for charts in SECTIONS.values() for name, _, _ in charts} | _BY_HAND
    alarming = {f"alert-{each.name}" for each in _rules(project.deployments["as it is"]) if each.type == _LOG_RULES}
    there = set(queries(project))
    return [
        *found,
        *(f"{name}.kql is used by nothing" for name in sorted(there - shown - alarming)),
        *(f"there is no {name}.kql" for name in sorted((shown | alarming) - there)),
    ]


def kql_asks_for_what_is_told(project: Project) -> list[str]:
    """Names of events, metrics and functions, and their dimensions, are those that the app sends."""
    operations = {each["name"] for each in json.loads(project.text("infra/gateway/operations.json"))}
    found: list[str] = []
    for query in queries(project).values():
        told = _told(query)
        found += [f"{query.name}.kql asks for {name}, which nobody sends" for name in sorted(query.names - set(told))]
        known = {field for name in query.names for field in told.get(name, ())}
        if query.names <= set(told):
            found += [f"{query.name}.kql reads dimension {each}" for each in sorted(query.dimensions - known)]
        found += [f"{query.name}.kql: no function is named {each}" for each in sorted(query.operations - operations)]
        if query.asks("requests") and not query.operations and query.name not in _BY_HAND:
            found.append(f"{query.name}.kql takes requests of all functions together")
    return found


def _told(query: Query) -> dict[str, tuple[str, ...]]:
    """What is told into the tables that a query reads: dimensions by name."""
    told: dict[str, tuple[str, ...]] = {}
    if query.asks("customMetrics"):
        told |= DIMENSIONS
    if query.asks("customEvents"):
        told[TELEMETRY_EVENT] = TELEMETRY_FIELDS
    if query.asks("dependencies"):
        told["embeddings"] = ()
    return told


def alerts_measure(project: Project) -> list[str]:
    """Each rule has a query or a metric that yields a number, over a window that its turns do not leave gaps in."""
    found: list[str] = []
    files = {each.text: each for each in queries(project).values()}
    for way, deployment in project.deployments.items():
        for rule in _rules(deployment):
            (criterion,) = rule.properties["criteria"]["allOf"]
            judge = _log_faults if rule.type == _LOG_RULES else _metric_faults
            found += [f"{way}: {rule.name}: {each}" for each in judge(project, deployment, rule, criterion, files)]
            every, window = (_minutes(rule.properties[name]) for name in ("evaluationFrequency", "windowSize"))
            found += [f"{way}: {rule.name} looks every {every} min at {window} min"] * (not 0 < every <= window)
            if criterion["operator"] != "GreaterThan":
                found.append(f"{way}: {rule.name} fires when it is {criterion['operator']}")
    return found


def _log_faults(
    project: Project, deployment: Deployment, rule: Resource, criterion: dict[str, Any], files: dict[str, Query]
) -> list[str]:
    component = deployment.one("Microsoft.Insights/components").id
    query = files.get(criterion["query"])
    found = [f"looks at {rule.properties['scopes']}"] * (rule.properties["scopes"] != [component])
    # Asked of a component that was made seconds ago, a query fails: its tables are not there yet.
    found += ["is tried out before it is made"] * (rule.properties.get("skipQueryValidation") is not True)
    if query is None or query.name != f"alert-{rule.name}":
        return [*found, f"has another query than alert-{rule.name}.kql"]
    column = criterion["metricMeasureColumn"]
    columns = verdicts(project)[query.name].columns
    if columns.get(column) not in _NUMBERS:
        found.append(f"measures {column}, the query yields {columns}")
    return found


def _metric_faults(
    project: Project, deployment: Deployment, rule: Resource, criterion: dict[str, Any], _files: dict[str, Query]
) -> list[str]:
    namespace = deployment.one("Microsoft.ServiceBus/namespaces").id
    queue = project.topology.queues["search_requests"].name
    dimension = [{"name": "EntityName", "operator": "Include", "values": [queue]}]
    metric, aggregation = criterion["metricName"], criterion["timeAggregation"]
    found = [f"looks at {rule.properties['scopes']}"] * (rule.properties["scopes"] != [namespace])
    found += [f"takes the {aggregation} of {metric}"] * (aggregation not in _QUEUE_METRICS.get(metric, ()))
    return found + [f"looks at {criterion['dimensions']}"] * (criterion["dimensions"] != dimension)


def alerts_reach_somebody(project: Project) -> list[str]:
    """Each rule is on and tells the one group, in which is whoever ALERT_EMAIL names."""
    found: list[str] = []
    for way, deployment in project.deployments.items():
        group = deployment.one(_GROUPS)
        for rule in _rules(deployment):
            actions = rule.properties["actions"]
            told = actions["actionGroups"] if rule.type == _LOG_RULES else [each["actionGroupId"] for each in actions]
            found += [f"{way}: {rule.name} tells {told}"] * (told != [group.id])
            found += [f"{way}: {rule.name} is off"] * (rule.properties["enabled"] is not True)
            found += [f"{way}: {rule.name} stays for ever"] * (rule.properties["autoMitigate"] is not True)
        asked = WAYS[way].get("alertEmail", "")
        told = [each["emailAddress"] for each in group.properties["emailReceivers"]]
        found += [f"{way}: {told} get an e-mail, asked for was {asked!r}"] * (told != ([asked] if asked else []))
        found += [f"{way}: the group is off"] * (group.properties["enabled"] is not True)
        found += [f"{way}: the group's short name"] * (not 0 < len(group.properties["groupShortName"]) <= 12)
    return found


def alerts_documented(project: Project) -> list[str]:
    """docs/monitoring.md has each rule with its threshold and severity, and a section on what to do then."""
    text = project.text(_DOCS)
    said = {row["name"]: (int(row["threshold"].replace(",", "")), int(row["severity"])) for row in _ROW.finditer(text)}
    links = {row["name"] for row in _ROW.finditer(text) if row["link"] != row["name"]}
    rules = _rules(project.deployments["as it is"])
    done = {
        each.name: (each.properties["criteria"]["allOf"][0]["threshold"], each.properties["severity"]) for each in rules
    }
    found = [f"{_DOCS} says {said}, deployed are {done}"] * (said != done)
    found += [f"{_DOCS}: the link of {name} leads elsewhere" for name in sorted(links)]
    found += [
        f"{_DOCS} does not say what to do about {name}" for name in sorted(set(done) - set(_HEADING.findall(text)))
    ]
    wanted = [f"{_DOCS}, {each.name}" for each in rules]
    told = [each.properties["description"] for each in rules]
    return found + [f"{want} is not in {got!r}" for want, got in zip(wanted, told, strict=True) if want not in got]


def workbook_shows_the_queries(project: Project) -> list[str]:
    """The workbook is made from the query files, and belongs to the component that they ask."""
    text = project.text(f"infra/{FILE}")
    found = []
    if text != written(workbook(project.infra / "monitoring" / "kql")):
        found.append(f"infra/{FILE} is not what python -m tests.support.infra.workbook makes")
    for way, deployment in project.deployments.items():
        book = deployment.one(_WORKBOOKS)
        component = deployment.one("Microsoft.Insights/components").id
        shown = json.loads(book.properties["serializedData"])
        if (shown["fallbackResourceIds"], book.properties["sourceId"]) != ([component], component):
            found.append(f"{way}: the workbook is about {shown['fallbackResourceIds']}, {book.properties['sourceId']}")
        if (book.body["kind"], book.properties["category"]) != ("shared", "workbook"):
            found.append(f"{way}: nobody else sees the workbook")
    return found


def nothing_counted_is_sampled(project: Project) -> list[str]:
    """The host leaves no request, event or exception out: percentiles and rates are of all of them."""
    insights = project.host["logging"]["applicationInsights"]["samplingSettings"]
    excluded = set(insights.get("excludedTypes", "").split(";"))
    found = [f"host.json samples {each}" for each in sorted({"Request", "Event", "Exception"} - excluded)]
    # In that mode the host heeds none of this and samples nothing at all (docs/adr/0012-telemetry.md).
    return found + ["host.json sends its telemetry by OpenTelemetry"] * ("telemetryMode" in project.host)


def _rules(deployment: Deployment) -> list[Resource]:
    return [*deployment.of(_LOG_RULES), *deployment.of(_METRIC_RULES)]


def _minutes(text: str) -> int:
    match = _DURATION.fullmatch(text)
    return int(match[1]) if match else 0
