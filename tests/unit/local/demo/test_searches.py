"""The searches of the demonstration against an app that answers by script, over HTTP."""

import io
from typing import Any

import pytest
from aiohttp import web
from rich.console import Console

from local.demo.client import Client, DemoError
from local.demo.run import search_materials
from local.demo.searches import SEARCHES, Stage, run_search

RESULT = {
    "id": "M1",
    "name": "Signal blue PP",
    "resin": "PP",
    "hex": "#696797",
    "score": 92.0,
    "lab_diff": {"dE_cmc": 0.74, "words": "slightly lighter"},
    "flags": {"resin_match": "exact"},
}
COMPLETED = {
    "status": "completed",
    "results": {"overall_scoring_analysis": {"summary": "M1 is nearest."}, "search_results": [RESULT]},
    "processing_metadata": {"degraded": [], "notes": ["No material lies within dE 2."], "colour": {"hex": "#123456"}},
}


def under_way(stage: str, percent: int) -> dict[str, Any]:
    return {"status": stage, "progress": {"stage": stage, "percent": percent, "detail": ""}}


class ScriptedApp:
    """Each status query of a search takes the next of ``states``."""

    def __init__(self) -> None:
        self.states: list[tuple[int, dict[str, Any]]] = [(200, COMPLETED)]
        self.payloads: list[dict[str, Any]] = []
        self._asked: dict[str, int] = {}

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/search", self.accept)
        app.router.add_get("/status/{id}", self.status)
        return app

    async def accept(self, request: web.Request) -> web.Response:
        self.payloads.append(await request.json())
        name = f"req_{len(self.payloads)}"
        return web.json_response({"request_id": name, "status_url": f"/status/{name}"}, status=202)

    async def status(self, request: web.Request) -> web.Response:
        name = request.match_info["id"]
        step = self._asked.get(name, 0)
        self._asked[name] = step + 1
        status, document = self.states[min(step, len(self.states) - 1)]
        return web.json_response(document, status=status)


@pytest.fixture
def app() -> ScriptedApp:
    return ScriptedApp()


async def test_every_stage_is_told_once(app: ScriptedApp, client: Client) -> None:
    app.states = [(202, under_way("queued", 0))] * 2 + [(202, under_way("scoring", 60)), (200, COMPLETED)]
    told: list[Stage] = []

    run = await run_search(client, SEARCHES[0], told.append)

    assert [(stage.stage, stage.percent) for stage in told] == [("queued", 0), ("scoring", 60)]
    assert [result.id for result in run.results] == ["M1"]
    assert run.summary == "M1 is nearest."


async def test_failed_search_is_an_error_with_its_text(app: ScriptedApp, client: Client) -> None:
    app.states = [(500, {"status": "failed", "error": "The search index did not answer after 3 retries"})]

    with pytest.raises(DemoError, match="did not answer after 3 retries"):
        await run_search(client, SEARCHES[0], lambda _: None)


@pytest.mark.parametrize("color_system", ["truecolor", None], ids=["terminal", "file"])
async def test_tables_show_swatches_scores_and_differences(app: ScriptedApp, client: Client, color_system: Any) -> None:
    file = io.StringIO()
    console = Console(file=file, width=160, color_system=color_system, force_terminal=color_system is not None)

    assert await search_materials(console, client)

    text = file.getvalue()
    for part in ("Signal blue PP", "92", "0.74", "slightly lighter", "M1 is nearest.", "! No material lies within"):
        assert text.count(part) >= len(SEARCHES)
    # A 24-bit background in the colour of the material, and in that of the request.
    for colour in ("696797", "123456"):
        red, green, blue = bytes.fromhex(colour)
        assert (f"48;2;{red};{green};{blue}m" in text) is (color_system is not None)


async def test_demonstration_fails_when_a_search_finds_nothing(app: ScriptedApp, client: Client) -> None:
    nothing = COMPLETED | {"results": {"overall_scoring_analysis": None, "search_results": []}}
    app.states = [(200, nothing)]

    assert not await search_materials(Console(file=io.StringIO()), client)


def test_searches_cover_lab_words_and_no_scoring() -> None:
    assert [search.has_colour for search in SEARCHES] == [True, False, True]
    assert [search.payload.get("rerank", True) for search in SEARCHES] == [True, True, False]
