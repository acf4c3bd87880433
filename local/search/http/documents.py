"""``/indexes('name')/docs``: indexing, lookup, count and search."""

from aiohttp import web

from local.search.engine import Engine
from local.search.errors import SearchError, bad_request, unsupported
from local.search.execution.rendering import selected
from local.search.execution.request import parse_select
from local.search.execution.search import search
from local.search.execution.semantic import SemanticRanker
from local.search.http.messages import Request, answer
from local.search.store.actions import Outcome


async def index(engine: Engine, request: Request, name: str) -> web.Response:
    """Do a batch of actions: 200 when all were done, 207 when some were not."""
    body = await engine.read(request.json)
    outcomes = await engine.index_documents(name, body)
    status = 200 if all(outcome.error is None for outcome in outcomes) else 207
    return answer(status, {"value": [_outcome(outcome) for outcome in outcomes]})


def _outcome(outcome: Outcome) -> dict[str, object]:
    return {
        "key": outcome.key,
        "status": outcome.error is None,
        "errorMessage": outcome.error,
        "statusCode": outcome.status,
    }


async def count(engine: Engine, name: str) -> web.Response:
    """How many documents an index has."""
    snapshot = await engine.snapshot(name)
    return answer(200, snapshot.document_count)


async def lookup(engine: Engine, request: Request, name: str, key: str) -> web.Response:
    """One document by its key."""
    snapshot, row = await engine.document(name, key)
    fields = parse_select(request.query.get("$select"), snapshot.definition)
    return answer(200, selected(fields, snapshot.body(row), snapshot, row))


async def find(engine: Engine, request: Request, name: str, ranker: SemanticRanker) -> web.Response:
    """A search."""
    snapshot = await engine.snapshot(name)
    return answer(200, await engine.read(lambda: search(snapshot, request.json(), ranker, request.address)))


def other(request: Request) -> SearchError:
    """What this endpoint does not have."""
    for name in ("suggest", "autocomplete", "analyze"):
        if request.rest.endswith(name):
            return unsupported(f"the operation '{name}'")
    if request.rest == "/docs":
        return unsupported("searches by GET; the SDK posts them to /docs/search.post.search")
    return bad_request(f"{request.method} {request.rest[:100]} is no operation on an index.")
