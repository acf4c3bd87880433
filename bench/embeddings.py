"""The embeddings pipeline beside a bare ``asyncio.gather`` over the same chunks, and the same text a second time."""

import asyncio
import json
import random
import time
from typing import Any

import aiohttp
from openai import AsyncAzureOpenAI

from bench.durable_http import run_to_end
from bench.processes import ROOT, scratch
from bench.report import Row
from bench.samples import Samples
from bench.stack import Stack, settings, stack_on

CHUNKS = 500
CHUNK_SIZE = 800
LATENCY_MS = 100
REPEATS = 5
# Asking costs the host time too; what is noticed too late by is at most this.
POLL_S = 0.03
# As many as the pipeline puts into a request.
INPUTS_PER_REQUEST = 64
_HOST = json.loads((ROOT / "host.json").read_text(encoding="utf-8"))
CONCURRENCY = _HOST["extensions"]["durableTask"]["maxConcurrentActivityFunctions"]
_WORDS = ["async", "def", "return", "await", "vector", "chunk", "for", "in", "yield", "context", "result", "=", "+"]


def new_text(chunks: int) -> str:
    """A text of exactly ``chunks`` chunks that was never seen before."""
    chance = random.Random(time.time_ns())
    length = chunks * CHUNK_SIZE
    words = " ".join(f"{chance.choice(_WORDS)}{chance.randrange(10_000)}" for _ in range(length // 4))
    return words[:length]


async def embed(http: aiohttp.ClientSession, stack: Stack, name: str, text: str) -> tuple[float, dict[str, Any]]:
    """Embed ``text`` through the pipeline: milliseconds until it is stored, and the orchestration's output."""
    body = {"projectId": "bench", "name": name, "text": text}
    took_ms, status = await run_to_end(http, stack.embeddings_url, body=body, poll_s=POLL_S)
    output = status["output"]
    if not output["ok"] or output["chunks"] != len(text) // CHUNK_SIZE:
        raise RuntimeError(f"unexpected output: {output}")
    return took_ms, output


async def bare_gather(endpoint_url: str, text: str, inputs_per_request: int) -> float:
    """Milliseconds that the same chunks take without a pipeline: nothing stored, nothing durable."""
    chunks = [text[start : start + CHUNK_SIZE] for start in range(0, len(text), CHUNK_SIZE)]
    groups = [chunks[start : start + inputs_per_request] for start in range(0, len(chunks), inputs_per_request)]
    values = settings()
    room = asyncio.Semaphore(CONCURRENCY)
    model, version = values["EMBEDDING_MODEL_DEPLOYMENT_NAME"], values["OPENAI_API_VERSION"]
    async with AsyncAzureOpenAI(azure_endpoint=endpoint_url, api_key="bench", api_version=version) as client:

        async def vectors(group: list[str]) -> int:
            async with room:
                answer = await client.embeddings.create(model=model, input=group)
            return len(answer.data)

        began = time.perf_counter()
        counts = await asyncio.gather(*map(vectors, groups))
        took_ms = (time.perf_counter() - began) * 1000
    if sum(counts) != len(chunks):
        raise RuntimeError(f"{sum(counts)} vectors for {len(chunks)} chunks")
    return took_ms


async def measure() -> list[Row]:
    """Time both ways in turn, each repeat on a text of its own."""
    ours, again, single, grouped, again_requests = Samples(), Samples(), Samples(), Samples(), []
    async with scratch() as folder, stack_on(folder, latency_ms=LATENCY_MS) as stack, aiohttp.ClientSession() as http:
        await embed(http, stack, "warm-up.py", new_text(CHUNKS))
        for repeat in range(REPEATS):
            text = new_text(CHUNKS)
            ours.add((await embed(http, stack, f"{repeat}.py", text))[0])
            before = await stack.requests(http)
            took_ms, output = await embed(http, stack, f"{repeat}.py", text)
            again.add(took_ms)
            again_requests.append(await stack.requests(http) - before)
            if output["reused"] != CHUNKS:
                raise RuntimeError(f"{output['reused']} of {CHUNKS} unchanged chunks were reused")
            single.add(await bare_gather(stack.endpoint_url, text, 1))
            grouped.add(await bare_gather(stack.endpoint_url, text, INPUTS_PER_REQUEST))
    return _rows(ours, again, single, grouped, max(again_requests))


def _rows(ours: Samples, again: Samples, single: Samples, grouped: Samples, again_requests: int) -> list[Row]:
    what = f"{CHUNKS} chunks against a {LATENCY_MS} ms endpoint, stored and durable"
    beside = f"bare gather, {CONCURRENCY} requests at a time"
    return [
        Row(what, ours.shown(), f"{beside}: {single.shown()}", f"{ours.median / single.median:.2f}x", "<= 1.3x"),
        Row(
            what,
            ours.shown(),
            f"{beside}, {INPUTS_PER_REQUEST} chunks each: {grouped.shown()}",
            f"{ours.median / grouped.median:.2f}x",
            "",
        ),
        Row(
            f"the same {CHUNKS} chunks again",
            f"{again_requests} embedding calls, {again.shown()}",
            f"first time: {ours.shown()}",
            f"{again.median / ours.median:.2f}x",
            "0 embedding calls",
        ),
    ]
