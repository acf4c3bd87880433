"""How the hooks get into the app: with its function key, or through the gateway as whoever azd is signed in as."""

from infra.hooks import sign_in
from infra.hooks.console import say
from infra.hooks.failures import HookFailed
from infra.hooks.management import function_key, management
from infra.hooks.outputs import Outputs
from infra.hooks.patience import until
from infra.hooks.web import Site

_ADVICE = (
    "look whether the app runs: az functionapp show -g $AZURE_RESOURCE_GROUP -n $SERVICE_API_NAME --query state; then "
    "azd deploy and azd hooks run postdeploy"
)


def open_app(outputs: Outputs) -> Site | None:
    """Open the app as its users reach it; close it after use. None: behind a gateway whose address nobody has told.

    Raises:
        HookFailed: Its key cannot be read.
    """
    if not outputs.flag("SERVICE_API_BEHIND_GATEWAY", default=False):
        with management(outputs) as site:
            key = until(lambda: function_key(site, outputs), outputs.patience, "the app's function key", _ADVICE)
        return Site(outputs.need("SERVICE_API_URI"), lambda: {"x-functions-key": key})
    # Provisioning sets the first; the second is another gateway, which only the deployer knows.
    gateway = outputs.get("GATEWAY_URI") or outputs.get("OWN_GATEWAY_URI")
    if not gateway:
        say("The app is behind a gateway of yours, so it is not called (azd env set OWN_GATEWAY_URI https://...).")
        return None
    audience = outputs.get("API_AUDIENCE") or outputs.get("GATEWAY_AUDIENCE")
    if not audience:
        raise HookFailed("GATEWAY_AUDIENCE is not set", "azd provision, whose hook makes the app registration")
    scope = f"api://{audience}/.default"
    return Site(gateway, lambda: {"Authorization": f"Bearer {sign_in.bearer(outputs, scope)}"})
