"""Resources as they would be deployed: the values of shared/topology.yaml, no keys, logs, private networks, names."""

import json
import re
from typing import Any

from tests.support.bicep.evaluate import Deployment, Resource
from tests.support.bicep.syntax import text
from tests.support.infra.app_functions import queue_functions
from tests.support.infra.project import Project

_COSMOS = "Microsoft.DocumentDB/databaseAccounts"
_CONTAINERS = f"{_COSMOS}/sqlDatabases/containers"
_BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers"
_BUS = "Microsoft.ServiceBus/namespaces"

# Which property of each type says that no key opens it.
_KEYLESS: dict[str, dict[str, Any]] = {
    "Microsoft.CognitiveServices/accounts": {"disableLocalAuth": True},
    "Microsoft.DocumentDB/databaseAccounts": {"disableLocalAuth": True, "disableKeyBasedMetadataWriteAccess": True},
    "Microsoft.Insights/components": {"DisableLocalAuth": True},
    "Microsoft.KeyVault/vaults": {"enableRbacAuthorization": True},
    "Microsoft.Search/searchServices": {"disableLocalAuth": True},
    "Microsoft.ServiceBus/namespaces": {"disableLocalAuth": True, "minimumTlsVersion": "1.2"},
    "Microsoft.SignalRService/SignalR": {"disableLocalAuth": True},
    "Microsoft.Storage/storageAccounts": {
        "allowBlobPublicAccess": False,
        "allowSharedKeyAccess": False,
        "minimumTlsVersion": "TLS1_2",
        "supportsHttpsTrafficOnly": True,
    },
    "Microsoft.Web/sites": {"httpsOnly": True},
    "Microsoft.Web/sites/basicPublishingCredentialsPolicies": {"allow": False},
}
# Data services: behind private endpoints where the network is private. The part of the service that is reached.
_PRIVATE: dict[str, set[str]] = {
    "Microsoft.CognitiveServices/accounts": {"account"},
    "Microsoft.DocumentDB/databaseAccounts": {"Sql"},
    "Microsoft.DurableTask/schedulers": {"scheduler"},
    "Microsoft.KeyVault/vaults": {"vault"},
    "Microsoft.Search/searchServices": {"searchService"},
    "Microsoft.ServiceBus/namespaces": {"namespace"},
    "Microsoft.Storage/storageAccounts": {"blob"},
}
_OBSERVED = {
    *(_PRIVATE.keys() - {"Microsoft.Storage/storageAccounts"}),
    "Microsoft.ApiManagement/service",
    "Microsoft.Network/virtualnetworks",
    "Microsoft.OperationalInsights/workspaces",
    "Microsoft.SignalRService/SignalR",
    "Microsoft.Storage/storageAccounts/blobServices",
    "Microsoft.Web/sites",
}
# Length and form that each service asks of a name.
_NAMES: dict[str, str] = {
    "Microsoft.ApiManagement/service": r"[a-zA-Z][a-zA-Z0-9-]{0,48}[a-zA-Z0-9]",
    "Microsoft.CognitiveServices/accounts": r"[a-z0-9][a-z0-9-]{1,62}",
    "Microsoft.DocumentDB/databaseAccounts": r"[a-z0-9][a-z0-9-]{1,42}[a-z0-9]",
    "Microsoft.DurableTask/schedulers": r"[a-zA-Z][a-zA-Z0-9-]{1,62}[a-zA-Z0-9]",
    "Microsoft.DurableTask/schedulers/taskHubs": r"[a-zA-Z][a-zA-Z0-9-]{1,62}[a-zA-Z0-9]",
    "Microsoft.KeyVault/vaults": r"[a-zA-Z][a-zA-Z0-9-]{1,22}[a-zA-Z0-9]",
    "Microsoft.Resources/resourceGroups": r"[\w.()-]{1,89}[\w()-]",
    "Microsoft.Search/searchServices": r"[a-z0-9](?!.*--)[a-z0-9-]{0,58}[a-z0-9]",
    "Microsoft.ServiceBus/namespaces": r"[a-zA-Z](?!.*(-sb|-mgmt)$)[a-zA-Z0-9-]{4,48}[a-zA-Z0-9]",
    "Microsoft.SignalRService/SignalR": r"[a-zA-Z][a-zA-Z0-9-]{1,61}[a-zA-Z0-9]",
    "Microsoft.Storage/storageAccounts": r"[a-z0-9]{3,24}",
    # The host cuts its own id after 32 characters: two longer names of one storage account would share it.
    "Microsoft.Web/sites": r"[a-z0-9](?!.*--)[a-z0-9-]{0,30}[a-z0-9]",
    _BLOBS: r"[a-z0-9](?!.*--)[a-z0-9-]{1,61}[a-z0-9]",
}


