"""What a refusal means: a role that is not known yet, which passes, or something that does not."""

from azure.core.exceptions import HttpResponseError

from infra.hooks.outputs import Outputs

UNKNOWN_ROLE = "the role is not known there yet (403)"


def is_unknown_role(error: HttpResponseError) -> bool:
    """Whether blob storage knows who asks, but of no role that allows it; a firewall refuses with another code."""
    return error.status_code == 403 and getattr(error, "error_code", None) == "AuthorizationPermissionMismatch"


def role_advice(outputs: Outputs, again: str) -> str:
    """Return what to do when a role is still not known after all patience. ``again``: the command that goes on."""
    if outputs.is_private:
        return f"run {again} from inside the private network, or azd env set LOAD_SAMPLE false"
    return (
        f"run {again} in a few minutes. If it stays so, check that azd is signed in as whoever provisioned "
        "(azd env get-value DEPLOYER_PRINCIPAL_ID); azd provision gives the roles again"
    )
