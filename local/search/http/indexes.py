"""``/indexes`` and ``/servicestats``: definitions and figures."""

from typing import Any

from aiohttp import web

from local.search import limits
from local.search.engine import Engine
from local.search.errors import SearchError, bad_request
from local.search.http.messages import Request, answer

_EVERYTHING = 2**53


async def service_statistics(engine: Engine) -> web.Response:
    """Counters and limits of the service."""
    sizes = [await engine.sizes(name) for name in engine.names]
    counters: dict[str, Any] = {
        "aliasesCount": _counter(0),
        "documentCount": _counter(sum(documents for documents, _, _ in sizes)),
        "indexesCount": _counter(len(sizes), limits.INDEXES),
        "indexersCount": _counter(0),
        "dataSourcesCount": _counter(0),
        "storageSize": _counter(sum(size for _, size, _ in sizes), _EVERYTHING),
        "synonymMaps": _counter(0),
        "skillsetCount": _counter(0),
        "vectorIndexSize": _counter(sum(vectors for _, _, vectors in sizes), _EVERYTHING),
    }
    bounds = {
        "maxFieldsPerIndex": limits.FIELDS,
        "maxFieldNestingDepthPerIndex": limits.FIELD_NESTING,
        "maxComplexCollectionFieldsPerIndex": limits.FIELDS,
        "maxComplexObjectsInCollectionsPerDocument": limits.COMPLEX_ELEMENTS,
        "maxStoragePerIndex": None,
    }
    return answer(200, {"counters": counters, "limits": bounds})


def _counter(usage: int, quota: int | None = None) -> dict[str, int | None]:
    return {"usage": usage, "quota": quota}


async def collection(engine: Engine, request: Request) -> web.Response:
    """List the indexes, or make one."""
    if request.method == "GET":
        names = [part.strip() for part in request.query.get("$select", "").split(",") if part.strip()]
        return answer(200, {"value": [_listed(*engine.definition(name), names) for name in engine.names]})
    if request.method != "POST":
        raise SearchError(405, f"{request.method} is not allowed on /indexes; GET and POST are.")
    body = request.json()
    name = body.get("name") if isinstance(body, dict) else None
    if not isinstance(name, str):
        raise bad_request("An index needs a name.", "InvalidName")
    _, definition, etag = await engine.put_index(name, body, only_new=True)
    return answer(201, _document(definition, etag))


async def one(engine: Engine, request: Request, name: str) -> web.Response:
    """Read, make, change or delete an index."""
    match request.method:
        case "GET":
            definition, etag = engine.definition(name)
            return answer(200, _document(definition, etag), {"ETag": etag})
        case "PUT":
            only_new = request.headers.get("If-None-Match") == "*"
            created, definition, etag = await _put(engine, request, name, only_new)
            return answer(201 if created else 200, _document(definition, etag), {"ETag": etag})
        case "DELETE":
            await engine.delete_index(name, request.headers.get("If-Match"))
            return answer(204)
        case _:
            raise SearchError(405, f"{request.method} is not allowed on an index; GET, PUT and DELETE are.")


async def _put(engine: Engine, request: Request, name: str, only_new: bool) -> tuple[bool, Any, str]:
    try:
        return await engine.put_index(name, request.json(), only_new=only_new, if_match=request.headers.get("If-Match"))
    except SearchError as error:
        if only_new and error.status == 409:
            raise SearchError(412, error.message) from None
        raise


async def statistics(engine: Engine, name: str) -> web.Response:
    """Documents and bytes of an index."""
    documents, size, vectors = await engine.sizes(name)
    return answer(200, {"documentCount": documents, "storageSize": size, "vectorIndexSize": vectors})


def _document(definition: Any, etag: str) -> dict[str, Any]:
    return {"@odata.etag": etag, **{k: v for k, v in definition.body.items() if not k.startswith("@odata")}}


def _listed(definition: Any, etag: str, names: list[str]) -> dict[str, Any]:
    document = _document(definition, etag)
    return {name: document.get(name) for name in names} if names and names != ["*"] else document
