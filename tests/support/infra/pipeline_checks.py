"""From a laptop to the pipeline: what `azd pipeline config` takes along, and what the workflow hands to azd there."""

import re

from tests.support.infra.azd import KNOWN_TO_PARAMETERS
from tests.support.infra.hook_checks import CHOICES
from tests.support.infra.project import Project
from tests.support.infra.workflow_files import DEPLOY, workflow

_VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)")
# azd takes these to the pipeline without being told to.
_TAKEN_BY_AZD = {"AZURE_ENV_NAME", "AZURE_LOCATION", "AZURE_SUBSCRIPTION_ID"}


def secret_choices(project: Project) -> set[str]:
    """Return the variables of the parameters that main.bicep declares secure."""
    return {
        name
        for parameter, given in project.parameters_file.items()
        for name in _VARIABLE.findall(given["value"])
        if "secure" in project.main.declarations[parameter].decorators
    }


def plain_choices(project: Project) -> set[str]:
    """Return every other variable that somebody may set on a laptop."""
    given = " ".join(each["value"] for each in project.parameters_file.values())
    return {*_VARIABLE.findall(given), *CHOICES} - KNOWN_TO_PARAMETERS.keys() - secret_choices(project)


def azd_takes_every_choice_along(project: Project) -> list[str]:
    """azure.yaml lists each choice: as a secret what is one, as a variable what is not."""
    pipeline = project.azure.get("pipeline", {})
    wanted = {"variables": plain_choices(project) - _TAKEN_BY_AZD, "secrets": secret_choices(project)}
    found: list[str] = []
    for kind, names in wanted.items():
        listed: list[str] = pipeline.get(kind, [])
        found += [f"azure.yaml: {name} is not among the pipeline's {kind}" for name in sorted(names - set(listed))]
        found += [f"azure.yaml: {name} is no choice of {kind}" for name in sorted(set(listed) - names)]
        found += [f"azure.yaml: {name} is listed twice" for name in sorted(set(listed)) if listed.count(name) > 1]
    return found


def deployment_passes_every_choice(project: Project) -> list[str]:
    """Each choice is the repository's variable or secret of that name; only the step that provisions has secrets."""
    secrets, wanted = secret_choices(project), plain_choices(project) | {"AZURE_SUBSCRIPTION_ID"}
    job = workflow(project, DEPLOY).jobs["deploy"]
    found = _env_faults(job["env"], "vars", wanted)
    for step in job["steps"]:
        if "azd provision" in step.get("run", ""):
            found += _env_faults(step.get("env", {}), "secrets", secrets)
        elif "secrets." in str(step):
            found.append(f"{DEPLOY}: a secret for {step}")
    commands = [
        words
        for words in workflow(project, DEPLOY).commands()
        if words[:2] in (["azd", "provision"], ["azd", "deploy"])
    ]
    found += [f"{DEPLOY}: {' '.join(words)} would ask" for words in commands if "--no-prompt" not in words]
    order = [words[1] for words in commands]
    found += [f"{DEPLOY}: runs {order}"] * (order != ["provision", "deploy"])
    return found + [f"{DEPLOY}: no token of GitHub's"] * (job.get("permissions", {}).get("id-token") != "write")


def _env_faults(env: dict[str, str], context: str, wanted: set[str]) -> list[str]:
    passed = {name for name, value in env.items() if value == f"${{{{ {context}.{name} }}}}"}
    found = [f"{DEPLOY}: does not pass {context}.{name} on" for name in sorted(wanted - passed)]
    return found + [f"{DEPLOY}: passes {name}, which nothing reads" for name in sorted(set(env) - wanted)]
