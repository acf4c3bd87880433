"""Policies that choose an app and ask it."""

import asyncio
from collections.abc import Iterable

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from local.gateway.errors import PolicyFailure
from local.gateway.exchange import Exchange, Response
from local.gateway.expressions.values import Kind
from local.gateway.markup import Element, is_expression
from local.gateway.policies.scope import Rule, Scope, Step, check_empty

_LONGEST_S = 240
# Of one connection only (RFC 9110, section 7.6.1), or made anew for the next.
_OF_CONNECTION = frozenset({
    "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding",
    "upgrade", "host", "content-length",
})  # fmt: skip


def _set_backend(element: Element, scope: Scope) -> Step:
    check_empty(element)
    name = scope.required(element, "backend-id", Kind.STRING)
    given = element.attributes["backend-id"]
    if not is_expression(given) and given not in scope.backends:
        raise element.refused(f"names the backend {given!r}; there are {', '.join(sorted(scope.backends))}")

    async def run(at: Exchange) -> None:
        wanted = str(name.evaluate(at))
        if wanted not in at.services.backends.names:
            raise PolicyFailure("set-backend-service", "BackendNotFound", f"there is no backend {wanted}")
        at.backend = wanted

    return run


def _forward(element: Element, scope: Scope) -> Step:
    check_empty(element)
    timeout_s = scope.number(element, "timeout", 1, _LONGEST_S)

    async def run(at: Exchange) -> None:
        if at.backend is None:
            raise PolicyFailure("forward-request", "BackendConnectionFailure", "no backend was set")
        body: bytes = await at.request.read()
        address = URL(at.services.backends.address(at.backend) + at.request.path, encoded=True)
        at.services.stats.forwarded[at.operation] += 1
        at.response = await _ask(at, _with_query(address, at.request.query), body, timeout_s)

    return run


async def _ask(at: Exchange, address: URL, body: bytes, timeout_s: int) -> Response:
    try:
        async with asyncio.timeout(timeout_s):
            asked = at.services.session.request(
                at.request.method,
                address,
                headers=_passed_on(at.request.headers.items()),
                data=body or None,
                allow_redirects=False,
                skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
            )
            async with asked as answer:
                content = await answer.read()
                return Response(answer.status, answer.reason, _passed_on(answer.headers.items()), content)
    except TimeoutError as error:
        raise PolicyFailure("forward-request", "Timeout", f"no answer within {timeout_s} s") from error
    except (aiohttp.ClientError, OSError) as error:
        raise PolicyFailure("forward-request", "BackendConnectionFailure", str(error)) from error


def _passed_on(headers: Iterable[tuple[str, str]]) -> CIMultiDict[str]:
    return CIMultiDict([(name, value) for name, value in headers if name.lower() not in _OF_CONNECTION])


def _with_query(address: URL, query: list[tuple[str, str]]) -> URL:
    return address.with_query(query) if query else address


RULES = {
    "set-backend-service": Rule(_set_backend, frozenset({"inbound", "backend"}), {"backend-id": True}),
    "forward-request": Rule(_forward, frozenset({"backend"}), {"timeout": True}, once=True),
}
