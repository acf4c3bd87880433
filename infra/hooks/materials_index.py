"""After provisioning: makes the index of materials, or brings it up to date. It is no ARM resource."""

from collections.abc import Mapping
from typing import Any

from azure.core.exceptions import HttpResponseError, ServiceRequestError
from azure.core.rest import HttpRequest
from azure.search.documents.indexes import SearchIndexClient

from infra.hooks import sign_in
from infra.hooks.console import say
from infra.hooks.failures import HookFailed
from infra.hooks.index_definition import conflicts, covers, merged
from infra.hooks.outputs import Outputs
from infra.hooks.patience import NotYet, until
from infra.hooks.refusals import UNKNOWN_ROLE, role_advice
from shared.topology import topology

_API_VERSION = "2026-04-01"
_FROM_INSIDE = (
    "AI Search is private and does not answer from here, so the index is not made. The app deploys without it; run "
    "azd hooks run postprovision, then azd hooks run postdeploy, from inside the network."
)


def main(outputs: Outputs) -> None:
    """Leave the index as ``shared/search_index.json`` has it; return at once when it is.

    Raises:
        HookFailed: The role is still not known after all patience, or the index that exists cannot be changed so.
    """
    index = topology().search_indexes["materials"]
    endpoint = outputs.need("AI_SEARCH_ENDPOINT")
    with SearchIndexClient(endpoint, sign_in.search_credential(outputs)) as client:

        def provide() -> str:
            try:
                return _provide(_Index(client, index.name), index.body())
            except HttpResponseError as error:
                if error.status_code == 403:
                    raise NotYet(UNKNOWN_ROLE) from error
                raise

        try:
            advice = role_advice(outputs, "azd provision")
            done = until(provide, outputs.patience, f"the roles on {endpoint}", advice)
        except (HookFailed, ServiceRequestError):
            if not outputs.is_private:
                raise
            say(_FROM_INSIDE)
        else:
            say(f"Index {index.name}: {done}.")


class _Index:
    """One index, as the service's own JSON: the SDK's models drop what they do not know."""

    def __init__(self, client: SearchIndexClient, name: str) -> None:
        self._client = client
        self._name = name

    def read(self) -> dict[str, Any] | None:
        return self._sent("GET", missing=True)

    def write(self, definition: Mapping[str, Any]) -> None:
        self._sent("PUT", definition)

    def _sent(self, method: str, document: object = None, *, missing: bool = False) -> dict[str, Any] | None:
        # The service takes no PUT that does not say what it wants to be answered.
        headers = {"Prefer": "return=representation"} if method == "PUT" else {}
        address = f"indexes('{self._name}')?api-version={_API_VERSION}"
        request = HttpRequest(method, address, headers=headers, json=document)
        with self._client.send_request(request) as answer:
            if missing and answer.status_code == 404:
                return None
            answer.raise_for_status()
            return answer.json() if answer.content else None


def _provide(index: _Index, wanted: Mapping[str, Any]) -> str:
    existing = index.read()
    if existing is None:
        index.write(wanted)
        return "created"
    if found := conflicts(existing, wanted):
        raise _incompatible(str(wanted["name"]), found)
    if covers(existing, wanted):
        return "as it should be"
    try:
        index.write({name: value for name, value in merged(existing, wanted).items() if not name.startswith("@")})
    except HttpResponseError as error:
        if error.status_code == 400:
            raise _incompatible(str(wanted["name"]), [str(error.message).partition("\n")[0]]) from error
        raise
    return "brought up to date"


def _incompatible(name: str, found: list[str]) -> HookFailed:
    differences = "".join(f"\n  - {each}" for each in found)
    return HookFailed(
        f"Index {name} exists and cannot become what the app needs:{differences}",
        "nothing was deleted. If what it holds can go, delete it and run azd up again:\n"
        "  az rest --method delete --resource https://search.azure.com "
        f'--url "$(azd env get-value AI_SEARCH_ENDPOINT)/indexes/{name}?api-version={_API_VERSION}"',
    )
