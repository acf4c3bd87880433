"""The management URLs: those a durable client binding carries and those a start is answered with."""

from urllib.parse import quote

import orjson

WEBHOOKS = "/runtime/webhooks/durabletask"
#: Placeholder that the SDK replaces by the instance's id.
ID_PLACEHOLDER = "INSTANCEID"


def management_urls(origin: str, instance_id: str, hub: str) -> dict[str, str]:
    """Return the URLs that manage one instance. ``origin``: ``http://host:port``, as the caller reaches this host."""
    instance = f"{origin}{WEBHOOKS}/instances/{instance_id}"
    query = f"taskHub={quote(hub)}&connection=Storage&code=local"
    reasoned = {operation: f"{instance}/{operation}?reason={{text}}&{query}"
                for operation in ("terminate", "rewind", "suspend", "resume")}  # fmt: skip
    return {
        "id": instance_id,
        "statusQueryGetUri": f"{instance}?{query}",
        "sendEventPostUri": f"{instance}/raiseEvent/{{eventName}}?{query}",
        "terminatePostUri": reasoned["terminate"],
        "rewindPostUri": reasoned["rewind"],
        "purgeHistoryDeleteUri": f"{instance}?{query}",
        "restartPostUri": f"{instance}/restart?{query}",
        "suspendPostUri": reasoned["suspend"],
        "resumePostUri": reasoned["resume"],
    }


def client_binding(origin: str, hub: str) -> str:
    """Return the JSON text that a durableClient parameter receives."""
    create = f"{origin}{WEBHOOKS}/orchestrators/{{functionName}}[/{{instanceId}}]?code=local"
    wait = "timeout={timeoutInSeconds}&pollingInterval={intervalInSeconds}"
    return orjson.dumps({
        "taskHubName": hub,
        "creationUrls": {
            "createNewInstancePostUri": create,
            "createAndWaitOnNewInstancePostUri": f"{create}&{wait}",
        },
        "managementUrls": management_urls(origin, ID_PLACEHOLDER, hub),
        "baseUrl": f"{origin}{WEBHOOKS}",
        "requiredQueryStringParameters": "code=local",
        "rpcBaseUrl": f"{origin}{WEBHOOKS}/",  # the SDK concatenates: it must end in a slash
    }).decode()  # fmt: skip
