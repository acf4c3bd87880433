"""A client of Fanwise's HTTP routes: embed a text, follow its run, ask a question."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self, TypeVar

import aiohttp
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

POLL_S = 0.05
# A run that shows no progress for this long has hung.
STALLED_S = 120.0
ENDED_BADLY = ("Failed", "Terminated", "Canceled")


class DemoError(Exception):
    """A route did not answer as it should; the text says which and how."""


class Answer(BaseModel):
    """A document that a route answers."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


_A = TypeVar("_A", bound=Answer)


class Progress(Answer):
    """How far a run is: its custom status."""

    stage: str
    done: int
    total: int


class Embedded(Answer):
    """What a run put out."""

    ok: bool
    id: str
    chunks: int = 0
    embedded: int = 0
    reused: int = 0
    error: str | None = None


class Passage(Answer):
    """Whole lines of a snippet that answer a question. ``symbol``: what they are about, where that is known."""

    symbol: str | None
    start_line: int
    end_line: int
    text: str


class Hit(Answer):
    """A snippet that answers a question, with its passages, best first; a lower one may have no room for any."""

    name: str
    score: float
    matched_by: list[str]
    passages: list[Passage]


class Found(Answer):
    """The answer to a question. ``confident``: something in it fits."""

    confident: bool
    results: list[Hit]


class _Started(Answer):
    id: str
    status_query_get_uri: str


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run: its instance, its output, how long it took."""

    instance_id: str
    output: Embedded
    milliseconds: int


class Client:
    """Speaks to a Functions host at ``url``. An async context manager."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def embed(self, project: str, name: str, text: str, moved: Callable[[Progress], None]) -> Run:
        """Embed ``text`` and follow the run to its end; ``moved`` is told of every change of its progress.

        Raises:
            DemoError: The request was refused, the run failed or hung.
        """
        begun = time.perf_counter()
        body = {"projectId": project, "name": name, "text": text}
        started = read(_Started, await self.send("POST", "/api/orchestrators/embeddings", body, expected=202))
        output = read(Embedded, await self.followed(started.status_query_get_uri, moved))
        return Run(started.id, output, round((time.perf_counter() - begun) * 1000))

    async def query(self, project: str, question: str, k: int) -> Found:
        """Ask ``question`` of a project; the answer names ``k`` snippets at most.

        Raises:
            DemoError: The request was refused.
        """
        body = {"projectId": project, "query": question, "k": k}
        return read(Found, await self.send("POST", "/api/snippets/query", body, expected=200))

    async def followed(self, status_uri: str, moved: Callable[[Progress], None]) -> object:
        """Follow a run to its end and return what it put out; ``moved`` is told of every change of its progress.

        Raises:
            DemoError: The run failed or hung.
        """
        last: object = None
        deadline = time.monotonic() + STALLED_S
        while time.monotonic() < deadline:
            status = await self.send("GET", status_uri, None, expected=None)
            state, custom = status.get("runtimeStatus"), status.get("customStatus")
            if state in ENDED_BADLY:
                raise DemoError(f"the run ended as {state}: {status.get('output')}")
            if custom and custom != last:
                last, deadline = custom, time.monotonic() + STALLED_S
                moved(read(Progress, custom))
            if state == "Completed":
                return status.get("output")
            await asyncio.sleep(POLL_S)
        raise DemoError(f"the run has made no progress for {STALLED_S:g} s")

    async def send(self, method: str, path: str, body: object, *, expected: int | None) -> dict[str, Any]:
        """Return the JSON that a route answers; with ``expected`` None any status below 400 will do.

        Raises:
            DemoError: Another status came, no JSON, or no answer.
        """
        url = path if path.startswith("http") else self._url + path
        try:
            async with self._session.request(method, url, json=body) as response:
                text = await response.text()
                if response.status != expected and (expected is not None or response.status >= 400):
                    raise DemoError(f"{method} {response.url.path} answered {response.status}: {text[:500]}")
                return await response.json()
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise DemoError(f"{method} {url} failed: {error or type(error).__name__}") from error


def read(model: type[_A], document: object) -> _A:
    """Return ``document`` as ``model``.

    Raises:
        DemoError: It has another form.
    """
    try:
        return model.model_validate(document)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise DemoError(f"an answer has another form than {model.__name__}: {faults}") from error
