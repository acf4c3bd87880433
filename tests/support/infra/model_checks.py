"""The models deployed by default, and until when a new subscription can deploy them: infra/models.json."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.support.bicep.syntax import text, values
from tests.support.infra.project import Project

# So long a default has to be deployable still: time to choose another and to release it.
NOTICE = timedelta(days=60)
_FILE = "infra/models.json"


def default_models(project: Project) -> list[str]:
    """What is deployed by default are the file's models, in the versions that have dates, with its capacities."""
    found: list[str] = []
    for parameter, each in _models(project).items():
        for field in ("Name", "Version"):
            name = parameter + field
            given = text(values(project.main.declarations[name].node)[2]).strip("'")
            found += [f"{name} is {given}, {_FILE} has {each[field.lower()]}"] * (given != each[field.lower()])
        for way, deployment in project.deployments.items():
            wanted = each["capacity"]["production" if way == "in production" else "first"]
            deployed = deployment.of("Microsoft.CognitiveServices/accounts/deployments")
            capacities = [model.body["sku"]["capacity"] for model in deployed if model.name.endswith(each["name"])]
            found += [f"{way}: {each['name']} has capacity {capacities}, not {wanted}"] * (capacities != [wanted])
    return found


def models_can_be_deployed(project: Project, today: date | None = None) -> list[str]:
    """Each default can be deployed by a new subscription for 60 days more. ``today``: None, the day it is."""
    day = today or datetime.now(UTC).date()
    found: list[str] = []
    for each in _models(project).values():
        until, retires = (date.fromisoformat(each[field]) for field in ("newDeploymentsUntil", "retires"))
        # Null where it is not known to the day.
        released = date.fromisoformat(each["generallyAvailable"] or "0001-01-01")
        found += [f"{_FILE}: the dates of {each['name']} contradict each other"] * (not released < until <= retires)
        if day + NOTICE > until:
            found.append(
                f"{each['name']} {each['version']} cannot be deployed by a new subscription after {until} "
                f"({each['because']}): choose a newer one in {_FILE}, main.bicep, main.parameters.json and "
                "shared/telemetry/prices.yaml"
            )
    return found


def _models(project: Project) -> dict[str, dict[str, Any]]:
    document = json.loads(project.text(_FILE))
    return {parameter: document[parameter] for parameter in ("chatModel", "embeddingModel")}
