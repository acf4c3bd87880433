"""App settings: those of shared/topology.yaml, the runtime's own, and no other."""

import re
from collections.abc import Iterator
from typing import Any

from shared.settings import SettingsError, load_settings
from tests.support.bicep.evaluate import Deployment
from tests.support.bicep.runtime import SYSTEM_PRINCIPAL_ID
from tests.support.infra.project import GATEWAY_AUDIENCE, GATEWAY_ID, WAYS, Project

# Read by the Functions host, its extensions or the platform; the app does not know them.
RUNTIME_SETTINGS = {
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING": "telemetry is sent with the identity",
    "APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED": "nobody changes the telemetry SDK from afar",
    "APPLICATIONINSIGHTS_SDKSTATS_DISABLED": "the telemetry SDK tells nothing of itself",
    "APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL": "the telemetry SDK tells nothing of itself",
    "AzureWebJobsStorage__blobServiceUri": "leases and keys of the host",
    "AzureWebJobsStorage__clientId": "the identity that the host uses for its storage",
    "AzureWebJobsStorage__credential": "an identity in place of a connection string",
    "AzureSignalRConnectionString__clientId": "the identity of the SignalR bindings",
    "AzureSignalRConnectionString__credential": "an identity in place of a connection string",
    "AzureSignalRConnectionString__serviceUri": "the SignalR bindings",
    "OTEL_TRACES_SAMPLER": "how the telemetry SDK chooses traces",
    "OTEL_TRACES_SAMPLER_ARG": "the share that it keeps",
    "SERVICEBUS__clientId": "the identity of the queue trigger",
    "SERVICEBUS__credential": "an identity in place of a connection string",
}
# Settings that have no default and are not set either: what is done without them.
LEFT_OUT = {
    "AI_SEARCH_KEY": "the identity signs in",
    "AZURE_OPENAI_API_KEY": "the identity signs in",
    "AzureWebJobsStorage": "AzureWebJobsStorage__* in its place; the exact name would win",
    "COSMOS_KEY": "the identity signs in",
    "GITHUB_APP_ID": "GITHUB_TOKEN in its place",
    "GITHUB_APP_INSTALLATION_ID": "GITHUB_TOKEN in its place",
    "GITHUB_APP_PRIVATE_KEY": "GITHUB_TOKEN in its place",
    "PROJECT_CONNECTION_STRING": "AZURE_OPENAI_ENDPOINT in its place",
    "PROJECT_ENDPOINT": "AZURE_OPENAI_ENDPOINT in its place: a project's routes answer 404 to embeddings",
    "SERVICEBUS": "SERVICEBUS__fullyQualifiedNamespace in its place; the exact name would win",
    "STORAGE_KEY": "the identity signs in",
}
# Flex Consumption takes these from functionAppConfig and refuses or ignores them here.
_SWITCHES_OFF = re.compile(r"AzureWebJobs\.\w+\.Disabled")
_NOT_ON_FLEX = re.compile(r"FUNCTIONS_WORKER_RUNTIME|FUNCTIONS_EXTENSION_VERSION|WEBSITE_|SCM_DO_BUILD|ENABLE_ORYX")
# Secret by their type, but these two hold an identity and no key.
_KEYLESS = {"APPLICATIONINSIGHTS_CONNECTION_STRING", "DTS_CONNECTION_STRING"}
_GATEWAY_SETTINGS = {"HTTP_AUTH_LEVEL": "anonymous", "TRUST_USER_ID_HEADER": "1", "STATUS_REQUIRES_OWNER": "1"}


def settings_by_service(deployment: Deployment) -> dict[str, dict[str, Any]]:
    """Return the settings of each app, by the service in azure.yaml that is deployed to it."""
    services = {each.id: each.body["tags"]["azd-service-name"] for each in deployment.of("Microsoft.Web/sites")}
    return {
        services[each.id.removesuffix("/config/appsettings")]: each.properties
        for each in deployment.of("Microsoft.Web/sites/config")
        if each.name == "appsettings"
    }


def each_app(project: Project) -> Iterator[tuple[str, Deployment, dict[str, Any]]]:
    """Yield every app of every deployment: which it is, what it is deployed with, its settings."""
    for way, deployment in project.deployments.items():
        for service, settings in settings_by_service(deployment).items():
            yield f"{way}, {service}", deployment, settings


def unknown_or_missing(project: Project) -> list[str]:
    """Every setting of the topology is set or has a default, and no other is set but the runtime's own."""
    found: list[str] = []
    known = project.topology.settings
    for way, _, given in each_app(project):
        found += [
            f"{way}: {name} is set, which nobody reads"
            for name in set(given) - set(known) - set(RUNTIME_SETTINGS)
            if not _SWITCHES_OFF.fullmatch(name)
        ]
        found += [f"{way}: {name} belongs in functionAppConfig" for name in given if _NOT_ON_FLEX.match(name)]
        found += [f"{way}: {name} must not be set: {LEFT_OUT[name]}" for name in set(given) & set(LEFT_OUT)]
        found += [
            f"{way}: {name} is {value!r}, not text" for name, value in given.items() if not isinstance(value, str)
        ]
    without = {name for name, setting in known.items() if setting.default is None} - set(LEFT_OUT)
    full = settings_by_service(project.deployments["with everything"])["api"]
    found += [f"{name} has no default and is not set" for name in sorted(without - set(full))]
    found += [f"{name} is no longer a setting" for name in sorted(set(LEFT_OUT) - set(known))]
    return found + [f"{name} is never set" for name in sorted(set(RUNTIME_SETTINGS) - set(full))]


