"""One request on its way through the gateway: what policies read and change, which they call ``context``."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from multidict import CIMultiDict

from local.gateway.errors import PolicyFailure

if TYPE_CHECKING:
    from local.gateway.services import Services


@dataclass
class Request:
    """What the caller sent, then what the app gets. ``path`` and ``query`` are as they are written in a URL."""

    method: str
    scheme: str
    host: str
    port: int
    path: str
    query: list[tuple[str, str]]
    headers: CIMultiDict[str]
    address: str
    read: Callable[[], Any]
    matched: dict[str, str] = field(default_factory=dict[str, str])


@dataclass
class Response:
    """What the app answered, then what the caller gets."""

    status: int = 200
    reason: str | None = None
    headers: CIMultiDict[str] = field(default_factory=CIMultiDict[str])
    body: bytes = b""


@dataclass
class Exchange:
    """``backend``: name of the backend that is asked; ``section`` is the one that runs."""

    request: Request
    operation: str
    services: "Services"
    section: str = "inbound"
    variables: dict[str, Any] = field(default_factory=dict[str, Any])
    response: Response | None = None
    backend: str | None = None
    last_error: PolicyFailure | None = None

    def answer(self) -> Response:
        """Return the response that is there.

        Raises:
            PolicyFailure: There is none yet.
        """
        if self.response is None:
            raise evaluation_failure("context.Response is null")
        return self.response


class Returned(Exception):
    """``return-response``: the pipeline ends here with this answer."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


def evaluation_failure(message: str) -> PolicyFailure:
    """Return the failure of an expression that compiles and cannot be evaluated."""
    return PolicyFailure("expression", "ExpressionValueEvaluationFailure", message)
