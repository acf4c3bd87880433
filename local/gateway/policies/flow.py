"""Policies that decide which others run."""

from local.gateway.exchange import Exchange
from local.gateway.expressions.values import Expression, Kind
from local.gateway.markup import Element
from local.gateway.policies.scope import Rule, Scope, Step, check_attributes, check_children, check_empty

_ALL = frozenset({"inbound", "backend", "outbound", "on-error"})


async def run_all(steps: list[Step], at: Exchange) -> None:
    """Run policies one after the other."""
    for step in steps:
        await step(at)


def _base(element: Element, scope: Scope) -> Step:
    check_empty(element)
    steps = list(scope.base)

    async def run(at: Exchange) -> None:
        await run_all(steps, at)

    return run


def _choose(element: Element, scope: Scope) -> Step:
    check_children(element, "when", "otherwise")
    branches: list[tuple[Expression, list[Step]]] = []
    for child in element.children:
        check_attributes(child, {"condition": True} if child.name == "when" else {})
        condition = (
            scope.required(child, "condition", Kind.BOOL)
            if child.name == "when"
            else Expression(Kind.BOOL, lambda _: True)
        )
        branches.append((condition, scope.steps(child.children)))
    names = [child.name for child in element.children]
    if names.count("otherwise") > 1 or "when" not in names:
        raise element.refused("takes one <when> or more, and one <otherwise> at most")

    async def run(at: Exchange) -> None:
        for condition, steps in branches:
            if condition.evaluate(at):
                await run_all(steps, at)
                return

    return run


def _set_variable(element: Element, scope: Scope) -> Step:
    check_empty(element)
    name = scope.literal(element, "name")
    value = scope.required(element, "value", Kind.STRING, Kind.INT, Kind.LONG, Kind.BOOL)

    async def run(at: Exchange) -> None:
        at.variables[name] = value.evaluate(at)

    return run


RULES = {
    "base": Rule(_base, _ALL, {}, once=True),
    "choose": Rule(_choose, _ALL, {}),
    "set-variable": Rule(_set_variable, _ALL, {"name": True, "value": True}),
}
