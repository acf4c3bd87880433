"""Azure's own worker loads the app, function by function, and reads from it the routes that we mean."""

from pathlib import Path

from tests.support.infra.app_functions import http_routes
from tests.support.worker import ROOT, Verdict, sample_settings, worker_verdict

REFUSED_APP = Path(__file__).parent / "apps" / "refused"

# Every way in: route, methods, and the key that a caller needs unless HTTP_AUTH_LEVEL says otherwise.
ROUTES = {
    ("api/health", ("GET",), "anonymous"),
    ("api/orchestrators/embeddings", ("POST",), "function"),
    ("api/orchestrators/embeddings/batch", ("POST",), "function"),
    ("api/orchestrators/reindex", ("POST",), "function"),
    ("api/snippets/query", ("POST",), "function"),
    ("api/snippets/{projectId}", ("GET",), "function"),
    ("api/snippets/{projectId}/{*name:minlength(1)}", ("GET",), "function"),
    ("api/snippets/{projectId}/{*name:minlength(1)}", ("DELETE",), "function"),
    ("api/orchestrators/repo-context", ("POST",), "function"),
    ("api/ai", ("POST",), "function"),
    ("api/github/repos/{username}/with-context", ("GET",), "function"),
    ("api/github/repos/{username}/{repo:regex(^(?!with-context$))}", ("GET",), "function"),
    ("api/github/cache/stats", ("GET",), "function"),
    ("api/github/cache/cleanup", ("POST",), "function"),
    ("instances/{colour}/{instance_id}", ("GET",), "function"),
    ("search", ("POST",), "function"),
    ("status/{request_id}", ("GET",), "function"),
}


def test_the_worker_accepts_every_function(app: Verdict) -> None:
    assert app.refused == {}
    assert app.accepted


def test_each_route_has_its_methods_and_its_auth_level(app: Verdict) -> None:
    triggers = app.bindings("httpTrigger").values()

    found = {(each["route"], tuple(each["methods"]), each["authLevel"].lower()) for each in triggers}

    assert found == ROUTES
    assert len(triggers) == len(ROUTES)


def test_routes_read_from_the_source_are_those_that_the_worker_serves(app: Verdict) -> None:
    served = {name: (each["methods"][0], each["route"]) for name, each in app.bindings("httpTrigger").items()}

    assert http_routes() == served


def test_http_auth_level_changes_every_route_but_health() -> None:
    app = worker_verdict(ROOT, {**sample_settings(), "HTTP_AUTH_LEVEL": "admin"})

    levels = {each["route"]: each["authLevel"].lower() for each in app.bindings("httpTrigger").values()}

    assert levels.pop("api/health") == "anonymous"
    assert set(levels.values()) == {"admin"}


def test_the_worker_refuses_what_azure_refuses() -> None:
    verdict = worker_verdict(REFUSED_APP, {})

    assert set(verdict.accepted) == {"plain_dict"}
    assert set(verdict.refused) == {"parametrised_dict", "optional_dict", "extra_parameter", "answers_with_dict"}
    assert "FunctionLoadError" in verdict.refused["parametrised_dict"]
