"""Snippets that are stored: found by meaning, listed, read and deleted."""

import re
import time
from datetime import UTC, datetime
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from shared.errors import InvalidRequest, NotFound, Unavailable
from shared.http import answered, read_json_object
from shared.request_fields import shown
from shared.resources import Resources, process_resources
from shared.responses import create_empty_response, create_success_response
from shared.snippets.documents import Document, deletion_of, tombstone
from shared.snippets.querying.answer import answer_query
from shared.snippets.querying.request import MAX_BODY_BYTES, read_query
from shared.snippets.submission import ESCAPED_SLASH, name_faults, project_faults

bp = df.Blueprint()

_MAX_PAGE = 100
_TURNS = 10
_BUSY = "the snippet is being written by many runs at once"
_INCLUDABLE = frozenset({"text", "chunks", "embedding"})
_PUBLIC_FIELDS = (
    "projectId", "name", "version", "chunks", "characters", "model", "dimensions", "createdAt", "updatedAt",
)  # fmt: skip


@bp.route(route="api/snippets/query", methods=["POST"])
@answered
async def query_snippets(req: func.HttpRequest) -> func.HttpResponse:
    """Answer the files, or the chunks, that fit a question in plain words or a name."""
    query = read_query(await read_json_object(req, MAX_BODY_BYTES))
    return create_success_response(await answer_query(query, await process_resources()))


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


@bp.route(route="api/snippets/{projectId}/{*name:minlength(1)}", methods=["GET"])
@answered
async def get_snippet(req: func.HttpRequest) -> func.HttpResponse:
    """Answer a snippet; ``include`` adds its text, its chunks or its vector."""
    include = {part for part in req.params.get("include", "").split(",") if part}
    if include - _INCLUDABLE:
        unknown = shown(", ".join(sorted(include - _INCLUDABLE)))
        raise InvalidRequest(f"Parameter 'include' takes {', '.join(sorted(_INCLUDABLE))}, got {unknown}")
    resources = await process_resources()
    document, rows = await _whole(req, resources, with_chunks=bool(include & {"text", "chunks"}))
    answer: dict[str, Any] = {field: document[field] for field in _PUBLIC_FIELDS}
    answer |= {"embedding": document.get("embedding")} if "embedding" in include else {}
    answer |= {"text": "".join(row["text"] for row in rows)} if "text" in include else {}
    answer |= {"chunkList": rows} if "chunks" in include else {}
    return create_success_response(answer)


@bp.route(route="api/snippets/{projectId}/{*name:minlength(1)}", methods=["DELETE"])
@answered
async def delete_snippet(req: func.HttpRequest) -> func.HttpResponse:
    """Delete a snippet and its chunks. Runs accepted before this moment cannot bring it back."""
    resources = await process_resources()
    for _ in range(_TURNS):
        current = await _existing(req, resources)
        project_id, name = current["projectId"], current["name"]
        version = deletion_of(current, time.time_ns() // 1_000_000)
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        if await resources.snippets.replace(tombstone(project_id, name, version, now), seen=current):
            await resources.chunks.delete_versions(project_id, name, before=version)
            return create_empty_response()
    raise Unavailable(_BUSY)


async def _whole(req: func.HttpRequest, resources: Resources, *, with_chunks: bool) -> tuple[Document, list[Document]]:
    """Return a snippet with the chunks of its version, all of them: a run may switch the version between two reads."""
    for _ in range(_TURNS):
        document = await _existing(req, resources)
        if not with_chunks:
            return document, []
        rows = await resources.chunks.texts(document["projectId"], document["name"], document["version"])
        if len(rows) == document["chunks"]:
            return document, rows
    raise Unavailable(_BUSY)


async def _existing(req: func.HttpRequest, resources: Resources) -> Document:
    """Return the snippet that the route names.

    Hosts leave an escaped slash in a route as it came: ``src%2Fa.py`` means ``src/a.py``, or else a name of an earlier
    release, which could hold ``%2F``.
    """
    project_id, given = _project_of(req), req.route_params.get("name", "")
    name = ESCAPED_SLASH.sub("/", given)
    if faults := name_faults(name):
        raise InvalidRequest(*faults)
    for meant in dict.fromkeys((name, given)):
        document = await resources.snippets.read(project_id, meant)
        if document is not None and "deleted" not in document:
            return document
    raise NotFound(f"Snippet {shown(name)} not found in project {shown(project_id)}")


def _project_of(req: func.HttpRequest) -> str:
    project_id = req.route_params.get("projectId", "")
    if faults := project_faults(project_id):
        raise InvalidRequest(*faults)
    return project_id


def _page_limit(text: str | None) -> int:
    if text is None:
        return _MAX_PAGE
    limit = int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0
    if not 1 <= limit <= _MAX_PAGE:
        raise InvalidRequest(f"Parameter 'limit' must be an integer from 1 to {_MAX_PAGE}, got {shown(text)}")
    return limit
