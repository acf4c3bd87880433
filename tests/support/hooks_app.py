"""An app that answers the first calls of a deployment: well, but for what a test gives it."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from shared.search.status_answers import status_answer

FOUND: dict[str, Any] = {"results": {"search_results": [{"name": "Blue PP", "score": 90, "dE": 0.5}]}}
GATHERED: dict[str, Any] = {"runtimeStatus": "Completed", "output": [{}]}


def search_document(**fields: object) -> dict[str, Any]:
    """A search as the app keeps it once it has ended."""
    times = dict.fromkeys(("created_at", "updated_at"), "2026-11-22T12:00:00+00:00")
    return {"request_id": "req_1", "status": "completed", "progress": {}, **times, **fields}


def answering(
    search: dict[str, Any], gathering: dict[str, Any] | None = None
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """An app that does well but for what a test gives it: a search's document, the status of a gathering."""
    runs = {"1": {"runtimeStatus": "Completed", "output": {"ok": True, "id": "example.py"}}, "2": gathering or GATHERED}

    async def app(request: web.Request) -> web.Response:
        match request.path:
            case "/api/health":
                return web.json_response({"status": "ok"})
            case "/api/orchestrators/embeddings":
                return web.json_response({"statusQueryGetUri": f"http://{request.host}/runs/1"}, status=202)
            case "/api/orchestrators/repo-context":
                return web.json_response({"statusQueryGetUri": f"http://{request.host}/runs/2"}, status=202)
            case "/search":
                return web.json_response({"request_id": "req_1", "status_url": "/status/req_1"}, status=202)
            case "/status/req_1":
                answer = status_answer(search)
                return web.json_response(answer.document, status=answer.status_code)
            case path:
                return web.json_response(runs[path.removeprefix("/runs/")])

    return app
