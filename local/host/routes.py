"""Route templates of HTTP triggers, as ASP.NET Core reads them: parameters, constraints, catch-alls, precedence."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote
from uuid import UUID

from local.host.app_loader import LoadedFunction
from local.host.errors import AppError

RESERVED = ("admin", "runtime")
_PARAMETER = re.compile(r"\{(?P<stars>\*{0,2})(?P<name>[A-Za-z_][\w-]*)(?P<rest>(?:[^{}]|\{\{|\}\})*)\}")
_CONSTRAINT = re.compile(r":(?P<name>\w+)(?:\((?P<arguments>(?:[^()]|\([^()]*\))*)\))?")
_INT32, _INT64 = 2**31, 2**63

Check = Callable[[str], bool]


def _converts(convert: Callable[[str], object]) -> Check:
    def check(text: str) -> bool:
        try:
            convert(text)
        except ValueError:
            return False
        return True

    return check


def _integer(limit: int) -> Check:
    return lambda text: re.fullmatch(r"[+-]?\d{1,19}", text) is not None and -limit <= int(text) < limit


def _bounded(low: float, high: float) -> Check:
    return lambda text: _integer(_INT64)(text) and low <= int(text) <= high


def _plain(name: str) -> Check | None:
    number = r"[+-]?(\d+(\.\d*)?|\.\d+)"
    checks: dict[str, Check] = {
        "int": _integer(_INT32),
        "long": _integer(_INT64),
        "bool": lambda text: text.lower() in ("true", "false"),
        "datetime": _converts(datetime.fromisoformat),
        "decimal": lambda text: re.fullmatch(number, text) is not None,
        "double": lambda text: re.fullmatch(number + r"([eE][+-]?\d+)?", text) is not None,
        "float": lambda text: re.fullmatch(number + r"([eE][+-]?\d+)?", text) is not None,
        "guid": _converts(UUID),
        "alpha": lambda text: re.fullmatch(r"[A-Za-z]*", text) is not None,
        "required": lambda text: text != "",
    }
    return checks.get(name)


def _with_arguments(name: str, arguments: str) -> Check | None:
    if name == "regex":
        pattern = re.compile(
            arguments.replace("{{", "{").replace("}}", "}").replace("[[", "[").replace("]]", "]"), re.I
        )
        return lambda text: pattern.search(text) is not None
    numbers = [int(part) for part in arguments.split(",")]
    match name, numbers:
        case "length", [exact]:
            return lambda text: len(text) == exact
        case "length", [low, high]:
            return lambda text: low <= len(text) <= high
        case "minlength", [low]:
            return lambda text: len(text) >= low
        case "maxlength", [high]:
            return lambda text: len(text) <= high
        case "min", [low]:
            return _bounded(low, float("inf"))
        case "max", [high]:
            return _bounded(float("-inf"), high)
        case "range", [low, high]:
            return _bounded(low, high)
        case _:
            return None


def _constraint(name: str, arguments: str | None, where: str) -> Check:
    try:
        check = _plain(name.lower()) if arguments is None else _with_arguments(name.lower(), arguments)
    except (ValueError, re.error) as error:
        raise AppError(f"{where}: the constraint {name}({arguments}) is wrong: {error}") from error
    if check is None:
        given = name if arguments is None else f"{name}({arguments})"
        raise AppError(f"{where}: the constraint {given} is unknown or has the wrong arguments")
    return check


@dataclass(frozen=True)
class Parameter:
    """One ``{name}`` of a template."""

    name: str
    checks: Sequence[Check]
    optional: bool
    catch_all: bool
    default: str | None

    def accepts(self, text: str) -> bool:
        """Say whether every constraint holds."""
        return all(check(text) for check in self.checks)


def _parameter(match: re.Match[str], where: str) -> Parameter:
    rest = match["rest"]
    optional = rest.endswith("?")
    rest, _, default = rest.removesuffix("?").partition("=")
    checks: list[Check] = []
    position = 0
    while position < len(rest):
        found = _CONSTRAINT.match(rest, position)
        if found is None:
            raise AppError(f"{where}: {match[0]} is no route parameter")
        checks.append(_constraint(found["name"], found["arguments"], where))
        position = found.end()
    return Parameter(match["name"], checks, optional, bool(match["stars"]), default or None)


@dataclass(frozen=True)
class Segment:
    """One part of a template between slashes: a literal, a parameter, or both mixed (``{name}.{ext}``)."""

    pattern: re.Pattern[str]
    parameters: Sequence[Parameter]
    literal: bool

    @property
    def lone(self) -> Parameter | None:
        """The parameter that fills the whole segment, if one does."""
        return self.parameters[0] if len(self.parameters) == 1 and self.pattern.pattern == "(.+)" else None

    @property
    def rank(self) -> int:
        """ASP.NET's precedence, lower first: literal, mixed or constrained, plain, constrained catch-all, catch-all."""
        if self.literal:
            return 1
        lone = self.lone
        if lone is not None and lone.catch_all:
            return 4 if lone.checks else 5
        return 3 if lone is not None and not lone.checks else 2


