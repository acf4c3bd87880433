"""After everything is taken down: the app registration that ``gateway_registration`` made goes, and no other.

Entra ID is outside the resource group, so `azd down` leaves it.
"""

from infra.hooks import commands
from infra.hooks.console import say
from infra.hooks.failures import HookFailed
from infra.hooks.gateway_registration import display_name, is_ours, note, registrations
from infra.hooks.outputs import Outputs


def main(outputs: Outputs) -> None:
    """Remove the registration and have azd forget its client id; return at once where there was no gateway.

    Raises:
        HookFailed: It may not be removed.
    """
    audience = outputs.get("GATEWAY_AUDIENCE")
    with_gateway = outputs.flag("APIM_ENABLED", default=False)
    if not with_gateway and (not audience or outputs.get("GATEWAY_PRINCIPAL_ID")):
        # None, or one that is not of this deployment and has its own registration.
        return
    name = display_name(outputs)
    found = registrations(name, advice=_by_hand(audience or f"<client id of {name}>"))
    made = [str(each["appId"]) for each in found if is_ours(each)]
    if audience and audience not in made:
        say(f"Gateway: the app registration {audience} was not made by this deployment, and stays.")
        return
    if not made:
        return
    if len(made) > 1 and not audience:
        raise HookFailed(f"There are {len(made)} app registrations named {name}", _by_hand("<client id>"))
    client_id = audience or made[0]
    commands.run("az", ["ad", "app", "delete", "--id", client_id], advice=_by_hand(client_id))
    # The next `azd up` would take it for one that is there.
    note(outputs, "", advice=_FORGET)
    say(f"Gateway: removed the app registration {name} ({client_id}); Entra ID keeps it recoverable for 30 days.")


_FORGET = 'azd env set GATEWAY_AUDIENCE ""'


def _by_hand(client_id: str) -> str:
    return (
        "or somebody who may remove the app registration runs: "
        f"az ad app delete --id {client_id}; then you: {_FORGET}. All else is taken down"
    )
