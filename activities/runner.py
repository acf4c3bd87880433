"""What every activity has in common: decode, log start, progress and completion, map errors, encode."""

import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from shared.contracts import Contract
from shared.errors import Rejected, Unavailable
from shared.orchestration import RETRY_AFTER_FIELD
from shared.resources import Resources, process_resources
from shared.telemetry.tracing import TRACEPARENT, carried, span

_logger = logging.getLogger("fanwise.activities")
_fields: ContextVar[dict[str, Any]] = ContextVar("activity log fields")

Task = TypeVar("Task", bound=Contract)


@dataclass(frozen=True)
class Activity(Generic[Task]):
    """``run``: the plain function; ``decode``: makes its task from JSON; ``log_fields``: names the task in a log."""

    run: Callable[[Task, Resources], Awaitable[Any]]
    decode: Callable[[Any], Task]
    log_fields: Callable[[Task], dict[str, Any]]


def log_progress(step: str, **fields: Any) -> None:
    """Log a step of the activity that is running."""
    _log("activity progress", step=step, **fields)


def as_function(name: str, activity: Activity[Any]) -> Callable[..., Awaitable[Any]]:
    """Return ``activity`` as the Functions worker wants it: named, with one unannotated parameter ``data``."""

    async def run(data):  # pyright: ignore[reportMissingParameterType, reportUnknownParameterType]
        return await _run(name, activity, cast("Any", data))

    run.__name__ = run.__qualname__ = name
    return cast("Callable[..., Awaitable[Any]]", run)


async def _run(name: str, activity: Activity[Any], data: Any) -> Any:
    with span(name, _parent(data)):
        return await _run_logged(name, activity, data)


async def _run_logged(name: str, activity: Activity[Any], data: Any) -> Any:
    task = activity.decode(data)
    _fields.set({"activity": name, **activity.log_fields(task)})
    started = time.perf_counter()
    _log("activity started")
    try:
        result = await activity.run(task, await process_resources())
    except Unavailable as error:
        _log("activity unavailable", logging.WARNING, ms=_ms_since(started), reason=str(error))
        # The text is all that an orchestrator sees of an exception: the wait that was asked for travels in it.
        wait = f" ({RETRY_AFTER_FIELD}={error.retry_after_s:.3f})" if error.retry_after_s is not None else ""
        raise Unavailable(f"{error}{wait}", error.retry_after_s) from error
    except Rejected as error:
        _log("activity rejected", logging.WARNING, ms=_ms_since(started), reason=str(error))
        raise
    except Exception:
        _log("activity failed", logging.ERROR, exc_info=True, ms=_ms_since(started))
        raise
    _log("activity completed", ms=_ms_since(started))
    return result.encoded() if isinstance(result, Contract) else result


def _parent(data: Any) -> str | None:
    """The trace that the task belongs to."""
    if isinstance(data, str):
        data = json.loads(data) if TRACEPARENT in data else None
    return carried(cast("dict[str, Any]", data) if isinstance(data, dict) else None)


def _ms_since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)


def _log(message: str, level: int = logging.INFO, *, exc_info: bool = False, **fields: Any) -> None:
    context: Mapping[str, Any] = _fields.get({})
    _logger.log(level, message, exc_info=exc_info, extra={**context, **fields})
