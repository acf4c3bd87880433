"""Idempotency-Key: the same key from the same caller starts one run, however often it is sent."""

from dataclasses import dataclass
from hashlib import sha256

import azure.functions as func
from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError

from shared.clients.azure_errors import translated
from shared.clients.cosmos import ContainerProxy
from shared.errors import Conflict, InvalidRequest, Unavailable
from shared.identity import caller_of, presented_key
from shared.settings import Settings

MAX_KEY_CHARACTERS = 255


@dataclass(frozen=True)
class Acceptance:
    """What a key stands for: the run and when it was accepted (milliseconds since 1970)."""

    run_id: str
    accepted_at_ms: int


class IdempotencyKeys:
    """The container ``idempotency-keys``, whose items expire after a day."""

    def __init__(self, container: ContainerProxy) -> None:
        self._container = container

    async def claim_for(
        self, req: func.HttpRequest, operation: str, proposed: Acceptance, settings: Settings
    ) -> Acceptance:
        """Return what the request's ``Idempotency-Key`` stands for, ``proposed`` where it is new or there is none.

        Keys belong to the caller, or to the function key where nobody vouches for a caller.

        Raises:
            InvalidRequest: The key is empty or too long.
            Conflict: The key was used with another body.
            Unavailable: Cosmos DB throttled or could not be reached.
        """
        key = req.headers.get("idempotency-key")
        if key is None:
            return proposed
        if not 1 <= len(key) <= MAX_KEY_CHARACTERS:
            raise InvalidRequest(
                f"Header 'Idempotency-Key' must have 1 to {MAX_KEY_CHARACTERS} characters, got {len(key)}"
            )
        caller = caller_of(req.headers, settings) or presented_key(req.headers, req.params)
        return await self.claim(caller, operation, key, req.get_body(), proposed)

    async def claim(self, caller: str, operation: str, key: str, body: bytes, proposed: Acceptance) -> Acceptance:
        """Return ``proposed`` for a key that is new, else what the key stands for already.

        Two requests at the same moment get the same answer: creating the item decides.

        Raises:
            Conflict: The key was used with another body.
            Unavailable: Cosmos DB throttled or could not be reached.
        """
        item = {
            "id": sha256("\n".join((caller, operation, key)).encode("utf-8", "surrogatepass")).hexdigest(),
            "bodyHash": sha256(body).hexdigest(),
            "runId": proposed.run_id,
            "acceptedAtMs": proposed.accepted_at_ms,
        }
        with translated("Cosmos DB"):
            try:
                await self._container.create_item(item)
            except ResourceExistsError:
                return await self._earlier(item)
        return proposed

    async def _earlier(self, item: dict[str, str | int]) -> Acceptance:
        try:
            earlier = await self._container.read_item(str(item["id"]), partition_key=str(item["id"]))
        except ResourceNotFoundError as error:
            raise Unavailable("The Idempotency-Key expired at this moment") from error
        if earlier["bodyHash"] != item["bodyHash"]:
            raise Conflict("Idempotency-Key was used within the last 24 hours with another body")
        return Acceptance(earlier["runId"], earlier["acceptedAtMs"])
