"""Searches from acceptance to results: how soon accepted, how long underway, how many at once.

A call of the model takes 400 ms, one of the index 100 ms; Cosmos DB, queue and embedding model take what they take.
"""

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp

from bench.open_loop import Answered, arrive
from bench.processes import ROOT, program, scratch
from bench.report import Row
from bench.samples import Samples
from bench.search_payloads import Payloads
from bench.search_stack import CHAT_MS, END, INDEX_MS, Search, SearchStack, in_flight, search_stack_on
from bench.stack import TUNED

PER_S = 50
ACCEPT_S = 30
TURNS = 3
ALONE = 30
TOGETHER = 20
# As many rounds as it takes until the first, which all begin at one moment, no longer decides.
SAMPLES_TOGETHER = 100
BURST = 200
# What a full search waits for one after the other: synonyms, searches, scores, analysis.
CRITICAL_PATH_MS = 3 * CHAT_MS + INDEX_MS
_PATH = f"critical path {CRITICAL_PATH_MS:,} ms: 3 model calls of {CHAT_MS} ms, 1 of the index of {INDEX_MS} ms"
_HELD_BACK = {"AzureWebJobs.SearchQueueStarter.Disabled": "1"}


async def measure() -> list[Row]:
    """Measure on three stacks: two that run searches, and one that only accepts them, beside a bare server.

    Raises:
        RuntimeError: A search failed, was lost, ran twice or lacks something.
    """
    payloads = Payloads(seed=22)
    async with scratch("running", "untuned", "accepting") as folder:
        async with search_stack_on(folder / "running", TUNED) as stack:
            await _warm_up(stack, payloads)
            rows = await _orchestration(stack, payloads)
            rows += await _burst(stack, payloads)
            busy = await _accept_while_running(stack, payloads)
        async with search_stack_on(folder / "untuned") as stack:
            await _warm_up(stack, payloads)
            rows.insert(4, await _untuned(stack, payloads))
        held, bare = await _accept_alone(folder / "accepting", payloads)
    return [*_accept_rows(busy, held, bare), *rows]


# -- accepting ---------------------------------------------------------------------------------------------------------


async def _accept_while_running(stack: SearchStack, payloads: Payloads) -> Answered:
    answered = Answered()
    await arrive(stack.submit, [payloads.mixed() for _ in range(PER_S * ACCEPT_S)], PER_S, answered)
    return answered


