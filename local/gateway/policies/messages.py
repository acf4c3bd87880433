"""Policies that change what is sent: headers, query, status and body, and the answer that ends a request."""

from collections.abc import Callable
from typing import Any

from multidict import CIMultiDict

from local.gateway.exchange import Exchange, Response, Returned, evaluation_failure
from local.gateway.expressions.values import Expression, Kind
from local.gateway.markup import Element
from local.gateway.policies.scope import Rule, Scope, Step, check_attributes, check_children, check_empty

_ALL = frozenset({"inbound", "backend", "outbound", "on-error"})
_OF_REQUEST = ("inbound", "backend")
# API Management lets no policy touch these.
_FIXED_HEADERS = frozenset({"connection", "content-length", "keep-alive", "transfer-encoding"})
_HEADER_ATTRIBUTES = {"name": True, "exists-action": False}
_STATUS_ATTRIBUTES = {"code": True, "reason": False}

Change = Callable[[Exchange, CIMultiDict[str]], None]


def _set_header(element: Element, scope: Scope) -> Step:
    change = _header_change(element, scope)
    of_request = scope.section in _OF_REQUEST

    async def run(at: Exchange) -> None:
        change(at, at.request.headers if of_request else at.answer().headers)

    return run


def _header_change(element: Element, scope: Scope) -> Change:
    check_attributes(element, _HEADER_ATTRIBUTES)
    check_children(element, "value")
    name = scope.literal(element, "name")
    action = scope.choice(element, "exists-action", ("override", "skip", "append", "delete"), "override")
    if name.lower() in _FIXED_HEADERS or (action == "delete" and name.lower() == "server"):
        raise element.refused(f"changes {name}, which API Management does not allow")
    if bool(element.children) == (action == "delete"):
        raise element.refused("holds a <value> unless it deletes")
    values = [scope.text(child) for child in element.children]

    def change(at: Exchange, headers: CIMultiDict[str]) -> None:
        if action == "skip" and name in headers:
            return
        if action in ("override", "delete"):
            headers.popall(name, None)
        for value in values:
            headers.add(name, _text(value, at))

    return change


def _set_query_parameter(element: Element, scope: Scope) -> Step:
    check_empty(element)
    name = scope.literal(element, "name").lower()
    scope.choice(element, "exists-action", ("delete",), "override")

    async def run(at: Exchange) -> None:
        at.request.query = [(key, value) for key, value in at.request.query if key.lower() != name]

    return run


def _set_body(element: Element, scope: Scope) -> Step:
    body = _body(element, scope)

    async def run(at: Exchange) -> None:
        at.answer().body = _text(body, at).encode("utf-8", "replace")

    return run


def _body(element: Element, scope: Scope) -> Expression:
    check_attributes(element, {})
    check_children(element)
    return scope.text(element)


def _return_response(element: Element, scope: Scope) -> Step:
    """Put an answer together from nothing: what the pipeline has set so far is not part of it."""
    check_children(element, "set-status", "set-header", "set-body")
    named = {name: [child for child in element.children if child.name == name] for name in ("set-status", "set-body")}
    for name, found in named.items():
        if len(found) > 1 or (name == "set-status" and not found):
            raise element.refused(f"holds <{name}> {len(found)} times")
    code, reason = _status(named["set-status"][0], scope)
    changes = [_header_change(child, scope) for child in element.children if child.name == "set-header"]
    bodies = [_body(child, scope) for child in named["set-body"]]

    async def run(at: Exchange) -> None:
        response = Response(code, reason)
        for change in changes:
            change(at, response.headers)
        response.body = b"".join(_text(body, at).encode("utf-8", "replace") for body in bodies)
        raise Returned(response)

    return run


def _status(element: Element, scope: Scope) -> tuple[int, str]:
    check_attributes(element, _STATUS_ATTRIBUTES)
    check_empty(element)
    return scope.number(element, "code", 200, 599), scope.literal(element, "reason")


def _text(value: Expression, at: Exchange) -> str:
    found: Any = value.evaluate(at)
    if not isinstance(found, str):
        raise evaluation_failure(f"a {Kind.STRING.value} is null")
    return found


RULES = {
    "set-header": Rule(_set_header, _ALL, _HEADER_ATTRIBUTES),
    "set-query-parameter": Rule(
        _set_query_parameter, frozenset({"inbound", "backend"}), {"name": True, "exists-action": True}
    ),
    # In the other sections it fails at run time where there is no body, or is not allowed.
    "set-body": Rule(_set_body, frozenset({"outbound"}), {}),
    "return-response": Rule(_return_response, _ALL, {}),
}
