"""What Azure's Python worker accepts and refuses at load."""

from collections.abc import Callable
from typing import Annotated, Any, Optional

import azure.durable_functions as df
import azure.functions as func
import pytest

from local.host.errors import AppError
from local.host.worker_rules import check_function


def check(register: Callable[[df.DFApp], Any]) -> bool:
    app = df.DFApp()
    register(app)
    function = app.get_functions()[0]
    return check_function(function.get_function_name(), function.get_user_function(), function.get_bindings())


def activity(function: Callable[..., Any]) -> Callable[[df.DFApp], Any]:
    return lambda app: app.activity_trigger(input_name="value")(function)


def http(function: Callable[..., Any]) -> Callable[[df.DFApp], Any]:
    return lambda app: app.route(route="x")(function)


def untyped(value): ...
def plain(value: dict): ...
def text(value: str): ...
def anything(value: Any): ...
def forward(value: "dict"): ...
def annotated(value: Annotated[dict, "why"]): ...
def starred(*value): ...
def any_return(value) -> list[float]: ...
def optional_return(value) -> Optional[dict]: ...  # noqa: UP045
def response(req: func.HttpRequest) -> func.HttpResponse: ...
def string(req) -> str: ...


@pytest.mark.parametrize(
    "function", [untyped, plain, text, anything, forward, annotated, starred, any_return, optional_return]
)
def test_activity_is_accepted(function: Callable[..., Any]) -> None:
    assert check(activity(function)) is False


@pytest.mark.parametrize("function", [response, string])
def test_http_function_is_accepted(function: Callable[..., Any]) -> None:
    assert check(http(function)) is False


def generic(value: dict[str, Any]): ...
def listed(value: list[float]): ...
def optional(value: Optional[dict]): ...  # noqa: UP045
def union(value: dict | str): ...
def unresolved(value: "Nowhere"): ...  # noqa: F821
def extra(value, more=1): ...
def keywords(value, **rest): ...
def wrong_name(payload): ...
def typed_context(value, context: dict): ...
def http_dict(req) -> dict: ...
def http_optional(req) -> func.HttpResponse | None: ...
def http_wrong_input(req: dict): ...


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (generic, "parameter value is annotated dict"),
        (listed, "parameter value is annotated list"),
        (optional, "parameter value is annotated"),
        (union, "parameter value is annotated"),
        (unresolved, "an annotation does not resolve"),
        (extra, "parameters without a binding: more"),
        (keywords, "parameters without a binding: rest"),
        (wrong_name, "parameters without a binding: payload"),
        (typed_context, "expected azure.functions.Context"),
    ],
)
def test_activity_is_refused(function: Callable[..., Any], expected: str) -> None:
    with pytest.raises(AppError, match=expected):
        check(activity(function))


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (http_dict, "return annotation dict does not fit its binding http"),
        (http_optional, "the return annotation is"),
        (http_wrong_input, "annotated dict, which does not fit its binding httpTrigger"),
    ],
)
def test_http_function_is_refused(function: Callable[..., Any], expected: str) -> None:
    with pytest.raises(AppError, match=expected):
        check(http(function))


def test_context_argument_is_noticed() -> None:
    def with_context(value, context: func.Context): ...

    assert check(activity(with_context)) is True


def test_orchestrators_context_must_be_called_context() -> None:
    def flow(ctx): ...

    with pytest.raises(AppError, match=r"the parameter context is annotated .*OrchestrationContext"):
        check(lambda app: app.orchestration_trigger(context_name="ctx")(flow))
