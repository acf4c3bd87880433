"""Signing keys of an issuer, by its openid configuration: fetched once, and again for a key that is not there."""

import asyncio
from collections.abc import Callable
from typing import Any

import aiohttp
import jwt

# As API Management documents: the whole every hour, and for a missing key once in five minutes at most.
_KEPT_FOR_S = 3600.0
_ASKED_AGAIN_AFTER_S = 300.0
_PATIENCE = aiohttp.ClientTimeout(total=10)


class KeysUnavailable(Exception):
    """The issuer does not answer, or what it says are no keys."""


class SigningKeys:
    """Keys of every issuer that was asked for. ``clock``: seconds that only go forward."""

    def __init__(self, session: aiohttp.ClientSession, clock: Callable[[], float]) -> None:
        self._session = session
        self._clock = clock
        self._kept: dict[str, tuple[float, dict[str, Any]]] = {}
        self._fetching = asyncio.Lock()

    async def find(self, configuration_url: str, key_id: str | None) -> Any | None:
        """Return the public key ``key_id`` of an issuer, None where it has none of that name.

        Raises:
            KeysUnavailable: It has to be asked and does not answer.
        """
        async with self._fetching:
            fetched_at, keys = self._kept.get(configuration_url, (float("-inf"), {}))
            age_s = self._clock() - fetched_at
            if age_s > _KEPT_FOR_S or (key_id not in keys and age_s > _ASKED_AGAIN_AFTER_S):
                keys = await self._fetch(configuration_url)
                self._kept[configuration_url] = (self._clock(), keys)
        return keys.get(key_id or "")

    async def _fetch(self, configuration_url: str) -> dict[str, Any]:
        try:
            configuration = await self._get(configuration_url)
            published = await self._get(configuration["jwks_uri"])
            return {key.key_id: key.key for key in jwt.PyJWKSet.from_dict(published).keys if key.key_id}
        except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError, jwt.PyJWTError) as error:
            raise KeysUnavailable(f"{configuration_url} does not answer with keys: {error}") from error

    async def _get(self, url: str) -> Any:
        async with self._session.get(url, timeout=_PATIENCE) as response:
            response.raise_for_status()
            return await response.json(content_type=None)
