"""Before the deployment: the app's identity must reach the container of the package, which Azure learns late.

A role takes minutes to be known everywhere. Nobody can ask on the app's behalf; but its role on the storage account is
made in the same step as the deployer's role on a container of that account, so what the deployer may do there tells.
"""

import json

from azure.core.exceptions import HttpResponseError
from azure.storage.blob import BlobServiceClient

from infra.hooks import sign_in
from infra.hooks.console import say
from infra.hooks.failures import HookFailed
from infra.hooks.management import management, roles_of
from infra.hooks.outputs import ROOT, Outputs
from infra.hooks.patience import NotYet, until
from infra.hooks.refusals import UNKNOWN_ROLE, is_unknown_role, role_advice
from shared.topology import topology

_ROLE = "storageBlobDataOwner"


def main(outputs: Outputs) -> None:
    """Return once the package can be deployed.

    Raises:
        HookFailed: The app lacks its role, or roles are still not known after all patience.
    """
    _check_the_app_has_its_role(outputs)
    if not outputs.get("DEPLOYER_PRINCIPAL_ID"):
        say(
            "Whoever provisioned has no role here (DEPLOYER_PRINCIPAL_ID is empty): nothing tells when roles are known."
        )
        return
    container = topology().blob_containers["lab_data"].name
    endpoint = outputs.need("STORAGE_ENDPOINT")
    with BlobServiceClient(endpoint, credential=sign_in.storage_credential(outputs)) as client:

        def listed() -> bool:
            try:
                next(iter(client.get_container_client(container).list_blobs(results_per_page=1)), None)
            except HttpResponseError as error:
                if is_unknown_role(error):
                    raise NotYet(UNKNOWN_ROLE) from error
                if error.status_code == 403 and outputs.is_private:
                    return False
                raise _refused(endpoint, container, error) from error
            return True

        if until(listed, outputs.patience, f"the roles on {endpoint}", role_advice(outputs, "azd deploy")):
            say("Roles on the storage account are known: the package can be deployed.")
        else:
            say("The storage account is private and not seen from here, so nothing tells when roles are known.")


def _check_the_app_has_its_role(outputs: Outputs) -> None:
    roles = json.loads((ROOT / "infra" / "roles.json").read_text(encoding="utf-8"))
    account, principal = outputs.need("STORAGE_ACCOUNT_ID"), outputs.need("APP_PRINCIPAL_ID")
    with management(outputs) as site:
        if roles[_ROLE] not in roles_of(site, principal, account):
            raise HookFailed(
                f"The app's identity {principal} may not write to {account.rpartition('/')[2]}, where its package goes",
                "azd provision, which gives it the role Storage Blob Data Owner",
            )


def _refused(endpoint: str, container: str, error: HttpResponseError) -> HookFailed:
    named = getattr(error, "error_code", None)
    code = getattr(named, "value", named) or error.status_code
    return HookFailed(
        f"{endpoint} refuses to list container {container}: {code}",
        "azd provision makes account and container; a firewall of your own must let this machine through",
    )
