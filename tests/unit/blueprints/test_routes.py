"""No two routes of the app fit the same request.

Azure's Functions host sorts functions by name and asks the first whose route fits; a literal does not go before a
parameter, and a catch-all fits an empty rest too. The local host goes by precedence as ASP.NET Core does: on one
machine routes that overlap answer as if they did not. So this asks each route alone, in no order.
"""

from collections.abc import Iterator
from itertools import combinations, product

import pytest

from local.host.app_loader import LoadedFunction
from local.host.routes import Route, build_route, split_path
from tests.support.infra.app_functions import http_routes

# More than the longest route has parts.
DEPTH = 6


def route(name: str, template: str, methods: tuple[str, ...]) -> Route:
    trigger = {"route": template, "methods": methods}
    return build_route(
        LoadedFunction(name, lambda: None, False, "httpTrigger", "req", trigger, {}, {}, "http", False), ""
    )


def routes_of_the_app() -> list[Route]:
    return [route(name, template, (method,)) for name, (method, template) in http_routes().items()]


def paths(routes: list[Route]) -> Iterator[str]:
    """Yield every path that can tell these routes apart: parts that some route names, and one that none does."""
    places: list[set[str]] = [{"other", ""} for _ in range(DEPTH)]
    for each in routes:
        for place, part in enumerate(each.template.split("/")):
            places[place] |= {part} if "{" not in part else {"with-context"}
    for length in range(DEPTH):
        for parts in product(*places[:length]):
            yield "/" + "/".join(parts)


def overlaps(routes: list[Route]) -> set[tuple[str, str, str]]:
    """Return pairs of functions with a request that both fit."""
    found: set[tuple[str, str, str]] = set()
    for path in paths(routes):
        fitting = [each for each in routes if each.match(split_path(path)) is not None]
        for one, other in combinations(fitting, 2):
            for method in (one.methods or frozenset()) & (other.methods or frozenset()):
                found.add((one.function.name, other.function.name, f"{method} {path}"))
    return found


def test_no_two_routes_fit_the_same_request():
    routes = routes_of_the_app()
    assert len(routes) > 15
    assert overlaps(routes) == set()


@pytest.mark.parametrize(
    ("one", "other", "request_line"),
    [
        ("api/{project}", "api/{project}/{*name}", "GET /api/other"),
        ("api/{user}/with-context", "api/{user}/{repo}", "GET /api/other/with-context"),
        ("api/stats", "api/{name}", "GET /api/stats"),
        ("{*path}", "api/health", "GET /api/health"),
    ],
)
def test_routes_that_overlap_are_seen(one: str, other: str, request_line: str):
    found = overlaps([route("a", one, ("GET",)), route("b", other, ("GET", "POST"))])
    assert ("a", "b", request_line) in found
    assert overlaps([route("a", one, ("GET",)), route("b", other, ("POST",))]) == set()


def test_every_route_still_fits_what_it_is_for():
    by_name = {each.function.name: each for each in routes_of_the_app()}

    def fits(path: str) -> set[str]:
        return {name for name, each in by_name.items() if each.match(split_path(path)) is not None}

    assert "list_snippets" in fits("/api/snippets/p") & fits("/api/snippets/p/")
    assert {"get_snippet", "delete_snippet"} <= fits("/api/snippets/p/src/a.py") & fits("/api/snippets/p/a")
    assert fits("/api/github/repos/octocat/with-context") == {"read_repos_with_context"}
    assert fits("/api/github/repos/octocat/WITH-CONTEXT") == {"read_repos_with_context"}
    assert fits("/api/github/repos/octocat/with-context-2") == {"read_repo_with_context"}
