"""Snippets that are stored: found by meaning, listed, read and deleted."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import azure.durable_functions as df
import azure.functions as func

from shared.errors import InvalidRequest, NotFound, Unavailable
from shared.http import answered, json_type, read_json_object
from shared.resources import Resources, process_resources
from shared.responses import create_success_response
from shared.snippets.documents import Document, tombstone
from shared.snippets.identifiers import version_of
from shared.snippets.search import MAX_K, nearest_snippets
from shared.snippets.submission import name_faults, project_faults, unknown_fields

bp = df.Blueprint()

_DEFAULT_K = 5
_MAX_QUERY_CHARACTERS = 8000
_MAX_QUERY_BODY_BYTES = 64 * 1024
_MAX_PAGE = 100
_TURNS = 10
_INCLUDABLE = frozenset({"text", "chunks", "embedding"})
_PUBLIC_FIELDS = (
    "projectId", "name", "version", "chunks", "characters", "model", "dimensions", "createdAt", "updatedAt",
)  # fmt: skip


@bp.route(route="api/snippets/query", methods=["POST"])
@answered
async def query_snippets(req: func.HttpRequest) -> func.HttpResponse:
    """Answer the chunks nearest to a question in plain words."""
    document = await read_json_object(req, _MAX_QUERY_BODY_BYTES)
    faults = [*unknown_fields(document, ("query", "projectId", "k"))]
    project_id = document.get("projectId")
    faults += project_faults(project_id) if project_id is not None else []
    faults += _query_faults(document)
    k = document.get("k", _DEFAULT_K)
    if isinstance(k, bool) or not isinstance(k, int) or not 1 <= k <= MAX_K:
        got = k if isinstance(k, int) and not isinstance(k, bool) else json_type(k)
        faults.append(f"Field 'k' must be an integer from 1 to {MAX_K}, got {got}")
    if faults:
        raise InvalidRequest(*faults)
    results = await nearest_snippets(document["query"], project_id, k, await process_resources())
    return create_success_response({"query": document["query"], "projectId": project_id, "k": k, "results": results})


@bp.route(route="api/snippets/{projectId}", methods=["GET"])
@answered
async def list_snippets(req: func.HttpRequest) -> func.HttpResponse:
    """Answer one page of a project's snippets, by name; ``next`` is the name to continue after."""
    project_id = _project_of(req)
    limit = _page_limit(req.params.get("limit"))
    resources = await process_resources()
    rows = await resources.snippets.page(project_id, req.params.get("after", ""), limit + 1)
    shown = rows[:limit]
    following = shown[-1]["name"] if len(rows) > limit else None
    return create_success_response({"projectId": project_id, "snippets": shown, "next": following})


@bp.route(route="api/snippets/{projectId}/{*name}", methods=["GET"])
@answered
async def get_snippet(req: func.HttpRequest) -> func.HttpResponse:
    """Answer a snippet; ``include`` adds its text, its chunks or its vector."""
    project_id, name = _snippet_of(req)
    include = {part for part in req.params.get("include", "").split(",") if part}
    if include - _INCLUDABLE:
        unknown = ", ".join(sorted(include - _INCLUDABLE))
        raise InvalidRequest(f"Parameter 'include' takes {', '.join(sorted(_INCLUDABLE))}, got {unknown}")
    resources = await process_resources()
    document = await _existing(project_id, name, resources)
    answer: dict[str, Any] = {field: document[field] for field in _PUBLIC_FIELDS}
    if "embedding" in include:
        answer["embedding"] = document["embedding"]
    if include & {"text", "chunks"}:
        rows = [row async for row in resources.chunks.texts(project_id, name, document["version"])]
        answer |= {"text": "".join(row["text"] for row in rows)} if "text" in include else {}
        answer |= {"chunkList": rows} if "chunks" in include else {}
    return create_success_response(answer)


@bp.route(route="api/snippets/{projectId}/{*name}", methods=["DELETE"])
@answered
async def delete_snippet(req: func.HttpRequest) -> func.HttpResponse:
    """Delete a snippet and its chunks. Runs accepted before this moment cannot bring it back."""
    project_id, name = _snippet_of(req)
    resources = await process_resources()
    version = version_of(time.time_ns() // 1_000_000, "deleted")
    for _ in range(_TURNS):
        current = await _existing(project_id, name, resources)
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        if await resources.snippets.replace(tombstone(project_id, name, version, now), seen=current):
            await resources.chunks.delete_versions(project_id, name, upto=version)
            return func.HttpResponse(status_code=204)
        await asyncio.sleep(0)
    raise Unavailable(f"{name!r} is being written by many runs at once")


async def _existing(project_id: str, name: str, resources: Resources) -> Document:
    document = await resources.snippets.read(project_id, name)
    if document is None or "deleted" in document:
        raise NotFound(f"Snippet {name!r} not found in project {project_id!r}")
    return document


def _project_of(req: func.HttpRequest) -> str:
    project_id = unquote(req.route_params.get("projectId", ""))
    if faults := project_faults(project_id):
        raise InvalidRequest(*faults)
    return project_id


def _snippet_of(req: func.HttpRequest) -> tuple[str, str]:
    name = req.route_params.get("name", "")
    faults = [*project_faults(req.route_params.get("projectId", "")), *name_faults(name)]
    if faults:
        raise InvalidRequest(*faults)
    return req.route_params["projectId"], name


def _query_faults(document: dict[str, Any]) -> list[str]:
    if "query" not in document:
        return ["Missing required field: query"]
    query = document["query"]
    expected = f"must be a string of 1 to {_MAX_QUERY_CHARACTERS} characters, not all blank"
    if not isinstance(query, str):
        return [f"Field 'query' {expected}, got {json_type(query)}"]
    if not query.strip() or len(query) > _MAX_QUERY_CHARACTERS:
        return [f"Field 'query' {expected}, got {len(query)} characters"]
    return []


def _page_limit(text: str | None) -> int:
    if text is None:
        return _MAX_PAGE
    if not text.isdecimal() or not 1 <= int(text[:9]) <= _MAX_PAGE:
        raise InvalidRequest(f"Parameter 'limit' must be an integer from 1 to {_MAX_PAGE}, got {text[:20]!r}")
    return int(text)
