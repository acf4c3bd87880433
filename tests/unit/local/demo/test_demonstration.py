"""The demonstration against an app that answers by script, over HTTP."""

import io
from typing import Any

import pytest
from aiohttp import web
from rich.console import Console

from local.demo.client import Client, DemoError, Passage, Progress
from local.demo.corpus import MODULES, QUESTIONS, read_module
from local.demo.display import excerpt
from local.demo.run import ask_questions, embed_modules

OUTPUT = {"ok": True, "id": "a.py", "chunks": 2, "embedded": 1, "reused": 1, "dimensions": 1536}
PASSAGE = {
    "symbol": "heappop",
    "startLine": 1,
    "endLine": 9,
    "text": "\n  whole line\n",
    "similarity": 0.5,
    "highlights": [],
}
HIT = {
    "projectId": "p",
    "name": "heapq.py",
    "language": "Python",
    "score": 0.1,
    "matchedBy": ["meaning", "words"],
    "passages": [PASSAGE],
}


class ScriptedApp:
    """Answers the routes of the demonstration: each status query takes the next of ``states``."""

    def __init__(self) -> None:
        self.states: list[dict[str, Any]] = [{"runtimeStatus": "Completed", "output": OUTPUT}]
        self.refused: dict[str, str] = {}
        self.results: list[dict[str, Any]] = [HIT]
        self.confident = True
        self.submitted: dict[str, str] = {}
        self._asked: dict[str, int] = {}

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/api/orchestrators/embeddings", self.start)
        app.router.add_get("/status/{name:.+}", self.status)
        app.router.add_post("/api/snippets/query", self.query)
        return app

    async def start(self, request: web.Request) -> web.Response:
        body = await request.json()
        if body["name"] in self.refused:
            return web.json_response({"error": self.refused[body["name"]]}, status=400)
        self.submitted[body["name"]] = body["text"]
        uri = str(request.url.with_path(f"/status/{body['name']}"))
        return web.json_response({"id": f"run-{body['name']}", "statusQueryGetUri": uri}, status=202)

    async def status(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        step = self._asked.get(name, 0)
        self._asked[name] = step + 1
        state = self.states[min(step, len(self.states) - 1)]
        return web.json_response(state, status=200 if state["runtimeStatus"] == "Completed" else 202)

    async def query(self, request: web.Request) -> web.Response:
        body = await request.json()
        return web.json_response(body | {"confident": self.confident, "results": self.results})


@pytest.fixture
def app() -> ScriptedApp:
    return ScriptedApp()


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=160)


def printed(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


async def test_progress_is_told_once_for_every_change(app: ScriptedApp, client: Client) -> None:
    first, second = ({"stage": "embedding", "done": n, "total": 2} for n in (1, 2))
    running = [{"runtimeStatus": "Running", "customStatus": status} for status in (None, first, first, second)]
    app.states = [*running, {"runtimeStatus": "Completed", "customStatus": second, "output": OUTPUT}]
    told: list[Progress] = []
    run = await client.embed("p", "a.py", "text", told.append)
    assert [(p.stage, p.done, p.total) for p in told] == [("embedding", 1, 2), ("embedding", 2, 2)]
    assert (run.instance_id, run.output.chunks, run.output.reused) == ("run-a.py", 2, 1)


@pytest.mark.parametrize("state", ["Failed", "Terminated", "Canceled"])
async def test_run_that_ends_badly_says_how(app: ScriptedApp, client: Client, state: str) -> None:
    app.states = [{"runtimeStatus": state, "output": "the reason"}]
    with pytest.raises(DemoError, match=f"{state}: the reason"):
        await client.embed("p", "a.py", "text", lambda _: None)


async def test_answer_of_another_form_is_named(app: ScriptedApp, client: Client) -> None:
    app.states = [{"runtimeStatus": "Completed", "output": {"id": "a.py"}}]
    with pytest.raises(DemoError, match="another form than Embedded: ok: Field required"):
        await client.embed("p", "a.py", "text", lambda _: None)


async def test_host_that_is_not_there_is_named() -> None:
    async with Client("http://127.0.0.1:9") as client:
        with pytest.raises(DemoError, match=r"127\.0\.0\.1:9"):
            await client.query("p", "question", 5)


async def test_every_module_is_embedded_and_has_its_line(app: ScriptedApp, client: Client, console: Console) -> None:
    assert await embed_modules(console, client)
    assert app.submitted == {name: read_module(name) for name in MODULES}
    for name in MODULES:
        assert f"{name:16}   2 chunks, 1 embedded, 1 reused" in printed(console)
        assert f"id run-{name}" in printed(console)


async def test_one_file_that_is_refused_fails_the_whole_and_is_named(
    app: ScriptedApp, client: Client, console: Console
) -> None:
    app.refused = {"csv.py": "no such luck"}
    assert not await embed_modules(console, client)
    assert "FAILED" in printed(console)
    assert "no such luck" in printed(console)


async def test_file_whose_chunks_failed_fails_the_whole(app: ScriptedApp, client: Client, console: Console) -> None:
    app.states = [
        {"runtimeStatus": "Completed", "output": {"ok": False, "id": "a", "error": "2 chunks after 3 retries"}}
    ]
    assert not await embed_modules(console, client)
    assert "2 chunks after 3 retries" in printed(console)


async def test_hits_are_printed_with_place_score_and_text(client: Client, console: Console) -> None:
    assert await ask_questions(console, client)
    assert all(f"? {question}" in printed(console) for question in QUESTIONS)
    assert "1. heapq.py, lines 1-9 (heappop), by meaning and words, score 0.100" in printed(console)
    assert "whole line" in printed(console)
    assert "nothing fits" not in printed(console)


async def test_hit_without_room_for_its_passages_is_named(app: ScriptedApp, client: Client, console: Console) -> None:
    app.results = [HIT | {"passages": []}]
    assert await ask_questions(console, client)
    assert "1. heapq.py, by meaning and words, score 0.100" in printed(console)


async def test_answer_in_which_nothing_fits_says_so(app: ScriptedApp, client: Client, console: Console) -> None:
    app.confident = False
    assert await ask_questions(console, client)
    assert "nothing fits well" in printed(console)


async def test_question_without_a_hit_fails_the_whole(app: ScriptedApp, client: Client, console: Console) -> None:
    app.results = []
    assert not await ask_questions(console, client)
    assert "no hit" in printed(console)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("one", ["one"]),
        ("\n  one\n\ntwo\nthree\nfour", ["  one", "two", "three"]),
        ("x" * 200 + "\n", ["x" * 100]),
    ],
)
def test_excerpt_is_of_lines_that_say_something(text: str, shown: list[str]) -> None:
    assert excerpt(Passage(symbol=None, start_line=1, end_line=2, text=text)) == shown
