"""Before provisioning: the app registration that callers of the gateway, and the gateway itself, ask tokens for.

Entra ID is outside what the deployment's templates can make. Only with APIM_ENABLED=true and no GATEWAY_AUDIENCE.
"""

import json
import tempfile
import uuid
from pathlib import Path
from typing import Any

from infra.hooks import commands
from infra.hooks.console import say
from infra.hooks.failures import HookFailed
from infra.hooks.outputs import ROOT, Outputs

# Azure CLI and azd, which share it: so that whoever deploys gets a token without a consent of its own.
AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
SCOPE = "user_impersonation"
_GRAPH = "https://graph.microsoft.com/v1.0/applications(appId='{}')"
_JSON = "Content-Type=application/json"


def main(outputs: Outputs) -> None:
    """Register the application once and hand its client id to azd; return at once where none is wanted.

    Raises:
        HookFailed: It may not be registered.
    """
    if not outputs.flag("APIM_ENABLED", default=False) or outputs.get("GATEWAY_AUDIENCE"):
        return
    name = display_name(outputs)
    client_id = _registered(registrations(name), name)
    _change(client_id)
    if commands.run("az", ["ad", "sp", "show", "--id", client_id, "--query", "id"], refused_is_none=True) is None:
        # Without a principal in this tenant no token is issued for it.
        commands.run("az", ["ad", "sp", "create", "--id", client_id, "--query", "id"])
    note(outputs, client_id)
    say(f"Gateway: callers ask for tokens for api://{client_id}, the app registration {name}.")


def display_name(outputs: Outputs) -> str:
    """Return the registration's name: one for each environment of a subscription, as names need not be unique."""
    return f"fanwise-{outputs.need('AZURE_ENV_NAME')}-{outputs.need('AZURE_SUBSCRIPTION_ID')[:8]}"


def changes(client_id: str) -> list[dict[str, Any]]:
    """Return what is changed about the registration, in order: tokens of version 2, a scope, who has it beforehand.

    Microsoft Graph takes a scope and its use in one request for an unknown scope, so they are two.
    """
    scope_id = _scope_id(client_id)
    words = "Call Fanwise as the user who is signed in"
    scope = {
        "id": scope_id,
        "value": SCOPE,
        "type": "User",
        "isEnabled": True,
        "adminConsentDisplayName": words,
        "adminConsentDescription": words,
        "userConsentDisplayName": words,
        "userConsentDescription": words,
    }
    api = {"requestedAccessTokenVersion": 2, "oauth2PermissionScopes": [scope]}
    given = {"preAuthorizedApplications": [{"appId": AZURE_CLI, "delegatedPermissionIds": [scope_id]}]}
    return [{"identifierUris": [f"api://{client_id}"], "api": api}, {"api": {**api, **given}}]


def registrations(name: str, **run: Any) -> list[dict[str, Any]]:
    """Return the registrations of that name. ``run``: as ``commands.run`` takes it.

    Raises:
        HookFailed: They may not be read.
    """
    return _json(commands.run("az", ["ad", "app", "list", "--filter", f"displayName eq '{name}'", "-o", "json"], **run))


def is_ours(registration: dict[str, Any]) -> bool:
    """Whether a registration has the scope that is made here, whose id nobody else would choose."""
    scopes = (registration.get("api") or {}).get("oauth2PermissionScopes") or []
    return any(each.get("id") == _scope_id(str(registration["appId"])) for each in scopes)


def note(outputs: Outputs, client_id: str, **run: Any) -> None:
    """Hand a client id to azd as GATEWAY_AUDIENCE; empty: forget it. ``run``: as ``commands.run`` takes it."""
    environment = outputs.need("AZURE_ENV_NAME")
    commands.run("azd", ["env", "set", "GATEWAY_AUDIENCE", client_id, "-e", environment, "--cwd", str(ROOT)], **run)


def _scope_id(client_id: str) -> str:
    # The same on every run, so that a second one changes nothing.
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"api://{client_id}/{SCOPE}"))


def _registered(found: list[dict[str, Any]], name: str) -> str:
    if len(found) > 1:
        raise HookFailed(
            f"There are {len(found)} app registrations named {name}",
            "choose one: azd env set GATEWAY_AUDIENCE <client id>",
        )
    if found:
        return str(found[0]["appId"])
    created = commands.run(
        "az", ["ad", "app", "create", "--display-name", name, "--sign-in-audience", "AzureADMyOrg", "-o", "json"]
    )
    return str(_json(created)["appId"])


def _change(client_id: str) -> None:
    address = _GRAPH.format(client_id)
    with tempfile.TemporaryDirectory() as folder:
        # A file: quotes in arguments do not survive az on Windows.
        body = Path(folder) / "change.json"
        for change in changes(client_id):
            body.write_text(json.dumps(change), encoding="utf-8")
            commands.run(
                "az",
                ["rest", "--method", "patch", "--url", address, "--headers", _JSON, "--body", f"@{body}"],
            )


def _json(text: str | None) -> Any:
    try:
        return json.loads(text or "")
    except ValueError as error:
        raise HookFailed(f"az answered {(text or '')[:100]!r}, expected JSON", "az upgrade") from error
