"""Policies that keep values for a while, by key."""

from local.gateway.exchange import Exchange
from local.gateway.expressions.values import Kind
from local.gateway.markup import Element
from local.gateway.policies.scope import Rule, Scope, Step, check_empty

_LONGEST_S = 86_400


def _lookup(element: Element, scope: Scope) -> Step:
    check_empty(element)
    _internal(element, scope)
    key = scope.required(element, "key", Kind.STRING)
    default = scope.required(element, "default-value", Kind.STRING)
    variable = scope.literal(element, "variable-name")

    async def run(at: Exchange) -> None:
        kept = at.services.cache.lookup(str(key.evaluate(at)))
        at.variables[variable] = default.evaluate(at) if kept is None else kept

    return run


def _store(element: Element, scope: Scope) -> Step:
    check_empty(element)
    _internal(element, scope)
    key = scope.required(element, "key", Kind.STRING)
    value = scope.required(element, "value", Kind.STRING)
    duration_s = scope.number(element, "duration", 1, _LONGEST_S)

    async def run(at: Exchange) -> None:
        at.services.cache.store(str(key.evaluate(at)), str(value.evaluate(at)), duration_s)

    return run


def _internal(element: Element, scope: Scope) -> None:
    scope.choice(element, "caching-type", ("internal",), "prefer-external")


_ANYWHERE = frozenset({"inbound", "backend", "outbound", "on-error"})
RULES = {
    # Without a default it is not documented whether a miss leaves the variable unset or sets it to null.
    "cache-lookup-value": Rule(
        _lookup, _ANYWHERE, {"key": True, "default-value": True, "variable-name": True, "caching-type": True}
    ),
    "cache-store-value": Rule(
        _store, _ANYWHERE, {"key": True, "value": True, "duration": True, "caching-type": True}, once=True
    ),
}
