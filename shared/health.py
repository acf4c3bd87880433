"""Whether the services that Fanwise needs answer, asked at most every ten seconds however many probes come."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from shared.errors import Rejected, Unavailable
from shared.resources import Resources, process_resources

# Returns when the service answered; what it raises says why it did not.
Ping = Callable[[], Awaitable[object]]

_logger = logging.getLogger(__name__)

_TIMEOUT_S = 3.0
_KEPT_S = 10.0
# What was gathered is still there while GitHub is away, and restarting this app would not bring it back.
_OPTIONAL = frozenset({"github"})


@dataclass(frozen=True)
class Dependency:
    """``latency_ms``: how long the answer took; ``reason``: why there was none.

    ``required``: Fanwise cannot work without it.
    """

    name: str
    latency_ms: float
    reason: str | None
    required: bool = True


@dataclass(frozen=True)
class Health:
    checks: tuple[Dependency, ...]
    checked_at: float

    @property
    def healthy(self) -> bool:
        return all(check.reason is None for check in self.checks if check.required)

    @property
    def status(self) -> str:
        return "ok" if all(check.reason is None for check in self.checks) else "degraded"

    def dependencies(self) -> dict[str, dict[str, str | float]]:
        """Return each dependency's status, latency in milliseconds and, where it fails, the reason."""
        return {
            check.name: {"status": "degraded" if check.reason else "ok", "latency_ms": check.latency_ms}
            | ({"reason": check.reason} if check.reason else {})
            for check in self.checks
        }


class _Latest:
    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.health: Health | None = None


_latest = _Latest()


async def check_health(hub: Ping) -> Health:
    """Return the state of every dependency, not older than ten seconds. ``hub``: asks the durable backend."""
    async with _latest.lock:
        kept = _latest.health
        if kept is None or time.monotonic() - kept.checked_at > _KEPT_S:
            kept = _latest.health = await _check(hub)
    return kept


async def _check(hub: Ping) -> Health:
    try:
        resources = await asyncio.wait_for(process_resources(), _TIMEOUT_S)
    except (Unavailable, Rejected, TimeoutError) as error:
        failed = Dependency("cosmos", 0.0, str(error) or "no answer in time")
        return Health((failed,), time.monotonic())
    return await health_of({**_pings(resources), "durable": hub})


async def health_of(pings: Mapping[str, Ping]) -> Health:
    """Ask every dependency now, all at once; ``pings``: by the name under which it is told of."""
    checks = await asyncio.gather(*(_timed(name, ping) for name, ping in pings.items()))
    return Health(tuple(checks), time.monotonic())


def _pings(resources: Resources) -> dict[str, Ping]:
    async def embed() -> None:
        await resources.model.embed(["health"], 0)

    pings: dict[str, Ping] = {
        "cosmos": resources.snippets.ping,
        "storage": resources.uploads.ping,
        "openai": embed,
        "search": resources.materials.ping,
        "servicebus": resources.search_queue.ping,
    }
    gathering = resources.settings.repo_context
    return pings | ({"github": resources.github.ping} if gathering.users or gathering.allow_any else {})


async def _timed(name: str, ping: Ping) -> Dependency:
    started = time.perf_counter()
    reason: str | None = None
    try:
        await asyncio.wait_for(ping(), _TIMEOUT_S)
    except (Unavailable, Rejected) as error:
        reason = str(error)
    except TimeoutError:
        reason = f"no answer within {_TIMEOUT_S:g} s"
    except Exception:
        _logger.exception("health check failed", extra={"dependency": name})
        reason = "the check itself failed; the log has the reason"
    if reason:
        # A stranger is told no names: without a gateway the log is where whoever deployed finds them.
        _logger.warning("dependency does not answer", extra={"dependency": name, "reason": reason})
    latency_ms = round((time.perf_counter() - started) * 1000, 1)
    return Dependency(name, latency_ms, reason, required=name not in _OPTIONAL)
