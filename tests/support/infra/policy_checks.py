"""Policies of the gateway: read by its twin, held against what the app promises, and executed."""

import asyncio
import re
from collections.abc import Iterator
from typing import Any

from local.gateway.__main__ import named_values
from local.gateway.backends import Backends
from local.gateway.errors import Refused
from local.gateway.markup import Element
from local.gateway.operations import InvalidOperations, Operations
from local.gateway.policies.documents import read_document, read_pipelines
from local.processes.serving import CannotServe
from shared.search.payload import MAX_BODY_BYTES as SEARCH_BYTES
from shared.snippets.querying.request import MAX_BODY_BYTES as QUERY_BYTES
from shared.snippets.submission import MAX_BODY_BYTES as SNIPPET_BYTES
from tests.support.gateway import gateway_under_test
from tests.support.infra.app_functions import http_routes
from tests.support.infra.gateway_probes import PROBES
from tests.support.infra.project import Project

# Calls, seconds, and what they are counted under: polls have a counter of their own, whatever they ask for.
_RATES = {
    "search-accept": ("100", "60", "search/"),
    "search-status": ("600", "60", "poll/"),
    "instance-status": ("600", "60", "poll/"),
}
_KEPT_S = {"search-status": "5"}
_BODY_BYTES = {"search-accept": SEARCH_BYTES, "embeddings-accept": SNIPPET_BYTES}
# What every other route takes at most; the app itself takes less of most.
_OTHER_BODY_BYTES = QUERY_BYTES


def policies_are_known(project: Project) -> list[str]:
    """Each is well-formed and made of what its twin knows, in order, with names that are there without green, too."""
    names = named_values("http://127.0.0.1")
    blue_alone = Backends({"blue": "http://127.0.0.1"}, {"blue": 100}).names
    folder = project.infra / "gateway"
    try:
        operations = Operations.read(folder / "operations.json").all
        read_pipelines(folder / "policies", operations, names, blue_alone)
    except (Refused, InvalidOperations) as error:
        return [str(error)]
    return []


def operations_are_the_apps_routes(project: Project) -> list[str]:
    """Every route of the app is an operation of its name, and no other is."""
    routes = {name: (method, "/" + _as_operation(route)) for name, (method, route) in http_routes().items()}
    listed = Operations.read(project.infra / "gateway" / "operations.json").all
    operations = {each.name: (each.method, each.template) for each in listed}
    return [f"only in one of both: {each}" for each in sorted(routes.items() ^ operations.items())]


def _as_operation(route: str) -> str:
    """Return a route as an operation is written: without constraints, a catch-all as *."""
    return re.sub(r"\{\*[^{}]*\}", "*", re.sub(r"\{(\w+):[^{}]*\}", r"{\1}", route))


def limits_are_those_promised(project: Project) -> list[str]:
    """Calls a minute, seconds in the cache and bytes of a body are those of the specs and of the app."""
    found: list[str] = []
    for stem, expected in _RATES.items():
        given = [
            (each.attributes["calls"], each.attributes["renewal-period"], each.attributes["counter-key"])
            for each in _elements(project, stem, "rate-limit-by-key")
        ]
        whole = (*expected[:2], f'@("{expected[2]}" + (string)context.Variables["user"])')
        found += [f"{stem}: counts {given}, expected {whole}"] * (given != [whole])
    for stem, seconds in _KEPT_S.items():
        given = [each.attributes["duration"] for each in _elements(project, stem, "cache-store-value")]
        found += [f"{stem}: keeps answers for {given} s, expected {seconds}"] * (given != [seconds])
    for stem, size in _BODY_BYTES.items():
        given = [
            each.attributes["value"]
            for each in _elements(project, stem, "set-variable")
            if each.attributes["name"] == "max-body-bytes"
        ]
        found += [f"{stem}: takes bodies of {given} bytes, the app of {size}"] * (given != [str(size)])
    default = f'GetValueOrDefault<string>("max-body-bytes", "{_OTHER_BODY_BYTES}")'
    conditions = [each.attributes["condition"] for each in _elements(project, "api", "when")]
    found += ["api: no limit of bodies"] * (not any(default in condition for condition in conditions))
    return found


def requests_are_let_through_as_promised(project: Project) -> list[str]:
    """Executed by a real client: who gets in and as whom, what is kept for whom, what an answer does not tell."""
    folder = project.infra / "gateway"
    files = tuple(sorted((path.name, path.read_text(encoding="utf-8")) for path in folder.rglob("*.*")))
    if files not in _probed_before:
        try:
            _probed_before[files] = asyncio.run(_probed(project))
        except CannotServe as error:
            return [str(error)]
    return _probed_before[files]


# By the files: most mistakes are made elsewhere, and a second for each of them would be many.
_probed_before: dict[tuple[tuple[str, str], ...], list[str]] = {}


async def _probed(project: Project) -> list[str]:
    found: list[str] = []
    async with gateway_under_test(project.infra / "gateway") as gateway:
        for probe in PROBES:
            gateway.blue.asked.clear()
            # Counters and cache of one probe are empty for the next.
            gateway.clock.advance(1000)
            found += [f"{probe.__name__}: {fault}" for fault in await probe(gateway)]
    return found


def _elements(project: Project, stem: str, name: str) -> list[Element]:
    root = read_document(project.infra / "gateway" / "policies" / f"{stem}.xml")
    return [each for each in _inside(root) if each.name == name]


def _inside(element: Element) -> Iterator[Any]:
    for child in element.children:
        yield child
        yield from _inside(child)