def cosmos_containers(project: Project) -> list[str]:
    """Containers, partition keys, times to live, vectors and texts are those of the topology."""
    found: list[str] = []
    expected = {each.name: each for each in project.topology.containers.values()}
    for way, deployment in project.deployments.items():
        database = deployment.one(f"{_COSMOS}/sqlDatabases")
        found += [f"{way}: database {database.name}"] * (database.name != project.topology.database)
        found += [
            f"{way}: {each.name} is in {each.id}" for each in deployment.of(_CONTAINERS) if database.id not in each.id
        ]
        made = {each.name: each.properties["resource"] for each in deployment.of(_CONTAINERS)}
        found += [f"{way}: containers {sorted(made)}"] * (set(made) != set(expected))
        for name in set(made) & set(expected):
            wanted = _container(name, expected[name].model_dump())
            if made[name] != wanted:
                found.append(f"{way}: {name} is {json.dumps(made[name])}, expected {json.dumps(wanted)}")
    return found


def cosmos_containers_in_turn(project: Project) -> list[str]:
    """An account refuses some changes while another is under way: its containers are made one after the other."""
    (module,) = (file for file in project.bicep if file.path.name == "cosmos.bicep")
    size = module.declarations["sqlContainers"].decorators.get("batchSize")
    given = text(size) if size is not None else "all"
    return [f"cosmos.bicep: {given} containers are made at once"] * (given != "1")


def _container(name: str, said: dict[str, Any]) -> dict[str, Any]:
    policy: dict[str, Any] = {
        "indexingMode": "consistent",
        "automatic": True,
        "includedPaths": [{"path": "/*"}],
        "excludedPaths": [{"path": '/"_etag"/?'}],
    }
    made: dict[str, Any] = {
        "id": name,
        "partitionKey": {"kind": "Hash", "version": 2, "paths": [said["partition_key"]]},
        "indexingPolicy": policy,
    }
    if said["ttl_s"] is not None:
        made["defaultTtl"] = said["ttl_s"]
    if vector := said["vector"]:
        path, dimensions = vector["path"], vector["dimensions"]
        policy["excludedPaths"].append({"path": f"{path}/*"})
        policy["vectorIndexes"] = [{"path": path, "type": "flat" if dimensions <= 505 else "diskANN"}]
        embedding = {"path": path, "dataType": "float32", "distanceFunction": "cosine", "dimensions": dimensions}
        made["vectorEmbeddingPolicy"] = {"vectorEmbeddings": [embedding]}
    if text := said["full_text"]:
        policy["excludedPaths"].append({"path": f"{text['path']}/?"})
        policy["fullTextIndexes"] = [{"path": text["path"]}]
        paths = [{"path": text["path"], "language": text["language"]}]
        made["fullTextPolicy"] = {"defaultLanguage": text["language"], "fullTextPaths": paths}
    policy["excludedPaths"] += [{"path": f"{path}/?"} for path in said["unindexed"]]
    return made


def cosmos_account(project: Project) -> list[str]:
    """Serverless, with vectors and full-text search: without one of the capabilities containers are refused."""
    names = ("EnableServerless", "EnableNoSQLVectorSearch", "EnableNoSQLFullTextSearch")
    wanted = [{"name": name} for name in names]
    accounts = [each.one(_COSMOS).properties["capabilities"] for each in project.deployments.values()]
    return [f"capabilities {each}" for each in accounts if each != wanted]


