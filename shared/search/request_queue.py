"""The queue between accepting a search and starting it: one message with its id per search."""

import json

from shared.clients.service_bus import OutgoingMessage, ServiceBusQueue
from shared.search.contracts import SearchRequest
from shared.search.request_documents import is_request_id
from shared.telemetry.tracing import message_properties

MAX_SESSION_CHARACTERS = 128
_MAX_BODY_BYTES = 4096


class UnreadableMessage(Exception):
    """A message that names no search, and that no further delivery can make better. The text says why."""


class SearchQueue:
    """The queue ``search-requests``."""

    def __init__(self, queue: ServiceBusQueue) -> None:
        self._queue = queue

    async def send(self, request_id: str, session_id: str, user_id: str, request: SearchRequest) -> None:
        """Hand a search to the queue. Sending it twice does no harm.

        Raises:
            Unavailable: The queue throttled, did not answer in time or could not be reached.
            Rejected: The connection string cannot be used.
        """
        message = OutgoingMessage(
            body=json.dumps({"request_id": request_id}),
            message_id=request_id,
            session_id=session_id,
            properties={
                "user_id": user_id,
                "rerank": request.rerank,
                "has_lab": request.lab is not None,
                **message_properties(),
            },
        )
        await self._queue.send(message)

    async def dead_letter(self, lock_token: str, reason: str, description: str) -> None:
        """Move a locked message to the dead-letter queue with a reason that is seen there.

        Raises:
            Unavailable: The lock is lost, or the queue could not be reached.
            Rejected: ``lock_token`` is no UUID.
        """
        await self._queue.dead_letter(lock_token, reason, description)

    async def ping(self) -> None:
        """Raise ``Unavailable`` or ``Rejected`` unless the queue answers."""
        await self._queue.ping()


def read_message(body: bytes) -> str:
    """Return the id of the search that a message is about.

    Raises:
        UnreadableMessage: The message names none.
    """
    if len(body) > _MAX_BODY_BYTES:
        raise UnreadableMessage(f"the body has {len(body)} bytes; expected at most {_MAX_BODY_BYTES}")
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnreadableMessage("the body is no JSON") from error
    request_id = document.get("request_id") if isinstance(document, dict) else None
    if not is_request_id(request_id):
        raise UnreadableMessage("the body holds no request_id of the form req_<uuid>")
    return request_id
