"""API Management: what it lets through, with which policies, where to, and what it writes down."""

import json
import re
from typing import Any

from tests.support.bicep.evaluate import Deployment
from tests.support.bicep.runtime import TENANT_ID
from tests.support.bicep.syntax import BicepError
from tests.support.infra.project import API_AUDIENCE, GATEWAY_AUDIENCE, WAYS, Project

_SERVICE = "Microsoft.ApiManagement/service"
_API = f"{_SERVICE}/apis"
# Tiers that limit calls by key, pool backends, and come up in minutes.
_TIERS = {"BasicV2", "StandardV2"}
_OLD_PROTOCOLS = {
    f"Microsoft.WindowsAzure.ApiManagement.Gateway.Security.{side}Protocols.{protocol}"
    for side in ("", "Backend.")
    for protocol in ("Ssl30", "Tls10", "Tls11")
}
# Older versions of the management API show a reader the service's secrets.
_SHOWS_NO_SECRETS = "2019-12-01"
_AUTHORITY = f"https://login.microsoftonline.com/{TENANT_ID}/v2.0"
_NO_BODY: dict[str, Any] = {"body": {"bytes": 0}, "headers": []}


def gateway_service(project: Project) -> list[str]:
    """There is a gateway where one was asked for, in a tier that can do what the policies say, with no old protocol."""
    found: list[str] = []
    for way, deployment in project.deployments.items():
        wanted = bool(WAYS[way].get("apimEnabled"))
        services = deployment.of(_SERVICE)
        found += [f"{way}: {len(services)} gateways"] * (len(services) != wanted)
        others = [each.type for each in deployment.resources if each.type.startswith(f"{_SERVICE}/")]
        found += [f"{way}: {others} without a gateway"] * (bool(others) is not wanted)
        for each in services:
            given = each.properties
            found += [f"{way}: tier {each.body['sku']}"] * (each.body["sku"]["name"] not in _TIERS)
            found += [f"{way}: identity {each.body['identity']}"] * (
                each.body["identity"] != {"type": "SystemAssigned"}
            )
            # More would be refused: these tiers have their ciphers given.
            found += [f"{way}: protocols {given['customProperties']}"] * (
                given["customProperties"] != dict.fromkeys(_OLD_PROTOCOLS, "False")
            )
            portals = (given["developerPortalStatus"], given["legacyPortalStatus"])
            found += [f"{way}: portals are {portals}"] * (portals != ("Disabled", "Disabled"))
            oldest = given["apiVersionConstraint"]["minApiVersion"]
            found += [f"{way}: management API of {oldest}"] * (oldest < _SHOWS_NO_SECRETS)
            uri = deployment.outputs["GATEWAY_URI"]
            found += [f"{way}: GATEWAY_URI is {uri!r}"] * (uri != f"https://{each.name}.azure-api.net")
    return found


def gateway_operations(project: Project) -> list[str]:
    """The API has no prefix, asks for no subscription, and has the operations of operations.json."""
    expected = {each["name"]: (each["method"], each["urlTemplate"]) for each in _operations(project)}
    found: list[str] = []
    for way, deployment in _with_gateway(project):
        api = deployment.one(_API)
        rule = {name: api.properties.get(name) for name in ("path", "protocols", "subscriptionRequired")}
        found += [f"{way}: API is {rule}"] * (
            rule != {"path": "", "protocols": ["https"], "subscriptionRequired": False}
        )
        operations = deployment.of(f"{_API}/operations")
        made = {each.name: (each.properties["method"], each.properties["urlTemplate"]) for each in operations}
        found += [f"{way}: operations {sorted(made.items() ^ expected.items())}"] * (made != expected)
        for each in operations:
            declared = [one["name"] for one in each.properties["templateParameters"]]
            named = re.findall(r"\{([^{}]+)\}", each.properties["urlTemplate"])
            found += [f"{way}: {each.name} declares {declared}, its address has {named}"] * (declared != named)
    return found


def gateway_policies(project: Project) -> list[str]:
    """Each policy is attached to what it is named for, as it is in its file; no file is left over."""
    folder = project.infra / "gateway" / "policies"
    files = {each.stem: each.read_text(encoding="utf-8") for each in folder.iterdir() if each.suffix == ".xml"}
    wanted = {each["name"]: each["policy"] for each in _operations(project)}
    found = [f"{name} is nobody's policy" for name in sorted(set(files) - set(wanted.values()) - {"api"})]
    for way, deployment in _with_gateway(project):
        attached = {
            each.id.rsplit("/", 3)[1]: each.properties
            for each in deployment.of(f"{_API}/operations/policies") + deployment.of(f"{_API}/policies")
        }
        for name, policy in {"fanwise": "api", **wanted}.items():
            given = attached.get(name, {})
            value = given.get("value", "")
            right = value == files[policy] if policy else _only_inherits(value)
            found += [f"{way}: {name} has not the policy {policy or 'of all operations alone'}"] * (not right)
            # As `xml`, quotes inside expressions would end their attribute.
            found += [f"{way}: policy of {name} is {given.get('format')}"] * (given.get("format") != "rawxml")
    return found


