"""Answers that hold for a while: kept in this process, and for all processes in Cosmos DB.

A cache saves time and money and nothing else: while Cosmos DB does not answer, the answer is made anew.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256
from typing import Generic, TypeVar

from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from pydantic import ValidationError

from shared.clients.azure_errors import translated
from shared.clients.cosmos import ContainerProxy
from shared.errors import Rejected, Unavailable
from shared.search.contracts import SearchContract

_logger = logging.getLogger(__name__)

# What is kept takes milliseconds to seconds to make: a cache that needs longer is of no use.
_PATIENCE_S = 1.0

Answer = TypeVar("Answer", bound=SearchContract)


class KeptAnswers(Generic[Answer]):
    """Answers of one kind in the container ``search-cache``. ``now``: seconds since 1970."""

    def __init__(
        self,
        container: ContainerProxy,
        kind: str,
        contract: type[Answer],
        *,
        lifetime_s: int,
        kept_in_process: int,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._container = container
        self._kind = kind
        self._contract = contract
        self._lifetime_s = lifetime_s
        self._kept_in_process = kept_in_process
        self._now = now
        self._kept: OrderedDict[str, tuple[Answer, float]] = OrderedDict()

    async def get(self, *key: object) -> Answer | None:
        """Return the answer that was kept for ``key``, None where there is none or it has grown too old."""
        item_id = self._id(key)
        found = self._kept.get(item_id) or await self._read(item_id)
        if found is None or found[1] <= self._now():
            self._kept.pop(item_id, None)
            return None
        self._keep(item_id, *found)
        return found[0]

    async def put(self, answer: Answer, *key: object) -> None:
        """Keep an answer for ``key``."""
        item_id, expires_at = self._id(key), self._now() + self._lifetime_s
        self._keep(item_id, answer, expires_at)
        item = {"id": item_id, "answer": answer.to_json(), "expires_at": expires_at, "ttl": self._lifetime_s}
        try:
            async with asyncio.timeout(_PATIENCE_S):
                with translated("Cosmos DB"):
                    await self._container.upsert_item(item)
        except (Unavailable, Rejected, HttpResponseError, TimeoutError) as error:
            self._warn("An answer is kept in this process only", error)

    async def _read(self, item_id: str) -> tuple[Answer, float] | None:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                with translated("Cosmos DB"):
                    item = await self._container.read_item(item_id, item_id)
            return self._contract.model_validate(item["answer"]), float(item["expires_at"])
        except ResourceNotFoundError:
            return None
        except (KeyError, TypeError, ValueError, ValidationError) as error:
            self._warn("A kept answer cannot be read", error)
        except (Unavailable, Rejected, HttpResponseError, TimeoutError) as error:
            self._warn("Kept answers cannot be reached", error)
        return None

    def _keep(self, item_id: str, answer: Answer, expires_at: float) -> None:
        self._kept[item_id] = (answer, expires_at)
        self._kept.move_to_end(item_id)
        while len(self._kept) > self._kept_in_process:
            self._kept.popitem(last=False)

    def _id(self, key: tuple[object, ...]) -> str:
        # A key may hold what a user typed, which may not stand in an id.
        digest = sha256("\0".join(map(repr, key)).encode())
        return f"{self._kind}-{digest.hexdigest()[:40]}"

    def _warn(self, message: str, error: Exception) -> None:
        reason = (str(error) or type(error).__name__).splitlines()[0][:300]
        _logger.warning(message, extra={"kind": self._kind, "reason": reason})
