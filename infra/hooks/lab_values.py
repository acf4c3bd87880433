"""Puts the table of Lab values where the app reads it."""

from pathlib import Path

from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.storage.blob import BlobClient, BlobServiceClient

from infra.hooks import sign_in
from infra.hooks.console import say
from infra.hooks.failures import HookFailed
from infra.hooks.outputs import Outputs
from infra.hooks.patience import NotYet, until
from infra.hooks.refusals import UNKNOWN_ROLE, is_unknown_role, role_advice
from shared.topology import topology


def upload_lab_values(path: Path, outputs: Outputs) -> None:
    """Upload the table unless the same one is there: the app reads a new one again.

    Raises:
        HookFailed: The file is not there, or storage refuses.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise HookFailed(f"{path} cannot be read: {error}", "azd env set CATALOGUE_FOLDER data") from error
    container = topology().blob_containers["lab_data"].name
    endpoint = outputs.need("STORAGE_ENDPOINT")
    with BlobServiceClient(endpoint, credential=sign_in.storage_credential(outputs)) as client:
        blob = client.get_blob_client(container, path.name)

        def uploaded() -> bool:
            try:
                if _held(blob) == content:
                    return False
                blob.upload_blob(content, overwrite=True)
            except HttpResponseError as error:
                if is_unknown_role(error):
                    raise NotYet(UNKNOWN_ROLE) from error
                raise
            return True

        advice = role_advice(outputs, "azd hooks run postdeploy")
        written = until(uploaded, outputs.patience, "the roles on the storage account", advice)
    say(f"Lab values: {path.name} {'uploaded to' if written else 'is already in'} container {container}.")


def _held(blob: BlobClient) -> bytes | None:
    try:
        return blob.download_blob().readall()
    except ResourceNotFoundError as error:
        if getattr(error, "error_code", None) == "ContainerNotFound":
            raise HookFailed(f"There is no container {blob.container_name}", "azd provision makes it") from error
        return None
