"""Orchestrations over HTTP as a caller sees them: start, then ask for the status until it is final."""

import asyncio
import time
from typing import Any

import aiohttp

FINAL = {"Completed", "Failed", "Terminated", "Canceled"}
DEADLINE_S = 300


async def run_and_wait(http: aiohttp.ClientSession, management: str, name: str, argument: int) -> tuple[float, Any]:
    """Start an orchestration and wait for its end in one request. Milliseconds, and its output.

    Raises:
        RuntimeError: The orchestration does not complete in time.
    """
    # Durable payloads are JSON inside JSON: the body is a string that holds a number.
    url = f"{management}/orchestrators/{name}?timeout={DEADLINE_S}&pollingInterval=1"
    began = time.perf_counter()
    async with http.post(url, json=str(argument)) as answer:
        output = await answer.json()
    took_ms = (time.perf_counter() - began) * 1000
    if answer.status != 200:
        raise RuntimeError(f"{url} answered {answer.status}: {output}")
    return took_ms, output


async def run_to_end(
    http: aiohttp.ClientSession, url: str, *, body: Any = None, poll_s: float
) -> tuple[float, dict[str, Any]]:
    """POST ``body`` to a starter and wait. Milliseconds from the request to the final status, and that status.

    Raises:
        RuntimeError: The starter refuses, or the orchestration does not complete.
    """
    began = time.perf_counter()
    async with http.post(url, json=body) as started:
        if started.status != 202:
            raise RuntimeError(f"{url} answered {started.status}: {await started.text()}")
        status_url = (await started.json())["statusQueryGetUri"]
    async with asyncio.timeout(DEADLINE_S):
        while True:
            async with http.get(status_url) as answer:
                status = await answer.json()
            if status["runtimeStatus"] in FINAL:
                break
            await asyncio.sleep(poll_s)
    took_ms = (time.perf_counter() - began) * 1000
    if status["runtimeStatus"] != "Completed":
        raise RuntimeError(f"{url} ended {status['runtimeStatus']}: {status['output']}")
    return took_ms, status
