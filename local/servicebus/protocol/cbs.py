"""The $cbs node: a peer sends tokens there, and may then use what they cover."""

from typing import TYPE_CHECKING

from local.servicebus.codec.types import Int, Value
from local.servicebus.errors import ARGUMENT_ERROR, NOT_IMPLEMENTED, AmqpError
from local.servicebus.protocol.requests import Answer, Request

if TYPE_CHECKING:
    from local.servicebus.protocol.connection import Connection

# The Python SDK calls a signature "jwt" too.
_TYPES = ("jwt", "servicebus.windows.net:sastoken")
_ACCEPTED = 202


class TokenNode:
    """Of one connection, which gets the claims."""

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection

    def handle(self, request: Request) -> Answer:
        """Check a token and answer with 202, or with why not."""
        try:
            self._put_token(request)
        except AmqpError as error:
            return _answer(error.status, error.description)
        return _answer(_ACCEPTED, "Accepted")

    def _put_token(self, request: Request) -> None:
        if request.text("operation") != "put-token":
            raise AmqpError(NOT_IMPLEMENTED, "The only operation of $cbs is put-token.")
        if request.text("type") not in _TYPES:
            raise AmqpError(ARGUMENT_ERROR, f"The type of a token must be one of {', '.join(_TYPES)}.")
        service = self._connection.service
        if service.signatures is None:
            return
        token = request.body if isinstance(request.body, str) else ""
        self._connection.add_claim(service.signatures.claim(token, request.text("name"), service.now()))


def _answer(code: int, description: str) -> Answer:
    properties: dict[str, Value] = {"status-code": Int(code), "status-description": description}
    return Answer(properties)
