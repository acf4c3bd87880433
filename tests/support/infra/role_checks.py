"""Who may do what, where and why: the one table that Bicep and docs/deploy.md are held to."""

from dataclasses import dataclass

from tests.support.bicep.evaluate import Deployment, Resource
from tests.support.bicep.runtime import APP_PRINCIPAL_ID, SYSTEM_PRINCIPAL_ID
from tests.support.infra.project import DEPLOYER_ID, WAYS, Project

_COSMOS = "Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments"


@dataclass(frozen=True)
class Role:
    """``guid``: of the built-in role, the same in every tenant. ``scope``: type of what it is given on."""

    who: str
    name: str
    guid: str
    scope: str
    where: str
    reason: str
    only_with: str = ""


ROLES = (
    Role("app", "Storage Blob Data Owner", "b7e6dc6d-f1e8-4753-8033-0f276bb0955b", "Microsoft.Storage/storageAccounts",
         "storage account", "The host keeps leases and keys in containers of its own; package, texts, Lab table"),
    Role("app", "Cosmos DB Built-in Data Contributor", "00000000-0000-0000-0000-000000000002",
         "Microsoft.DocumentDB/databaseAccounts/dbs", "database", "Documents and vectors; no role to make containers"),
    Role("app", "Azure Service Bus Data Receiver", "4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0",
         "Microsoft.ServiceBus/namespaces/queues", "queue", "Takes accepted searches"),
    Role("app", "Azure Service Bus Data Sender", "69a216fc-b8fb-44d8-bc22-1f3c2cd27a39",
         "Microsoft.ServiceBus/namespaces/queues", "queue", "Sends accepted searches"),
    Role("app", "Azure Service Bus Data Owner", "090c5cfd-751d-490a-894a-3ce6f1109419",
         "Microsoft.ServiceBus/namespaces/queues", "queue", "Lets the platform read the queue's length and scale by it",
         only_with="scaleByQueueLength"),
    Role("app", "Search Index Data Reader", "1407120a-92aa-4202-b7e9-c0e197c71c8f", "Microsoft.Search/searchServices",
         "search service", "Queries; the app never writes the index"),
    Role("app", "Cognitive Services OpenAI User", "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd",
         "Microsoft.CognitiveServices/accounts", "Foundry account", "Asks both models"),
    Role("app", "Durable Task Data Contributor", "0ad04412-c4d5-4796-b79c-f76d14c8d402",
         "Microsoft.DurableTask/schedulers/taskHubs", "task hub", "Starts, runs and reads orchestrations"),
    Role("app", "Monitoring Metrics Publisher", "3913510d-42f4-4e42-8a64-420c390055eb", "Microsoft.Insights/components",
         "Application Insights", "Sends telemetry, which takes no key"),
    Role("app", "Key Vault Secrets User", "4633458b-17de-408a-b874-0445c86b69e6", "Microsoft.KeyVault/vaults/secrets",
         "secret `github-token`", "Resolves the setting GITHUB_TOKEN", only_with="githubToken"),
    Role("app", "SignalR Service Owner", "7e4f1700-ea5a-4f59-8f37-079cfe29dce3", "Microsoft.SignalRService/SignalR",
         "SignalR", "The bindings of Functions ask for it", only_with="signalREnabled"),
    Role("gateway", "Monitoring Metrics Publisher", "3913510d-42f4-4e42-8a64-420c390055eb",
         "Microsoft.Insights/components", "Application Insights", "Sends its log of requests, which takes no key",
         only_with="apimEnabled"),
    Role("deployer", "Search Service Contributor", "7ca78c08-252a-4471-8644-bb5ff32d4ba0",
         "Microsoft.Search/searchServices", "search service", "Creates the index, which is no ARM resource"),
    Role("deployer", "Search Index Data Contributor", "8ebe5a00-799e-43f5-93ac-243d3dce84a7",
         "Microsoft.Search/searchServices", "search service", "Uploads the sample catalogue"),
    Role("deployer", "Cognitive Services OpenAI User", "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd",
         "Microsoft.CognitiveServices/accounts", "Foundry account", "Embeds the sample catalogue"),
    Role("deployer", "Storage Blob Data Contributor", "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
         "Microsoft.Storage/storageAccounts/blobServices/containers", "container `lab-data`", "Uploads the Lab table"),
)  # fmt: skip
_WHO = {APP_PRINCIPAL_ID: "app", DEPLOYER_ID: "deployer", SYSTEM_PRINCIPAL_ID: "gateway"}