async def _accept_alone(folder: Path, payloads: Payloads) -> tuple[Answered, Answered]:
    """Ours and the bare server in turn, while no search runs."""
    held, bare = Answered(), Answered()
    ready = folder / "bare.json"
    async with AsyncExitStack() as opened:
        stack = await opened.enter_async_context(search_stack_on(folder, _HELD_BACK, catalogue=False))
        arguments = ["bench.bare_accept", "--ready-file", str(ready)]
        server = await opened.enter_async_context(program(arguments, ready, stack.environment()))

        async def submit_bare(payload: dict[str, Any]) -> str:
            return await _submit(stack.http, f"{server['url']}/search", payload)

        for send in (stack.submit, submit_bare):  # imports and connections
            await arrive(send, [payloads.mixed() for _ in range(PER_S)], PER_S, Answered())
        for _ in range(TURNS):
            for send, answered in ((stack.submit, held), (submit_bare, bare)):
                requests = [payloads.mixed() for _ in range(PER_S * ACCEPT_S // TURNS)]
                await arrive(send, requests, PER_S, answered)
    return held, bare


async def _submit(http: aiohttp.ClientSession, url: str, payload: dict[str, Any]) -> str:
    async with http.post(url, json=payload) as answer:
        if answer.status != 202:
            raise RuntimeError(f"{url} answered {answer.status}: {await answer.text()}")
        return (await answer.json())["request_id"]


def _accept_rows(busy: Answered, held: Answered, bare: Answered) -> list[Row]:
    what = f"accept, {PER_S} a second for {ACCEPT_S} s"
    beside = f"bare server, same Cosmos DB and queue: {bare.shown()}"
    aim = "p95 <= 60 ms, 0 errors"
    return [
        Row(f"{what}, {doing}", ours.shown(), beside, f"{ours.percentile(95) / bare.percentile(95):.1f}x at p95", aim)
        for doing, ours in (("searches run meanwhile", busy), ("searches held back", held))
    ]


# -- orchestrating -----------------------------------------------------------------------------------------------------


async def _orchestration(stack: SearchStack, payloads: Payloads) -> list[Row]:
    alone = await in_flight(stack, [payloads.full() for _ in range(ALONE)], 1)
    before = stack.host_cpu_s()
    together = await in_flight(stack, [payloads.full() for _ in range(SAMPLES_TOGETHER)], TOGETHER)
    cpu_ms = (stack.host_cpu_s() - before) * 1000 / SAMPLES_TOGETHER
    inline = Samples((await _inline(stack, payloads, SAMPLES_TOGETHER, TOGETHER))["each_ms"])
    run, whole = (Samples([of(search) for search in alone]) for of in (_orchestration_ms, _whole_ms))
    busy = Samples([search.orchestration_ms for search in together])
    name = f"{TOGETHER} searches in flight, each"
    return [
        Row("one search, its orchestration", _with_p95(run), _PATH, _over_path(run), "critical path + 250 ms at p95"),
        Row("one search, from 202 to its results", _with_p95(whole), _PATH, _over_path(whole), ""),
        Row(name, _with_p95(busy), f"one alone: {run.shown()}", f"{busy.median / run.median:.2f}x", "<= 1.5x"),
        Row(
            f"{name}; {cpu_ms:.0f} ms of the host's CPU a search",
            busy.shown(),
            f"the same activities in one asyncio program, nothing durable: {inline.shown()}",
            f"{busy.median / inline.median:.2f}x",
            "",
        ),
    ]


def _orchestration_ms(search: Search) -> float:
    return search.orchestration_ms


def _whole_ms(search: Search) -> float:
    return search.whole_ms


def _with_p95(samples: Samples) -> str:
    return f"{samples.shown()}, p95 {samples.percentile(95):,.0f} ms"


def _over_path(samples: Samples) -> str:
    return f"{samples.percentile(95) - CRITICAL_PATH_MS:+,.0f} ms at p95"


async def _untuned(stack: SearchStack, payloads: Payloads) -> Row:
    alone = await in_flight(stack, [payloads.full() for _ in range(ALONE // 3)], 1)
    together = await in_flight(stack, [payloads.full() for _ in range(SAMPLES_TOGETHER)], TOGETHER)
    run, busy = (Samples([search.orchestration_ms for search in searches]) for searches in (alone, together))
    name = f"{TOGETHER} searches in flight, each; host of one process, stock SDK"
    return Row(name, busy.shown(), f"one alone: {run.shown()}", f"{busy.median / run.median:.2f}x", "")


async def _warm_up(stack: SearchStack, payloads: Payloads) -> None:
    """Have everything imported and connected."""
    await in_flight(stack, [payloads.full() for _ in range(TOGETHER)], TOGETHER)


async def _inline(stack: SearchStack, payloads: Payloads, searches: int, together: int) -> dict[str, Any]:
    """What ``bench.inline_searches`` says of as many searches, and one to warm up."""
    lines = "\n".join(json.dumps(payloads.full()) for _ in range(searches + 1))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.inline_searches", "--together", str(together)),
        cwd=ROOT,
        env=os.environ | stack.environment(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, said = await process.communicate(lines.encode())
    if process.returncode:
        raise RuntimeError(f"the searches in one program ended with {process.returncode}: {said.decode()[-2000:]}")
    return json.loads(output)


# -- a burst -----------------------------------------------------------------------------------------------------------


async def _burst(stack: SearchStack, payloads: Payloads) -> list[Row]:
    before = await stack.calls()
    accepted = await asyncio.gather(*(stack.submit(payloads.full()) for _ in range(BURST)))
    await stack.all_ended(accepted)
    searches = await stack.all_of(accepted)
    calls = await stack.calls() - before
    await _check_burst(stack, accepted, searches)
    began = min(search.accepted_at for search in searches)
    took_s = (max(search.ended_at for search in searches) - began).total_seconds()
    inline_s = (await _inline(stack, payloads, BURST, TOGETHER))["all_ms"] / 1000
    asked = ", ".join(f"{calls[kind]} {kind.partition('/')[2]}" for kind in sorted(calls) if kind.startswith("chat/"))
    return [
        Row(
            f"{BURST} searches at once until all have results",
            f"{took_s:.1f} s, {BURST / took_s:.1f} a second",
            f"the same activities in one asyncio program, {TOGETHER} at a time, nothing durable: {inline_s:.1f} s",
            f"{took_s / inline_s:.2f}x",
            "",
        ),
        Row(
            "of these: completed, orchestrations, events of an end, left in the queue",
            f"{len(searches)}, {BURST}, {BURST}, 0; model calls: {asked}",
            "",
            "",
            f"{BURST}, {BURST}, {BURST}, 0",
        ),
    ]


async def _check_burst(stack: SearchStack, accepted: Sequence[str], searches: Sequence[Search]) -> None:
    """See that none was lost, none ran twice and nothing is left in the queue.

    Raises:
        RuntimeError: It is not so.
    """
    if {search.whole().request_id for search in searches} != set(accepted):
        raise RuntimeError(f"{len(accepted)} searches were accepted, {len(searches)} ended")
    # The host's log is written, and the last message settled, a moment after the last document.
    await asyncio.sleep(1)
    for line in (END, "invocation function=LoadRequest "):
        counted = stack.logged(line)
        if wrong := [each for each in accepted if counted[each] != 1]:
            raise RuntimeError(f"{line} stands in the log {counted[wrong[0]]} times for {wrong[0]}, expected once")
    queue = await stack.queue()
    if any(queue[state] for state in ("active", "dead_lettered")):
        raise RuntimeError(f"messages are left in the queue: {queue}")