def queue(project: Project) -> list[str]:
    """The queue's values are those of the topology; Premium where it is private, else Standard."""
    found: list[str] = []
    (said,) = project.topology.queues.values()
    expected = {
        "lockDuration": f"PT{said.lock_duration_s}S",
        "maxDeliveryCount": said.max_delivery_count,
        "requiresDuplicateDetection": said.duplicate_detection_s > 0,
        "duplicateDetectionHistoryTimeWindow": f"PT{said.duplicate_detection_s}S",
        "defaultMessageTimeToLive": f"PT{said.ttl_s}S",
        "deadLetteringOnMessageExpiration": said.dead_letter_on_expiry,
        "requiresSession": said.requires_session,
    }
    for way, deployment in project.deployments.items():
        made = deployment.one(f"{_BUS}/queues")
        found += [f"{way}: queue {made.name}"] * (made.name != said.name)
        found += [f"{way}: queue is {made.properties}, expected {expected}"] * (made.properties != expected)
        tier = deployment.one(_BUS).body["sku"]
        wanted = "Premium" if _is_private(deployment) else "Standard"
        found += [f"{way}: Service Bus is {tier}"] * (tier["name"] != wanted or tier["tier"] != wanted)
    return found


def blob_containers(project: Project) -> list[str]:
    """Blob containers are those of the topology and the one that the package is deployed to."""
    found: list[str] = []
    named = {each.name for each in project.topology.blob_containers.values()}
    for way, deployment in project.deployments.items():
        apps = [each.properties["functionAppConfig"] for each in deployment.of("Microsoft.Web/sites")]
        urls = [each["deployment"]["storage"]["value"] for each in apps]
        name = deployment.one("Microsoft.Storage/storageAccounts").name
        packages = {url.removeprefix(f"https://{name}.blob.core.windows.net/") for url in urls}
        made = {each.name for each in deployment.of(_BLOBS)}
        found += [f"{way}: blob containers {sorted(made)}"] * (made != named | packages)
        # A package replaces what is in its container.
        own = len(packages) == len(urls) and not packages & named
        found += [f"{way}: packages go to {urls}"] * (not own)
    return found


def search_index(project: Project) -> list[str]:
    """The index that is made after provisioning takes the vectors that the deployed model makes."""
    (said,) = project.topology.search_indexes.values()
    definition = json.loads(project.text(f"shared/{said.definition}"))
    vectors = {each["dimensions"] for each in definition["fields"] if "dimensions" in each}
    found: list[str] = []
    for way, deployment in project.deployments.items():
        given = deployment.outputs["EMBEDDING_DIMENSIONS"]
        found += [f"{way}: vectors of {given} dimensions, the index takes {vectors}"] * (vectors != {given})
        tier = deployment.one("Microsoft.Search/searchServices")
        found += [f"{way}: AI Search is {tier.body['sku']}"] * (tier.body["sku"] != {"name": "basic"})
        # Free ends after 1,000 queries a month.
        wanted = "standard" if way == "in production" else "free"
        semantic = tier.properties["semanticSearch"] == wanted
        found += [f"{way}: semantic ranking is not {wanted}"] * (("semantic" in definition) and not semantic)
    return found


def keyless(project: Project) -> list[str]:
    """No service takes a key or talks in the clear."""
    found: list[str] = []
    for way, deployment in project.deployments.items():
        for each in deployment.resources:
            wanted = _KEYLESS.get(each.type, {})
            given = {name: each.properties.get(name) for name in wanted}
            found += [f"{way}: {each.name} has {given}"] * (given != wanted)
        policies = {each.id for each in deployment.of("Microsoft.Web/sites/basicPublishingCredentialsPolicies")}
        for app in deployment.of("Microsoft.Web/sites"):
            wanted = {f"{app.id}/basicPublishingCredentialsPolicies/{each}" for each in ("ftp", "scm")}
            found += [f"{way}: passwords for publishing are off for {policies}"] * (not wanted <= policies)
            config = app.properties["siteConfig"]
            found += [f"{way}: {config}"] * (config["ftpsState"] != "Disabled" or config["minTlsVersion"] != "1.2")
    return found