def roles_table() -> str:
    """The roles as a Markdown table, as docs/deploy.md has it."""
    rows = ["| Who | Role | On | Why | Only with |", "|---|---|---|---|---|"]
    rows += [f"| {each.who} | {each.name} | {each.where} | {each.reason} | {_code(each.only_with)} |" for each in ROLES]
    return "\n".join(rows)


def _who(assignment: Resource) -> str:
    principal = assignment.properties["principalId"]
    return _WHO.get(principal, f"nobody we know: {principal!r}")


def _code(name: str) -> str:
    return f"`{name}`" if name else ""


def assigned(deployment: Deployment) -> set[tuple[str, str, str]]:
    """Return who, the role's GUID, and the type of what it is given on, for every assignment of a deployment."""
    types = {each.id: each.type for each in deployment.resources}
    found = {
        (
            _who(each),
            each.properties["roleDefinitionId"].rsplit("/", 1)[1],
            types.get(each.scope or "", f"nothing that is deployed: {each.scope}"),
        )
        for each in deployment.of("Microsoft.Authorization/roleAssignments")
    }
    accounts = {each.id for each in deployment.of("Microsoft.DocumentDB/databaseAccounts")}
    databases = {f"{account}/dbs/{each.name}" for account in accounts
                 for each in deployment.of("Microsoft.DocumentDB/databaseAccounts/sqlDatabases")}  # fmt: skip
    for each in deployment.of(_COSMOS):
        scope = "Microsoft.DocumentDB/databaseAccounts/dbs" if each.properties["scope"] in databases else "too wide"
        guid = each.properties["roleDefinitionId"].rsplit("/", 1)[1]
        found.add((_who(each), guid, scope))
    return found


def roles_given(project: Project) -> list[str]:
    """Exactly the roles of the table are given, on what it says; without a deployer, none to it."""
    found: list[str] = []
    for way, deployment in project.deployments.items():
        chosen = _chosen(way)
        expected = {
            (role.who, role.guid, role.scope)
            for role in ROLES
            if (role.who != "deployer" or "principalId" in chosen) and (not role.only_with or role.only_with in chosen)
        }
        given = assigned(deployment)
        found += [f"{way}: {each} is given without a reason" for each in sorted(given - expected)]
        found += [f"{way}: {each} is missing" for each in sorted(expected - given)]
        found += _kinds(way, deployment)
    return found


def _chosen(way: str) -> set[str]:
    return {name for name, value in WAYS[way].items() if value}


def _kinds(way: str, deployment: Deployment) -> list[str]:
    """A principal of the wrong type makes the first deployment by a pipeline fail, one without a type any first one."""
    deployer = "ServicePrincipal" if way == "by a pipeline" else "User"
    kinds = {APP_PRINCIPAL_ID: "ServicePrincipal", SYSTEM_PRINCIPAL_ID: "ServicePrincipal", DEPLOYER_ID: deployer}
    return [
        f"{way}: {each.symbol} is given to a {each.properties.get('principalType')}"
        for each in deployment.of("Microsoft.Authorization/roleAssignments")
        if each.properties.get("principalType") != kinds.get(each.properties["principalId"])
    ]


def roles_documented(project: Project) -> list[str]:
    return (
        []
        if roles_table() in project.text("docs/deploy.md")
        else [f"docs/deploy.md lacks this table:\n{roles_table()}"]
    )
