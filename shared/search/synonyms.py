"""Synonyms of a resin, kept for an hour: in this process, and for all processes in Cosmos DB.

The cache saves time and money and nothing else: while Cosmos DB does not answer, the model is asked instead.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from azure.core.exceptions import ResourceNotFoundError
from pydantic import ValidationError

from shared.clients.azure_errors import translated
from shared.clients.cosmos import ContainerProxy
from shared.errors import Rejected, Unavailable
from shared.search.contracts import MappedResin, SearchContract

_logger = logging.getLogger(__name__)

LIFETIME_S = 3600
# Some sixty resins have a code; the rest is what people mistype.
_KEPT_IN_PROCESS = 1_000
# Asking the model takes two or three seconds: a cache that needs as long is of no use.
_PATIENCE_S = 2.0


class _Item(SearchContract):
    """The document; ``expires_at``: seconds since 1970."""

    id: str
    resins: tuple[MappedResin, ...]
    expires_at: float
    ttl: int


class SynonymCache:
    """The synonyms in the container ``search-cache``. ``now``: seconds since 1970."""

    def __init__(self, container: ContainerProxy, now: Callable[[], float] = time.time) -> None:
        self._container = container
        self._now = now
        self._kept: OrderedDict[str, _Item] = OrderedDict()

    async def get(self, resin_code: str, model: str, prompt_version: int) -> tuple[MappedResin, ...] | None:
        """Return what ``model`` answered to this version of the prompt within the last hour, None if nothing is known.

        An empty answer is known too.
        """
        item_id = _id(resin_code, model, prompt_version)
        item = self._kept.get(item_id) or await self._read(item_id)
        if item is None or item.expires_at <= self._now():
            self._kept.pop(item_id, None)
            return None
        self._keep(item)
        return item.resins

    async def put(self, resin_code: str, model: str, prompt_version: int, resins: tuple[MappedResin, ...]) -> None:
        """Keep what the model answered."""
        item_id = _id(resin_code, model, prompt_version)
        item = _Item(id=item_id, resins=resins, expires_at=self._now() + LIFETIME_S, ttl=LIFETIME_S)
        self._keep(item)
        try:
            async with asyncio.timeout(_PATIENCE_S):
                with translated("Cosmos DB"):
                    await self._container.upsert_item(item.to_json())
        except (Unavailable, Rejected, TimeoutError) as error:
            _logger.warning("Synonyms are kept in this process only", extra={"reason": _reason(error)})

    async def _read(self, item_id: str) -> _Item | None:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                with translated("Cosmos DB"):
                    document: dict[str, Any] = await self._container.read_item(item_id, item_id)
            return _Item.model_validate(document)
        except ResourceNotFoundError:
            return None
        except ValidationError as error:
            _logger.warning("Kept synonyms cannot be read", extra={"id": item_id, "reason": _reason(error)})
            return None
        except (Unavailable, Rejected, TimeoutError) as error:
            _logger.warning("Kept synonyms cannot be reached", extra={"reason": _reason(error)})
            return None

    def _keep(self, item: _Item) -> None:
        self._kept[item.id] = item
        self._kept.move_to_end(item.id)
        while len(self._kept) > _KEPT_IN_PROCESS:
            self._kept.popitem(last=False)


def _id(resin_code: str, model: str, prompt_version: int) -> str:
    # A code that nobody knows is what a user typed: it may hold anything, and may not stand in an id.
    digest = sha256("\0".join((resin_code, model, str(prompt_version))).encode("utf-8", "surrogatepass"))
    return f"synonyms-{digest.hexdigest()[:40]}"


def _reason(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:300]
