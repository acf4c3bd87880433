"""Azure's management API: which roles the app has, and the key that its routes ask for."""

from infra.hooks import sign_in
from infra.hooks.console import hide
from infra.hooks.failures import HookFailed
from infra.hooks.outputs import Outputs
from infra.hooks.patience import NotYet
from infra.hooks.web import Answer, Site

# `ARM_ENDPOINT` names that of another cloud, such as https://management.usgovcloudapi.net.
_PUBLIC_CLOUD = "https://management.azure.com"
_ROLES = "{scope}/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01&$filter={filter}"
_KEYS = (
    "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Web/sites/{app}"
    "/host/default/listKeys?api-version=2024-11-01"
)
# The host of a new app is started by asking for its keys, and cannot tell them before it runs.
_NOT_YET = {400, 404, 409, 429, 500, 502, 503, 504}


def management(outputs: Outputs) -> Site:
    """Open the management API as azd's identity; close it after use."""
    url = outputs.get("ARM_ENDPOINT", _PUBLIC_CLOUD).rstrip("/")
    return Site(url, lambda: {"Authorization": f"Bearer {sign_in.bearer(outputs, f'{url}/.default')}"})


def roles_of(site: Site, principal_id: str, scope: str) -> set[str]:
    """Return the GUIDs of the roles that a principal has on a resource or above it.

    Raises:
        HookFailed: They cannot be read.
    """
    answer = site.call("GET", _ROLES.format(scope=scope, filter=f"principalId%20eq%20'{principal_id}'"))
    if answer.status != 200:
        raise _refused("role assignments", answer)
    return {each["properties"]["roleDefinitionId"].rpartition("/")[2].lower() for each in answer.document["value"]}


def function_key(site: Site, outputs: Outputs) -> str:
    """Return the app's default function key, which is hidden from whatever is said from now on.

    Raises:
        NotYet: The app's host does not run yet.
        HookFailed: It may not be read.
    """
    address = _KEYS.format(
        subscription=outputs.need("AZURE_SUBSCRIPTION_ID"),
        group=outputs.need("AZURE_RESOURCE_GROUP"),
        app=outputs.need("SERVICE_API_NAME"),
    )
    answer = site.call("POST", address)
    if answer.status in _NOT_YET:
        raise NotYet(f"its host does not tell its keys yet ({answer.status})")
    keys = answer.field("functionKeys")
    if answer.status != 200 or not isinstance(keys, dict):
        raise _refused("the function key", answer)
    key = str(next(iter(keys.values()), "")) if "default" not in keys else str(keys["default"])
    if not key:
        raise HookFailed("The app has no function key", "az functionapp keys set, or azd provision")
    hide(key)
    return key


def _refused(what: str, answer: Answer) -> HookFailed:
    error = answer.field("error")
    code = error.get("code", "") if isinstance(error, dict) else ""
    return HookFailed(
        f"Azure's management API refuses to tell {what}: {answer.status} {code}".rstrip(),
        "deploy as somebody with the role Contributor or Owner on the resource group",
    )