def refused_by_the_app(project: Project) -> list[str]:
    """The app starts with what is set."""
    found: list[str] = []
    for way, _, given in each_app(project):
        try:
            load_settings(given)
        except SettingsError as error:
            found.append(f"{way}: {error}")
    return found


def secrets_in_the_clear(project: Project) -> list[str]:
    """A secret is a reference to Key Vault."""
    found: list[str] = []
    secret = {name for name, setting in project.topology.settings.items() if setting.secret} - _KEYLESS
    for way, _, given in each_app(project):
        for name, value in given.items():
            if name in secret and not value.startswith("@Microsoft.KeyVault(SecretUri=https://"):
                found.append(f"{way}: {name} is in the clear")
            if any(word in value for word in ("AccountKey=", "SharedAccessKey=", "a-token")):
                found.append(f"{way}: {name} holds a key")
    return found


def connections(project: Project) -> list[str]:
    """What host.json names is set, and each connection is one identity's."""
    found: list[str] = []
    durable = project.host["extensions"]["durableTask"]
    named = set(re.findall(r"%(\w+)%", str(project.host))) | {durable["storageProvider"]["connectionStringName"]}
    for way, deployment, given in each_app(project):
        found += [f"{way}: host.json names {name}, which is not set" for name in named - set(given)]
        client = given["AZURE_CLIENT_ID"]
        found += [
            f"{way}: {name} is another identity"
            for name, value in given.items()
            if "__clientId" in name and value != client
        ]
        if f"Authentication=ManagedIdentity;ClientID={client}" not in given["DTS_CONNECTION_STRING"]:
            found.append(f"{way}: DTS_CONNECTION_STRING does not name the identity")
        hubs = [each.name for each in deployment.of("Microsoft.DurableTask/schedulers/taskHubs")]
        found += [f"{way}: TASKHUB_NAME is {given['TASKHUB_NAME']}, hubs are {hubs}"] * (
            given["TASKHUB_NAME"] not in hubs
        )
        deployments = {each.name for each in deployment.of("Microsoft.CognitiveServices/accounts/deployments")}
        models = {given["EMBEDDING_MODEL_DEPLOYMENT_NAME"], given["LLM_MODEL"]}
        found += [f"{way}: models {models} are set, {deployments} deployed"] * (models != deployments)
    if durable["storageProvider"]["type"] != "azureManaged":
        found.append("host.json: the durable engine is not the Durable Task Scheduler")
    return found


def gateway_or_keys(project: Project) -> list[str]:
    """Four go together: with a gateway only its identity gets in, and only then the key goes and the header counts."""
    found: list[str] = []
    for way, deployment, settings in each_app(project):
        given = {name: settings.get(name) for name in _GATEWAY_SETTINGS}
        behind = deployment.outputs["SERVICE_API_BEHIND_GATEWAY"]
        expected: dict[str, str | None] = dict(_GATEWAY_SETTINGS) if behind else dict.fromkeys(_GATEWAY_SETTINGS)
        found += [f"{way}: {given}, expected {expected}"] * (given != expected)
        found += [f"{way}: TRUST_EASY_AUTH is set"] * ("TRUST_EASY_AUTH" in settings)
    for way, deployment in project.deployments.items():
        behind = deployment.outputs["SERVICE_API_BEHIND_GATEWAY"]
        own = deployment.of("Microsoft.ApiManagement/service")
        gateway = SYSTEM_PRINCIPAL_ID if own else GATEWAY_ID
        logins = [each for each in deployment.of("Microsoft.Web/sites/config") if each.name == "authsettingsV2"]
        found += [f"{way}: an app without authentication"] * (len(logins) != len(deployment.of("Microsoft.Web/sites")))
        if any(_admits_only(gateway, each.properties) is not behind for each in logins):
            found.append(f"{way}: authentication does not go with behind a gateway being {behind}")
        wanted = bool(own) or {"gatewayPrincipalId", "gatewayAudience"} <= set(WAYS[way])
        found += [f"{way}: behind a gateway is {behind}"] * (behind is not wanted)
    return found


def _admits_only(gateway: str, properties: dict[str, Any]) -> bool:
    provider = properties["identityProviders"]["azureActiveDirectory"]
    return (
        properties["platform"]["enabled"]
        and properties["globalValidation"]
        == {"requireAuthentication": True, "unauthenticatedClientAction": "Return401"}
        and list(properties["identityProviders"]) == ["azureActiveDirectory"]
        and provider["enabled"]
        and provider["registration"]["clientId"] == GATEWAY_AUDIENCE
        and set(provider["validation"]["allowedAudiences"]) == {GATEWAY_AUDIENCE, f"api://{GATEWAY_AUDIENCE}"}
        and provider["validation"]["defaultAuthorizationPolicy"] == {"allowedPrincipals": {"identities": [gateway]}}
    )
