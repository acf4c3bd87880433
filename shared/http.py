"""HTTP requests into documents, and what handlers raise into answers."""

import asyncio
import functools
import json
import logging
import math
from collections.abc import Awaitable, Callable
from typing import Any, ParamSpec, TypeAlias, cast

import azure.functions as func

from shared.errors import InvalidRequest, TooLarge, Unavailable
from shared.responses import INVALID_JSON, create_error_response, internal_error_response

_logger = logging.getLogger(__name__)

Params = ParamSpec("Params")
Handler: TypeAlias = Callable[Params, Awaitable[func.HttpResponse]]

_JSON_TYPES: dict[type, str] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    list: "array",
    dict: "object",
}
# Parsing more than this takes over a millisecond, which the worker's only event loop should not spend on it.
_PARSE_IN_THREAD_BYTES = 256 * 1024
_DEFAULT_RETRY_AFTER_S = 5
_LONGEST_RETRY_AFTER_S = 3600


def json_type(value: object) -> str:
    """Return what JSON calls the type of ``value``."""
    return "null" if value is None else _JSON_TYPES.get(type(value), type(value).__name__)


async def read_json_object(request: func.HttpRequest, max_bytes: int) -> dict[str, Any]:
    """Return the request's body as a JSON object.

    Raises:
        TooLarge: The body has more than ``max_bytes``.
        InvalidRequest: The body is not JSON, is nested too deeply, or is no object.
    """
    body = request.get_body()
    if len(body) > max_bytes:
        raise TooLarge(f"The body has {len(body)} bytes; expected at most {max_bytes}")
    try:
        document = await asyncio.to_thread(json.loads, body) if len(body) > _PARSE_IN_THREAD_BYTES else json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidRequest(INVALID_JSON) from error
    if not isinstance(document, dict):
        raise InvalidRequest(f"The body must be a JSON object, got {json_type(document)}")
    return cast("dict[str, Any]", document)


def answered_within(deadline_s: float) -> Callable[[Handler[Params]], Handler[Params]]:
    """Make a handler answer whatever happens: bad input 4xx, an outage or lapsed deadline 503, a bug 500 with an id."""

    def wrap(handler: Handler[Params]) -> Handler[Params]:
        @functools.wraps(handler)
        async def run(*args: Params.args, **kwargs: Params.kwargs) -> func.HttpResponse:
            deadline = asyncio.timeout(deadline_s)
            try:
                async with deadline:
                    return await handler(*args, **kwargs)
            except InvalidRequest as error:
                return create_error_response(*error.faults, status_code=error.status_code)
            except Unavailable as error:
                return _unavailable(error)
            except Exception as error:  # noqa: BLE001 - the last resort before the host's empty 500
                if isinstance(error, TimeoutError) and deadline.expired():
                    return _unavailable(Unavailable(f"no answer within {deadline_s:g} s"))
                return internal_error_response(error)

        return run

    return wrap


# The retries of an SDK can add up to minutes; a caller has long gone by then.
answered = answered_within(30.0)


def _unavailable(error: Unavailable) -> func.HttpResponse:
    _logger.warning("request answered 503", extra={"reason": str(error)})
    wait_s = min(max(1, math.ceil(error.retry_after_s or _DEFAULT_RETRY_AFTER_S)), _LONGEST_RETRY_AFTER_S)
    return create_error_response(
        "A service that Fanwise needs does not answer at the moment; try again",
        status_code=503,
        headers={"Retry-After": str(wait_s)},
    )
