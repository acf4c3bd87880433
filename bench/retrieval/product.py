"""The product over HTTP, as a caller has it: index files, ask questions, send an edited file again."""

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bench.durable_http import run_to_end
from bench.samples import Samples

PROJECT = "retrieval"
AT_ONCE = 8
POLL_S = 0.1
MOST = 50


@dataclass
class Indexed:
    """What indexing files took and gave."""

    files: int = 0
    chunks: int = 0
    embedded: int = 0
    wall_s: float = 0.0


@dataclass(frozen=True)
class Answer:
    """``files``: as ranked, each once. ``confident``: False if the product says that nothing fits."""

    files: Sequence[str]
    confident: bool


@dataclass
class Product:
    """A running host. Times of questions are kept by whether ``k`` was sent."""

    url: str
    http: aiohttp.ClientSession
    times: dict[int | None, Samples] = field(default_factory=dict)

    async def index(self, texts: Mapping[str, str]) -> Indexed:
        """Store all files, eight at a time.

        Raises:
            RuntimeError: One cannot be stored.
        """
        indexed = Indexed()
        room = asyncio.Semaphore(AT_ONCE)

        async def store(name: str, text: str) -> None:
            async with room:
                output = await self._stored(name, text)
            indexed.files += 1
            indexed.chunks += output["chunks"]
            indexed.embedded += output["embedded"]

        began = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for name, text in sorted(texts.items()):
                group.create_task(store(name, text))
        indexed.wall_s = time.perf_counter() - began
        return indexed

    async def _stored(self, name: str, text: str) -> dict[str, Any]:
        body = {"projectId": PROJECT, "name": name, "text": text}
        url = f"{self.url}/api/orchestrators/embeddings"
        _, status = await run_to_end(self.http, url, body=body, poll_s=POLL_S)
        output = status["output"]
        if not output["ok"]:
            raise RuntimeError(f"{name} was not stored: {output}")
        return output

    async def ask(self, question: str, k: int | None = None) -> Answer:
        """Ask for ``k`` results, or for as many as come to a caller who does not say.

        Raises:
            RuntimeError: The answer is none of success.
        """
        body: dict[str, Any] = {"query": question, "projectId": PROJECT} | ({} if k is None else {"k": k})
        began = time.perf_counter()
        async with self.http.post(f"{self.url}/api/snippets/query", json=body) as answer:
            content = await answer.json()
        self.times.setdefault(k, Samples()).add((time.perf_counter() - began) * 1000)
        if answer.status != 200:
            raise RuntimeError(f"{question!r} was answered with {answer.status}: {content}")
        # Before answers said so, all of them were given as if something fitted.
        return Answer(distinct(result["name"] for result in content["results"]), content.get("confident", True))


def distinct(names: Iterable[str]) -> list[str]:
    """Each name once, where it stands first."""
    return list(dict.fromkeys(names))
