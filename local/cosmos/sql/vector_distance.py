"""VectorDistance: cosine similarity, dot product or Euclidean distance of two vectors."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from local.cosmos.errors import bad_request
from local.cosmos.sql.execution import Execution, as_vector
from local.cosmos.sql.syntax import (
    Call,
    Expr,
    Identifier,
    Literal,
    Member,
    Parameter,
    QuerySyntaxError,
    Subquery,
    children,
    plain,
)
from local.cosmos.sql.values import UNDEFINED

FUNCTIONS = ("cosine", "dotproduct", "euclidean")
VECTOR_FUNCTIONS = ("VECTORDISTANCE", "_VECTORSCORE")
"""``_VectorScore``, which a query plan names, is larger for what is nearer, whatever the function."""


def distance(function: str, left: NDArray[np.float64], right: NDArray[np.float64]) -> float:
    """The published formulas, in double precision. A zero vector has a cosine of 0 with everything."""
    if function == "euclidean":
        return float(np.linalg.norm(left - right))
    dot = float(left @ right)
    if function == "dotproduct":
        return dot
    norms = float(np.linalg.norm(left)) * float(np.linalg.norm(right))
    return dot / norms if norms else 0.0


def larger_is_nearer(function: str) -> bool:
    return function != "euclidean"


def nearness(function: str, value: float) -> float:
    """The value of ``_VectorScore`` where VectorDistance is ``value``."""
    return value if larger_is_nearer(function) else -value


def path_of(expr: Expr) -> tuple[str, tuple[str | int, ...]] | None:
    """Alias and steps of ``c.a["b"][0]``, or None when ``expr`` is no path."""
    steps: list[str | int] = []
    node = plain(expr)
    while isinstance(node, Member):
        key = plain(node.key)
        if not isinstance(key, Literal) or isinstance(key.value, bool) or not isinstance(key.value, (str, int)):
            return None
        steps.append(key.value)
        node = plain(node.base)
    return (node.name, tuple(reversed(steps))) if isinstance(node, Identifier) else None


def policy_path(expr: Expr) -> str | None:
    """The path as a vector policy writes it: ``/a/b``."""
    path = path_of(expr)
    return "/" + "/".join(map(str, path[1])) if path and path[1] else None


@dataclass(frozen=True, slots=True)
class VectorArguments:
    """``path``: the item's vector, ``vector``: the other one, when the call has that plain form."""

    path: str | None
    vector: Expr | None
    options: Expr | None


def arguments(call: Call) -> VectorArguments:
    if not 2 <= len(call.args) <= 4:
        raise QuerySyntaxError(
            f"The VectorDistance function requires 2 to 4 argument(s), but {len(call.args)} were given.", call.position
        )
    options = call.args[3] if len(call.args) == 4 else None
    for path, other in ((call.args[0], call.args[1]), (call.args[1], call.args[0])):
        if policy_path(path) is not None:
            return VectorArguments(policy_path(path), None if needs_item(other) else other, options)
    return VectorArguments(None, None, options)


def needs_item(expr: Expr) -> bool:
    """Whether ``expr`` names anything of a row; if not, it is one value for the whole run."""
    return isinstance(plain(expr), (Identifier, Subquery)) or any(map(needs_item, children(expr)))


def chosen_function(run: Execution, path: str | None, options: Any) -> str:
    """The function that the call's options, the container's policy or the default name, in this order."""
    if options is not UNDEFINED and options is not None:
        if not isinstance(options, Mapping):
            raise bad_request(
                "The fourth argument of VectorDistance is an object such as {distanceFunction: 'cosine'}."
            )
        for name in options:
            if name not in (
                "distanceFunction",
                "dataType",
                "searchListSizeMultiplier",
                "quantizedVectorListMultiplier",
                "filterPriority",
            ):
                raise bad_request(f"VectorDistance knows no option '{name}'.")
        named = options.get("distanceFunction")
        if named is not None:
            if not isinstance(named, str) or named.lower() not in FUNCTIONS:
                raise bad_request(f"VectorDistance: distanceFunction is one of {', '.join(FUNCTIONS)}, not '{named}'.")
            return named.lower()
    policy = run.policies.get(path) if path else None
    return policy.function if policy else "cosine"


def compile_vector_distance(call: Call, args: list[Callable[[list[Any]], Any]]) -> Callable[[list[Any]], Any]:
    """The exact value for one item; ``vector_search`` finds the nearest of many."""
    shape = arguments(call)
    left, right = args[0], args[1]
    options = args[3] if len(args) == 4 else None
    shown = nearness if call.name == "_VECTORSCORE" else _as_it_is
    last: list[tuple[Execution, bool]] = []

    def evaluate(env: list[Any]) -> Any:
        run: Execution = env[0]
        function = chosen_function(run, shape.path, options(env) if options else UNDEFINED)
        if run.ranked is not None:
            # Whether this is the call that the search has answered is asked once a run.
            known = last[0] if last else None
            if known is None or known[0] is not run:
                known = (run, run.ranked == shape)
                last[:] = [known]
            if known[1]:
                return shown(function, run.distance)
        first, second = (
            run.vector(value) if isinstance(arg, Parameter) else as_vector(value)
            for arg, value in zip(call.args, (left(env), right(env)), strict=False)
        )
        if first is None or second is None or len(first) != len(second):
            return UNDEFINED
        return shown(function, distance(function, first, second))

    return evaluate


def _as_it_is(_function: str, value: float) -> float:
    return value