def observed(project: Project) -> list[str]:
    """Each service sends its metrics, and its logs where the app's own do not say it, to the one workspace."""
    found: list[str] = []
    for way, deployment in project.deployments.items():
        workspace = deployment.one("Microsoft.OperationalInsights/workspaces").id
        settings = deployment.of("Microsoft.Insights/diagnosticSettings")
        watched = {each.scope for each in settings}
        blind = [each for each in deployment.resources if each.type in _OBSERVED and each.id not in watched]
        found += [f"{way}: nothing observes {each.name}" for each in blind]
        for each in settings:
            found += [f"{way}: {each.scope} reports elsewhere"] * (each.properties["workspaceId"] != workspace)
            found += [f"{way}: {each.scope} sends no metrics"] * (not each.properties.get("metrics"))
    return found


def scheduler_logs(project: Project) -> list[str]:
    """The scheduler logs what SCHEDULER_LOGS says: a category, all of them, or nothing where it would be refused."""
    found: list[str] = []
    wanted: dict[str, list[dict[str, Any]]] = {
        "allLogs": [{"categoryGroup": "allLogs", "enabled": True}],
        "RunLogs": [{"category": "RunLogs", "enabled": True}],
        "none": [],
    }
    for chosen, expected in wanted.items():
        deployment = project.deployed({"schedulerLogs": chosen})
        scheduler = deployment.one("Microsoft.DurableTask/schedulers").id
        settings = deployment.of("Microsoft.Insights/diagnosticSettings")
        given = [each.properties["logs"] for each in settings if each.scope == scheduler]
        found += [f"asked for {chosen}, the scheduler logs {given}"] * (given != [expected])
    return found


def private_network(project: Project) -> list[str]:
    """Data services are open to everybody's network, each guarded by roles, or to the app's own alone."""
    found: list[str] = []
    for way, deployment in project.deployments.items():
        private = _is_private(deployment)
        wanted = "Disabled" if private else "Enabled"
        for each in deployment.resources:
            access = each.properties.get("publicNetworkAccess")
            found += [f"{way}: {each.name} is {access}"] * (each.type in _PRIVATE and access != wanted)
        found += [f"{way}: {each}" for each in _endpoints(deployment, private=private)]
        subnets = [each.properties.get("virtualNetworkSubnetId", "") for each in deployment.of("Microsoft.Web/sites")]
        found += [f"{way}: the app is in {each!r}" for each in subnets if bool(each) is not private]
    return found


def _endpoints(deployment: Deployment, *, private: bool) -> list[str]:
    reached: dict[str, set[str]] = {}
    for each in deployment.of("Microsoft.Network/privateEndpoints"):
        (connection,) = each.properties["privateLinkServiceConnections"]
        target = connection["properties"]
        reached.setdefault(target["privateLinkServiceId"], set()).update(target["groupIds"])
    wanted = {each.id: _PRIVATE[each.type] for each in deployment.resources if each.type in _PRIVATE and private}
    zones = {each.id for each in deployment.of("Microsoft.Network/privateDnsZones")}
    named = [
        config["properties"]["privateDnsZoneId"]
        for group in deployment.of("Microsoft.Network/privateEndpoints/privateDnsZoneGroups")
        for config in group.properties["privateDnsZoneConfigs"]
    ]
    linked = {each.id.rsplit("/virtualNetworkLinks/", 1)[0] for each in deployment.of(_LINKS)}
    return [
        *[f"private endpoints reach {reached}, expected {wanted}"] * (reached != wanted),
        *[f"names in {sorted(named)}, zones are {sorted(zones)}"] * (set(named) != zones or len(named) != len(zones)),
        *[f"{each} is linked to no network" for each in zones - linked],
    ]


_LINKS = "Microsoft.Network/privateDnsZones/virtualNetworkLinks"


def _is_private(deployment: Deployment) -> bool:
    return bool(deployment.of("Microsoft.Network/virtualnetworks"))