def _segment(text: str, where: str) -> Segment:
    pattern, parameters, position = "", list[Parameter](), 0
    for match in _PARAMETER.finditer(text):
        pattern += re.escape(text[position : match.start()]) + "(.+)"
        parameters.append(_parameter(match, where))
        position = match.end()
    remainder = text[position:]
    if "{" in pattern.replace("(.+)", "") or any(c in remainder for c in "{}?"):
        raise AppError(f"{where}: {text!r} is no valid part of a route")
    return Segment(re.compile(pattern + re.escape(remainder), re.I | re.S), parameters, literal=not parameters)


def _split_template(template: str) -> list[str]:
    parts, depth, current = list[str](), 0, ""
    for character in template:
        depth += {"{": 1, "}": -1}.get(character, 0)
        if character == "/" and depth == 0:
            parts.append(current)
            current = ""
        else:
            current += character
    return [*parts, current]


@dataclass(frozen=True)
class Route:
    """A function's route. ``methods`` is None for every method."""

    function: LoadedFunction
    template: str
    segments: Sequence[Segment]
    methods: frozenset[str] | None

    def match(self, path: "SplitPath") -> dict[str, str] | None:
        """Return the route parameters of a path, or None when the route does not fit."""
        parts = path.parts
        values: dict[str, str] = {}
        for position, segment in enumerate(self.segments):
            lone = segment.lone
            if lone is not None and lone.catch_all:
                rest = path.rest(position) or lone.default or ""
                if rest:
                    values[lone.name] = rest
                return values if lone.accepts(rest) else None
            if position >= len(parts):
                if lone is None or not (lone.optional or lone.default is not None):
                    return None
                if lone.default is not None:
                    values[lone.name] = lone.default
                continue
            found = segment.pattern.fullmatch(parts[position])
            if found is None:
                return None
            for parameter, value in zip(segment.parameters, found.groups(), strict=True):
                if not parameter.accepts(value):
                    return None
                values[parameter.name] = value
        return values if len(parts) <= len(self.segments) else None


def build_route(function: LoadedFunction, prefix: str) -> Route:
    """Return the route of an HTTP-triggered function.

    Raises:
        AppError: The template is wrong, or begins with what the host keeps for itself.
    """
    where = f"function {function.name}: route"
    own = function.trigger.get("route") or function.name
    template = f"{prefix.strip('/')}/{own.strip('/')}".strip("/")
    if template.lower().startswith(RESERVED):
        raise AppError(f"{where} {template!r} begins with a reserved word ({' or '.join(RESERVED)})")
    segments = [_segment(part, where) for part in _split_template(template)] if template else []
    names = [p.name.lower() for s in segments for p in s.parameters]
    if len(names) != len(set(names)):
        raise AppError(f"{where} {template!r} names a parameter twice")
    if any(p.catch_all for s in segments[:-1] for p in s.parameters):
        raise AppError(f"{where} {template!r}: a catch-all must be the last part")
    methods = function.trigger.get("methods")
    chosen = None if methods is None else frozenset(str(getattr(m, "value", m)).upper() for m in methods)
    return Route(function, template, segments, chosen)


@dataclass(frozen=True)
class SplitPath:
    """The decoded parts of a path between slashes. ``ending``: the slashes at its end, of which no part tells."""

    parts: Sequence[str]
    ending: str

    def rest(self, position: int) -> str:
        """Return the path from a part to its end, slashes included, as a catch-all takes it."""
        return "/".join(self.parts[position:]) + (self.ending if position < len(self.parts) else "")


def split_path(raw_path: str) -> SplitPath:
    """Return the parts of a path; ``%2F`` stays encoded, as ASP.NET leaves it."""
    path = raw_path.lstrip("/")
    kept = path.rstrip("/")
    parts = [unquote(re.sub("%2f", "%252F", part, flags=re.I)) for part in kept.split("/")] if kept else []
    return SplitPath(parts, path[len(kept) :])


class Router:
    """Finds the function for a method and path: literals before parameters, first registered first."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self._routes = sorted(routes, key=lambda route: [segment.rank for segment in route.segments])

    def find(self, method: str, raw_path: str) -> tuple[Route, dict[str, str]] | None:
        """Return the route and its parameters; a route of another method is passed over."""
        path = split_path(raw_path)
        for route in self._routes:
            if (route.methods is None or method in route.methods) and (values := route.match(path)) is not None:
                return route, values
        return None

    def methods(self, raw_path: str) -> set[str]:
        """Return the methods that some route takes at a path."""
        path = split_path(raw_path)
        every = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
        found = (route.methods or every for route in self._routes if route.match(path) is not None)
        return set().union(*found)


def listing(routes: Sequence[Route]) -> Mapping[str, Any]:
    """Return template and methods by function name, for the list that the host prints."""
    return {route.function.name: (route.template, sorted(route.methods or {"ANY"})) for route in routes}
