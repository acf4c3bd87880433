"""What compiling an element needs to know: where it stands, and which names exist."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from local.gateway.exchange import Exchange
from local.gateway.expressions.parser import UnknownForm, compiled
from local.gateway.expressions.values import Expression, Kind
from local.gateway.markup import Element, is_expression

SECTIONS = ("inbound", "backend", "outbound", "on-error")
_NAMED_VALUE = re.compile(r"\{\{([^{}]*)\}\}")

Step = Callable[[Exchange], Awaitable[None]]


@dataclass(frozen=True)
class Rule:
    """One policy. ``attributes``: whether each is required; ``once``: at most one in a section of a document."""

    compile: Callable[[Element, "Scope"], Step]
    sections: frozenset[str]
    attributes: Mapping[str, bool]
    once: bool = False


@dataclass(frozen=True)
class Scope:
    """``base``: what ``<base />`` stands for. ``backends``: names that exist."""

    rules: Mapping[str, Rule]
    named_values: Mapping[str, str]
    backends: frozenset[str]
    section: str = "inbound"
    base: tuple[Step, ...] = ()

    def within(self, section: str, base: Sequence[Step]) -> "Scope":
        """Return the scope of a section."""
        return replace(self, section=section, base=tuple(base))

    def steps(self, elements: Sequence[Element]) -> list[Step]:
        """Compile policies that run one after the other.

        Raises:
            Refused: One is not among those known, or not as it must be.
        """
        return [self._step(element) for element in elements]

    def _step(self, element: Element) -> Step:
        rule = self.rules.get(element.name)
        if rule is None:
            raise element.refused("is no policy that this gateway knows")
        if self.section not in rule.sections:
            raise element.refused(f"may not stand in <{self.section}>")
        check_attributes(element, rule.attributes)
        return rule.compile(element, self)

    def attribute(self, element: Element, name: str, default: str | None, *kinds: Kind) -> Expression | None:
        """Return an attribute as an expression, a literal as one that is constant; None where it has no value."""
        given = element.attributes.get(name, default)
        return None if given is None else self._expression(element, given, kinds, name)

    def required(self, element: Element, name: str, *kinds: Kind) -> Expression:
        """Return an attribute that must be there, as an expression."""
        return self._expression(element, element.attributes[name], kinds, name)

    def text(self, element: Element) -> Expression:
        """Return the text of an element as an expression."""
        return self._expression(element, element.text, (Kind.STRING,), "text")

    def literal(self, element: Element, name: str, default: str = "") -> str:
        """Return an attribute in which expressions are not allowed.

        Raises:
            Refused: It is one.
        """
        given = element.attributes.get(name, default)
        if is_expression(given):
            raise element.refused(f"takes no expression as {name}")
        return self._named(element, given)

    def literal_text(self, element: Element) -> str:
        """Return the text of an element in which expressions are not allowed.

        Raises:
            Refused: It is one.
        """
        if is_expression(element.text):
            raise element.refused("takes no expression")
        return self._named(element, element.text)

    def choice(self, element: Element, name: str, allowed: Sequence[str], default: str) -> str:
        """Return an attribute that is one of a few words."""
        given = self.literal(element, name, default)
        if given not in allowed:
            raise element.refused(f"has {name}={given!r}; known are {', '.join(allowed)}")
        return given

    def number(self, element: Element, name: str, low: int, high: int) -> int:
        """Return an attribute that is a whole number."""
        given = self.literal(element, name)
        if not (given.isascii() and given.isdigit() and len(given) < len(str(high)) + 1 and low <= int(given) <= high):
            raise element.refused(f"has {name}={given!r}; expected a whole number from {low} to {high}")
        return int(given)

    def _expression(self, element: Element, text: str, kinds: Sequence[Kind], what: str) -> Expression:
        text = self._named(element, text)
        if not is_expression(text):
            return _constant(element, text, kinds, what)
        try:
            found = compiled(text)
        except UnknownForm as error:
            raise element.refused(f"{what}: {error}") from None
        if found.kind not in kinds:
            expected = " or ".join(kind.value for kind in kinds)
            raise element.refused(f"{what}: expression is {found.kind.value}, expected {expected}")
        return found

    def _named(self, element: Element, text: str) -> str:
        def value(match: re.Match[str]) -> str:
            if match[1] not in self.named_values:
                raise element.refused(f"names {match[0]}, which is no named value")
            return self.named_values[match[1]]

        return _NAMED_VALUE.sub(value, text)


def _constant(element: Element, text: str, kinds: Sequence[Kind], what: str) -> Expression:
    if Kind.STRING in kinds:
        return Expression(Kind.STRING, lambda _: text)
    value: Any = {"true": True, "false": False}.get(text)
    if Kind.BOOL in kinds and value is not None:
        return Expression(Kind.BOOL, lambda _: value)
    raise element.refused(f"has {what}={text!r}; expected an expression of {kinds[0].value}")


def check_attributes(element: Element, attributes: Mapping[str, bool]) -> None:
    """See that an element has the attributes that it must have, and no other.

    Raises:
        Refused: It has not.
    """
    if unknown := sorted(set(element.attributes) - set(attributes)):
        raise element.refused(f"has the attribute {unknown[0]!r}, which this gateway does not know")
    for name, is_required in attributes.items():
        if is_required and name not in element.attributes:
            raise element.refused(f"needs the attribute {name!r}")


def check_children(element: Element, *allowed: str, in_order: bool = True) -> None:
    """See that an element holds only others that are ``allowed``, in this order.

    Raises:
        Refused: It holds others.
    """
    names = [child.name for child in element.children]
    for child in element.children:
        if child.name not in allowed:
            raise child.refused(f"does not belong into <{element.name}>")
    if in_order and sorted(names, key=allowed.index) != names:
        raise element.refused(f"holds its elements in the wrong order; expected {', '.join(allowed)}")


def check_empty(element: Element) -> None:
    """See that an element holds nothing.

    Raises:
        Refused: It holds text or elements.
    """
    if element.text or element.children:
        raise element.refused("holds something; expected nothing")