def named_and_tagged(project: Project) -> list[str]:
    """Names have the form that their service asks for, whatever the environment's name; everything has azd's tag."""
    found: list[str] = []
    deployments = {**project.deployments, "long name": project.deployed({"environmentName": "Long_name-" * 6})}
    for way, deployment in deployments.items():
        for each in deployment.resources:
            form = _NAMES.get(each.type)
            found += [f"{way}: {each.type} is named {each.name}"] * (
                bool(form) and not re.fullmatch(str(form), each.name)
            )
            untagged = _takes_tags(each) and "azd-env-name" not in each.body.get("tags", {})
            found += [f"{way}: {each.type} {each.name} has no tag azd-env-name"] * untagged
    return found


def _takes_tags(resource: Resource) -> bool:
    return resource.type.count("/") == 1 and "Authorization" not in resource.type and "diagnostic" not in resource.type


def flex_consumption(project: Project) -> list[str]:
    """In production what a search needs is always ready, its queue too; each app has a plan; history is kept."""
    found: list[str] = []
    # Functions that a queue starts scale alone, by their name.
    groups = ("http", "durable", *(f"function:{name}" for name in sorted(queue_functions())))
    ready = [{"name": name, "instanceCount": 1} for name in groups]
    for way, deployment in project.deployments.items():
        apps = deployment.of("Microsoft.Web/sites")
        for app in apps:
            config = app.properties["functionAppConfig"]["scaleAndConcurrency"]
            wanted = ready if way == "in production" else []
            found += [f"{way}: always ready {config['alwaysReady']}"] * (config["alwaysReady"] != wanted)
        plans = deployment.of("Microsoft.Web/serverfarms")
        for plan in plans:
            flex = plan.body["sku"] == {"name": "FC1", "tier": "FlexConsumption"} and plan.properties["reserved"]
            found += [f"{way}: plan {plan.body}"] * (not flex)
        used = {each.properties["serverFarmId"] for each in apps}
        found += [f"{way}: a plan holds one app"] * (len(used) != len(apps) or used != {each.id for each in plans})
        scheduler = deployment.one("Microsoft.DurableTask/schedulers").properties
        found += [f"{way}: the scheduler lets nobody in"] * (not scheduler["ipAllowlist"])
        kept = deployment.one("Microsoft.DurableTask/schedulers/retentionPolicies").properties["retentionPolicies"]
        days = [each["retentionPeriodInDays"] for each in kept]
        found += [f"{way}: history is kept for {days} days"] * (not days or not all(1 <= each <= 30 for each in days))
    for version in ("3.11", "3.12", "3.13"):
        app = project.deployed({"pythonVersion": version}).one("Microsoft.Web/sites")
        runtime = app.properties["functionAppConfig"]["runtime"]
        found += [f"asked for Python {version}, got {runtime}"] * (runtime != {"name": "python", "version": version})
    return found


def foundry(project: Project) -> list[str]:
    """The account can be signed in to, has a project, and is where aiLocation says."""
    found: list[str] = []
    for way, deployment in project.deployments.items():
        account = deployment.one("Microsoft.CognitiveServices/accounts")
        location = "swedencentral" if way == "with everything" else "northeurope"
        found += [f"{way}: models are in {account.body['location']}"] * (account.body["location"] != location)
        properties = account.properties
        found += [f"{way}: no host name of its own"] * (properties.get("customSubDomainName") != account.name)
        found += [f"{way}: takes no project"] * (properties.get("allowProjectManagement") is not True)
        found += [f"{way}: {account.body['kind']}"] * (account.body["kind"] != "AIServices")
        deployment.one("Microsoft.CognitiveServices/accounts/projects")
    return found


def vault(project: Project) -> list[str]:
    """The vault holds the token and nothing else, and can be purged unless somebody forbids it."""
    found: list[str] = []
    for way, deployment in project.deployments.items():
        secrets = [each.name for each in deployment.of("Microsoft.KeyVault/vaults/secrets")]
        given = way in ("with a token", "with everything")
        found += [f"{way}: secrets {secrets}"] * (secrets != ["github-token"] * given)
        properties = deployment.one("Microsoft.KeyVault/vaults").properties
        # The service refuses False.
        protection = properties.get("enablePurgeProtection")
        found += [f"{way}: purge protection {protection}"] * (
            protection is not (True if way == "with everything" else None)
        )
    return found
