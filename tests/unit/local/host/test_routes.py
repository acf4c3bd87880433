"""Routes as ASP.NET Core reads them."""

from typing import Any

import pytest

from local.host.app_loader import LoadedFunction
from local.host.errors import AppError
from local.host.routes import Router, build_route


def function(name: str, route: str, methods: list[str] | None = None) -> LoadedFunction:
    trigger: dict[str, Any] = {"route": route} | ({} if methods is None else {"methods": methods})
    return LoadedFunction(name, lambda: None, False, "httpTrigger", "req", trigger, {}, {}, "http", False)


def router(*routes: str, prefix: str = "") -> Router:
    return Router([build_route(function(route, route), prefix) for route in routes])


def found(routes: Router, path: str, method: str = "GET") -> tuple[str, dict[str, str]] | None:
    match = routes.find(method, path)
    return None if match is None else (match[0].function.name, match[1])


@pytest.mark.parametrize(
    ("template", "path", "values"),
    [
        ("a/{x}", "/a/b", {"x": "b"}),
        ("a/{x}", "/A/b/", {"x": "b"}),
        ("a/{x}", "/a", None),
        ("a/{x?}", "/a", {}),
        ("a/{x=dflt}", "/a", {"x": "dflt"}),
        ("a/{*rest}", "/a/b/c%20d", {"rest": "b/c d"}),
        ("a/{**rest}", "/a", {}),
        ("a/{**rest}", "/a/", {}),
        ("a/{*rest}", "/a/b//c//", {"rest": "b//c//"}),
        ("a/{x}", "/a/b%2Fc", {"x": "b%2Fc"}),
        ("a/{name}.{ext}", "/a/b.c.py", {"name": "b.c", "ext": "py"}),
        ("{x:int}", "/12", {"x": "12"}),
        ("{x:int}", "/2147483648", None),
        ("{x:int}", "/x", None),
        ("{x:long}", "/2147483648", {"x": "2147483648"}),
        ("{x:bool}", "/True", {"x": "True"}),
        ("{x:guid}", "/0f8fad5b-d9cb-469f-a165-70867728950e", {"x": "0f8fad5b-d9cb-469f-a165-70867728950e"}),
        ("{x:guid}", "/nope", None),
        ("{x:alpha}", "/ab1", None),
        ("{x:decimal}", "/-1.5", {"x": "-1.5"}),
        ("{x:double}", "/1e5", {"x": "1e5"}),
        ("{x:datetime}", "/2026-01-02", {"x": "2026-01-02"}),
        ("{x:length(3)}", "/abc", {"x": "abc"}),
        ("{x:length(2,3)}", "/abcd", None),
        ("{x:minlength(2)}", "/a", None),
        ("{x:maxlength(2)}", "/abc", None),
        ("{x:min(5)}", "/4", None),
        ("{x:max(5)}", "/5", {"x": "5"}),
        ("{x:range(1,9)}", "/10", None),
        ("{x:int:min(5)}", "/7", {"x": "7"}),
        ("{x:regex(^\\d{{3}}$)}", "/123", {"x": "123"}),
        ("{x:regex(^\\d{{3}}$)}", "/1234", None),
        ("/", "/", {}),
    ],
)
def test_template_matches_path(template: str, path: str, values: dict[str, str] | None) -> None:
    match = found(router(template), path)
    assert (None if match is None else match[1]) == values


def test_literal_goes_before_constraint_before_parameter_before_catch_all() -> None:
    routes = router("{*rest}", "a/{x}", "a/{x:int}", "a/b")
    matches = [found(routes, path) for path in ("/a/b", "/a/1", "/a/c", "/z")]
    assert [match and match[0] for match in matches] == ["a/b", "a/{x:int}", "a/{x}", "{*rest}"]


def test_wrong_method_falls_to_the_next_route() -> None:
    routes = Router(
        [build_route(function("get", "a/b", ["GET"]), ""), build_route(function("post", "a/{x}", ["POST"]), "")]
    )
    assert found(routes, "/a/b", "POST") == ("post", {"x": "b"})
    assert found(routes, "/a/b", "PUT") is None
    assert routes.methods("/a/b") == {"GET", "POST"}


def test_prefix_goes_before_every_route() -> None:
    assert found(router("items", prefix="api"), "/api/items") == ("items", {})


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("admin/x", "reserved word"),
        ("runtimes", "reserved word"),
        ("{x:colour}", "constraint colour is unknown"),
        ("{x:length(a)}", "constraint length"),
        ("{x:regex([)}", "constraint regex"),
        ("{*rest}/more", "must be the last part"),
        ("{x}/{X}", "names a parameter twice"),
        ("a/{x", "no valid part of a route"),
    ],
)
def test_wrong_template_is_refused_with_its_reason(template: str, text: str) -> None:
    with pytest.raises(AppError, match=text):
        router(template)