def _only_inherits(policy: str) -> bool:
    sections = ("inbound", "backend", "outbound", "on-error")
    return policy == f"<policies>{''.join(f'<{each}><base /></{each}>' for each in sections)}</policies>"


def named_values(project: Project) -> list[str]:
    """What policies name is declared, and says of whose tokens are good; nothing in it is a secret."""
    found: list[str] = []
    texts = [each.read_text(encoding="utf-8") for each in (project.infra / "gateway" / "policies").glob("*.xml")]
    named = {name for text in texts for name in re.findall(r"\{\{([^{}]+)\}\}", text)}
    for way, deployment in _with_gateway(project):
        expected = {
            "tenant-id": TENANT_ID,
            "api-audience": WAYS[way].get("apiAudience", GATEWAY_AUDIENCE),
            "backend-audience": GATEWAY_AUDIENCE,
            "openid-config-url": f"{_AUTHORITY}/.well-known/openid-configuration",
            "token-issuer": _AUTHORITY,
        }
        made = {each.properties["displayName"]: each.properties for each in deployment.of(f"{_SERVICE}/namedValues")}
        values = {name: each["value"] for name, each in made.items()}
        found += [f"{way}: named values {values}, expected {expected}"] * (values != expected)
        found += [f"{way}: {name} is named by a policy and not declared" for name in sorted(named - set(made))]
        found += [f"{way}: {name} is kept as a secret" for name, each in made.items() if each["secret"]]
    spoken_for = {WAYS[way].get("apiAudience") for way, _ in _with_gateway(project)}
    return found + ["no way has tokens for another application"] * (API_AUDIENCE not in spoken_for)


def backends(project: Project) -> list[str]:
    """Each app is a backend of its colour; the pool has each colour with its share, and none without one."""
    found: list[str] = []
    for way, deployment in _with_gateway(project):
        chosen = WAYS[way]
        apps = {each.body["tags"]["azd-service-name"]: each.name for each in deployment.of("Microsoft.Web/sites")}
        made = {each.name: each for each in deployment.of(f"{_SERVICE}/backends")}
        addresses = {name: each.properties.get("url") for name, each in made.items() if name != "api-pool"}
        hosts = {"api-blue": apps["api"]} | ({"api-green": apps["api-green"]} if "api-green" in apps else {})
        expected = {name: f"https://{host}.azurewebsites.net" for name, host in hosts.items()}
        found += [f"{way}: backends {addresses}, expected {expected}"] * (addresses != expected)
        found += [f"{way}: {name} takes any certificate" for name, each in made.items() if "tls" in each.properties]
        green = chosen.get("greenWeight", 0) if chosen.get("blueGreen") else 0
        shares = {made[name].id: share for name, share in (("api-blue", 100 - green), ("api-green", green)) if share}
        pool = made["api-pool"].properties
        given = {each["id"]: each["weight"] for each in pool["pool"]["services"]}
        found += [f"{way}: pool {pool}, expected {shares}"] * (given != shares or pool["type"] != "Pool")
        # A lower priority is used only while the higher is away.
        found += [f"{way}: priorities {given}"] * (len({each["priority"] for each in pool["pool"]["services"]}) != 1)
    return found


def request_log(project: Project) -> list[str]:
    """Requests are written down with every error, signed in by identity; bodies, headers and addresses are not."""
    found: list[str] = []
    for way, deployment in _with_gateway(project):
        component = deployment.one("Microsoft.Insights/components")
        logger = deployment.one(f"{_SERVICE}/loggers")
        credentials = logger.properties["credentials"]
        signed_in = credentials.get("identityClientId") == "SystemAssigned" and "instrumentationKey" not in credentials
        found += [f"{way}: logger {logger.properties}"] * (
            not signed_in or logger.properties["resourceId"] != component.id
        )
        for each in deployment.of(f"{_SERVICE}/diagnostics") + deployment.of(f"{_API}/diagnostics"):
            log = each.properties
            sides = [
                log.get(side, {}).get(part) for side in ("frontend", "backend") for part in ("request", "response")
            ]
            found += [f"{way}: {each.name} logs {sides}"] * (sides != [_NO_BODY] * 4 or log.get("logClientIp", True))
            found += [f"{way}: {each.name} drops errors"] * (log.get("alwaysLog") != "allErrors")
            found += [f"{way}: {each.name} goes to {log['loggerId']}"] * (log["loggerId"] != logger.id)
        found += [f"{way}: nothing is logged"] * (not deployment.of(f"{_SERVICE}/diagnostics"))
    return found


def gateway_without_audience(project: Project) -> list[str]:
    """A gateway that could get no token is refused before anything is made, with what to set."""
    for chosen in ({"apimEnabled": True}, {"apimEnabled": True, "apiAudience": API_AUDIENCE}):
        try:
            project.deployed(chosen)
        except BicepError as error:
            if "needs GATEWAY_AUDIENCE" in str(error):
                continue
            return [f"{chosen}: {error}"]
        return [f"{chosen} is deployed"]
    return []


def _operations(project: Project) -> list[dict[str, Any]]:
    return json.loads(project.text("infra/gateway/operations.json"))


def _with_gateway(project: Project) -> list[tuple[str, Deployment]]:
    return [(way, each) for way, each in project.deployments.items() if each.of(_SERVICE)]
