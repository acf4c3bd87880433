"""The account of the demonstration against an app that answers by script, over HTTP."""

import io
from typing import Any

import pytest
from aiohttp import web
from rich.console import Console

from local.demo.client import Client
from local.demo.repositories import QUESTIONS
from local.demo.run import ask_about_repositories

ANSWER = {
    "query": QUESTIONS[0],
    "scored_by": "vectors and words",
    "total": 12,
    "repositories": [
        {"name": "jinja", "description": "A template engine.", "score": 0.61, "parts": {"meaning": 0.5, "words": None}}
    ],
    "explanation": {"answer": "By offline-rules: jinja is one.", "citations": ["jinja"], "model": "offline-rules"},
}


def under_way(done: int) -> dict[str, Any]:
    return {"runtimeStatus": "Running", "customStatus": {"stage": "fetching", "done": done, "total": 12}}


class ScriptedApp:
    """Each status query takes the next of ``states``."""

    def __init__(self) -> None:
        self.states = [under_way(0), under_way(7), {"runtimeStatus": "Completed", "output": [{}] * 12}]
        self.answer: dict[str, Any] = ANSWER
        self._asked = 0

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/api/orchestrators/repo-context", self.start)
        app.router.add_get("/run", self.status)
        app.router.add_post("/api/ai", self.ask)
        return app

    async def start(self, request: web.Request) -> web.Response:
        uri = str(request.url.with_path("/run"))
        return web.json_response({"id": "run", "statusQueryGetUri": uri}, status=202)

    async def status(self, _request: web.Request) -> web.Response:
        state = self.states[min(self._asked, len(self.states) - 1)]
        self._asked += 1
        return web.json_response(state)

    async def ask(self, _request: web.Request) -> web.Response:
        return web.json_response(self.answer)


@pytest.fixture
def app() -> ScriptedApp:
    return ScriptedApp()


async def test_fan_out_and_scored_repositories_are_shown(client: Client) -> None:
    file = io.StringIO()

    assert await ask_about_repositories(Console(file=file, width=160), client)

    text = file.getvalue()
    for part in ("fetching 0/12 > fetching 7/12: 12 repositories", "1. jinja, score 0.610", "meaning 0.50, words -"):
        assert part in text
    assert text.count("offline-rules") == len(QUESTIONS)


async def test_question_without_an_answer_fails_the_demonstration(app: ScriptedApp, client: Client) -> None:
    app.answer = ANSWER | {"repositories": []}

    assert not await ask_about_repositories(Console(file=io.StringIO()), client)


async def test_run_that_fails_is_told(app: ScriptedApp, client: Client) -> None:
    app.states = [{"runtimeStatus": "Failed", "output": "GitHub does not answer"}]
    file = io.StringIO()

    assert not await ask_about_repositories(Console(file=file), client)

    assert "GitHub does not answer" in file.getvalue()
