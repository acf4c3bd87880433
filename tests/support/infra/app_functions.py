"""The app's functions, read from their decorators, because indexing the app needs its settings."""

import ast
from functools import cache

from tests.support.tracked_files import ROOT

_BY_ITSELF = {
    "service_bus_queue_trigger",
    "service_bus_topic_trigger",
    "timer_trigger",
    "blob_trigger",
    "queue_trigger",
}


@cache
def background_functions() -> frozenset[str]:
    """Return the names of the functions that a queue or the clock starts."""
    return frozenset(_name(function) for function in _functions() if _decorators(function).keys() & _BY_ITSELF)


@cache
def queue_functions() -> frozenset[str]:
    """Return the names of the functions that a queue starts."""
    return frozenset(
        _name(function) for function in _functions() if "service_bus_queue_trigger" in _decorators(function)
    )


@cache
def http_routes() -> dict[str, tuple[str, str]]:
    """Return method and route of each function that answers over HTTP, by its name."""
    routes: dict[str, tuple[str, str]] = {}
    for function in _functions():
        if route := _decorators(function).get("route"):
            given = {each.arg: ast.literal_eval(each.value) for each in route.keywords if each.arg != "auth_level"}
            (method,) = given["methods"]
            routes[_name(function)] = (method, given["route"])
    return routes


def _functions() -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [
        function
        for path in sorted((ROOT / "blueprints").glob("*.py"))
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]


def _decorators(function: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, ast.Call]:
    calls = [each for each in function.decorator_list if isinstance(each, ast.Call)]
    return {call.func.attr: call for call in calls if isinstance(call.func, ast.Attribute)}


def _name(function: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    named = _decorators(function).get("function_name")
    return str(ast.literal_eval(named.args[0])) if named else function.name
