"""Plain HTTP, for what has no client library: Azure's management API and the app itself."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from azure.core import PipelineClient
from azure.core.rest import HttpRequest

from infra.hooks.failures import HookFailed
from infra.hooks.outputs import is_loopback

# The first call to an app that scales from zero waits for an instance.
_CONNECT_S = 20
_READ_S = 100
_SHOWN = 300


@dataclass(frozen=True)
class Answer:
    """``document`` is None where the answer is no JSON; ``text`` begins as the answer does."""

    status: int
    document: Any
    text: str

    def field(self, name: str) -> Any:
        """Return a field of the document, None where there is none."""
        return self.document.get(name) if isinstance(self.document, dict) else None


class Site:
    """One host. ``headers`` are asked for with each call, and go to no other host."""

    def __init__(self, url: str, headers: Callable[[], Mapping[str, str]]) -> None:
        if not url.startswith("https://") and not is_loopback(url):
            raise HookFailed(f"{url} is no https address: a key or token would travel in the clear", "azd provision")
        self.url = url.rstrip("/")
        self._headers = headers
        # No policy at all: one attempt, no redirect, nothing logged.
        self._client: PipelineClient[Any, Any] = PipelineClient(self.url, policies=[])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def call(self, method: str, address: str, document: object = None) -> Answer:
        """Return what is answered at ``address``, a path or an URL of this host.

        Raises:
            HookFailed: The address is on another host.
            azure.core.exceptions.AzureError: Nothing answers.
        """
        if "://" in address and urlsplit(address).netloc != urlsplit(self.url).netloc:
            raise HookFailed(
                f"An answer points to {urlsplit(address).netloc} instead of {urlsplit(self.url).netloc}",
                "nothing was sent there; look into what answers at the app's address",
            )
        url = address if "://" in address else self.url + address
        request = HttpRequest(method, url, headers=dict(self._headers()), json=document)
        response = self._client.send_request(request, connection_timeout=_CONNECT_S, read_timeout=_READ_S)
        text = response.text()
        return Answer(response.status_code, _json(text), text[:_SHOWN])


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
