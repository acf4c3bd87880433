"""What policies work with besides the request: counters, cache, apps, keys of issuers, the gateway's own identity."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import aiohttp

from local.gateway.backends import Backends
from local.gateway.counters import CallCounters
from local.gateway.issuer import Issuer
from local.gateway.openid import SigningKeys
from local.gateway.stats import Stats
from local.gateway.value_cache import ValueCache

# Claim ``oid`` of the gateway's own tokens: the managed identity that the app's sign-in would admit.
IDENTITY = "00000000-0000-0000-0000-0000000000a9"


@dataclass(frozen=True)
class Services:
    """Of one gateway; ``named_values`` are those that policies write as ``{{name}}``."""

    named_values: Mapping[str, str]
    backends: Backends
    issuer: Issuer
    keys: SigningKeys
    session: aiohttp.ClientSession
    counters: CallCounters
    cache: ValueCache
    stats: Stats

    @classmethod
    def of(
        cls,
        named_values: Mapping[str, str],
        backends: Backends,
        issuer: Issuer,
        session: aiohttp.ClientSession,
        clock: Callable[[], float] = time.monotonic,
    ) -> "Services":
        """Put them together. ``clock``: seconds that only go forward; it moves windows and the cache."""
        keys = SigningKeys(session, clock)
        return cls(named_values, backends, issuer, keys, session, CallCounters(clock), ValueCache(clock), Stats())

    def identity_token(self, resource: str) -> str:
        """Return a token of the gateway's managed identity for ``resource``."""
        return self.issuer.token(IDENTITY, {"aud": resource})
