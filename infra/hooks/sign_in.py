"""Who the hooks are: in Azure whoever azd is signed in as, on one machine whoever has the key of the local stack.

azd's own sign-in and no other: the roles of the deployment were given to it. The key of a service is used at a
loopback address alone; in Azure every service refuses keys.
"""

from functools import cache
from typing import Any
from urllib.parse import urlsplit

from azure.core.credentials import AzureKeyCredential, AzureNamedKeyCredential

from infra.hooks.outputs import Outputs, is_loopback

# azd starts slowly where it looks for updates or refreshes a token.
_AZD_TIMEOUT_S = 60


def search_credential(outputs: Outputs) -> Any:
    """Return what signs in to AI Search."""
    key = outputs.get("AI_SEARCH_KEY")
    return AzureKeyCredential(key) if key and is_loopback(outputs.need("AI_SEARCH_ENDPOINT")) else azd(outputs)


def storage_credential(outputs: Outputs) -> Any:
    """Return what signs in to blob storage."""
    key, endpoint = outputs.get("STORAGE_KEY"), outputs.need("STORAGE_ENDPOINT")
    if key and is_loopback(endpoint):
        # Azurite's account is the path of its address.
        return AzureNamedKeyCredential(urlsplit(endpoint).path.strip("/"), key)
    return azd(outputs)


def model_key(outputs: Outputs) -> str | None:
    """Return the key of the models, None where azd's identity signs in."""
    key = outputs.get("AZURE_OPENAI_API_KEY")
    return key if key and is_loopback(outputs.need("AZURE_OPENAI_ENDPOINT")) else None


def azd(outputs: Outputs) -> Any:
    """Return azd's sign-in."""
    return _azd(outputs.get("AZURE_TENANT_ID"))


def bearer(outputs: Outputs, scope: str) -> str:
    """Return a token of azd's sign-in for ``scope``."""
    return azd(outputs).get_token(scope).token


@cache
def _azd(tenant_id: str) -> Any:
    from azure.identity import AzureDeveloperCliCredential

    return AzureDeveloperCliCredential(tenant_id=tenant_id, process_timeout=_AZD_TIMEOUT_S)
