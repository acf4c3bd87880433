"""What Microsoft's Python worker refuses at load, checked here so that an app that loads locally loads on Azure.

Follows ``Registry.add_indexed_function`` of PyPI's azure-functions-runtime 1.3.
"""

import inspect
import typing
from collections.abc import Callable
from typing import Any

import azure.functions as func

from local.host.errors import AppError

OUT = 1
INOUT = 2
RETURN = "$return"
#: Bindings whose converter takes a generic annotation: ``List[func.ServiceBusMessage]``.
TAKES_LISTS = frozenset({"serviceBusTrigger"})


class _Generic:
    """The worker's rules for a binding that has no converter of its own."""

    @staticmethod
    def check_input_type_annotation(pytype: type) -> bool:
        return issubclass(pytype, (str, bytes))

    @staticmethod
    def check_output_type_annotation(pytype: type) -> bool:
        return issubclass(pytype, (str, bytes, bytearray))


def converter(binding_type: str) -> Any:
    """Return azure-functions' converter of a binding type, or None when it has none."""
    return func.get_binding_registry().get(binding_type)


def has_implicit_output(binding_type: str) -> bool:
    """Say whether a function may return a value for this trigger without a ``$return`` binding."""
    known = converter(binding_type)
    if known is None:
        return binding_type != "durableClient"
    return bool(getattr(known, "has_implicit_output", lambda: False)())


def _is_out(annotation: object) -> bool:
    origin = typing.get_origin(annotation) or annotation
    return isinstance(origin, type) and origin.__name__ == "Out"


def _check_context(name: str, parameters: set[str], bound: dict[str, Any], hints: dict[str, Any]) -> bool:
    if "context" not in parameters or "context" in bound:
        return False
    parameters.discard("context")
    annotation = hints.get("context")
    if annotation is not None and (not isinstance(annotation, type) or annotation.__name__ != "Context"):
        raise AppError(
            f"function {name}: the parameter context is annotated {annotation!r}; expected azure.functions.Context"
        )
    return True


def _check_parameter(name: str, binding: Any, annotation: object) -> None:
    parameter, is_out_binding = binding.name, binding.direction == OUT
    if _is_out(annotation) != is_out_binding:
        direction, expected = ("out", "azure.functions.Out[...]") if is_out_binding else ("in", "a plain class")
        raise AppError(
            f"function {name}: parameter {parameter} is bound with direction {direction} and annotated "
            f"{annotation!r}; expected {expected}"
        )
    if is_out_binding:
        inner = typing.get_args(annotation)
        if len(inner) != 1:
            raise AppError(f"function {name}: parameter {parameter} has the invalid Out annotation {annotation!r}")
        return
    is_plain = isinstance(annotation, type) and typing.get_origin(annotation) is None
    if not is_plain and binding.type in TAKES_LISTS and converter(binding.type).check_input_type_annotation(annotation):
        return
    if not isinstance(annotation, type) or not is_plain:
        raise AppError(
            f"function {name}: parameter {parameter} is annotated {annotation!r}, which the worker refuses; "
            "expected a plain class such as dict or str, or no annotation"
        )
    plain = annotation in (str, bytes) and not has_implicit_output(binding.type)
    rules = _Generic if plain else converter(binding.type) or _Generic
    if not rules.check_input_type_annotation(annotation):
        raise AppError(
            f"function {name}: parameter {parameter} is annotated {annotation.__name__}, "
            f"which does not fit its binding {binding.type}"
        )


def _check_return(name: str, binding_type: str, annotation: object) -> None:
    if not isinstance(annotation, type) or typing.get_origin(annotation) is not None:
        raise AppError(
            f"function {name}: the return annotation is {annotation!r}, which the worker refuses; "
            "expected a plain class such as azure.functions.HttpResponse"
        )
    if not (converter(binding_type) or _Generic).check_output_type_annotation(annotation):
        raise AppError(
            f"function {name}: the return annotation {annotation.__name__} does not fit its binding {binding_type}"
        )


def check_function(name: str, user_function: Callable[..., Any], bindings: list[Any]) -> bool:
    """Check one function as the worker does; return whether it wants a ``context`` argument.

    Raises:
        AppError: The worker would refuse the function; the text names function, parameter and what is expected.
    """
    if any(binding.direction == INOUT for binding in bindings):
        raise AppError(f'function {name}: "inout" bindings are not supported')
    try:
        hints = typing.get_type_hints(user_function)
    except Exception as error:  # any annotation text may raise anything when it is evaluated
        raise AppError(f"function {name}: an annotation does not resolve: {error}") from error
    bound = {binding.name: binding for binding in bindings if binding.name != RETURN}
    parameters = set(inspect.signature(user_function).parameters)
    wants_context = _check_context(name, parameters, bound, hints)
    if extra := sorted(parameters - set(bound)):
        raise AppError(f"function {name}: parameters without a binding: {', '.join(extra)}")
    if missing := sorted(set(bound) - parameters):
        raise AppError(f"function {name}: bindings without a parameter of that name: {', '.join(missing)}")
    for parameter in parameters & set(hints):
        _check_parameter(name, bound[parameter], hints[parameter])
    for binding in bindings:
        if binding.name == RETURN and "return" in hints:
            _check_return(name, binding.type, hints["return"])
    return wants_context
