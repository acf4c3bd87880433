"""The host, the queue or the database dies while searches run: every accepted one completes, and none runs twice."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import aiohttp
import pytest_asyncio

from local.stack.provision import provision_cosmos
from shared.settings import Service
from tests.support.cosmos import start_cosmos
from tests.support.fanwise import fanwise
from tests.support.host import REPOSITORY, RunningHost, eventually, running_host
from tests.support.search_client import POLL_S, QUEUE, UNDER_WAY, SearchClient, SearchParts, search_parts
from tests.support.servicebus import RunningServiceBus, start_servicebus
from tests.support.stack import RunningStack, running_stack

SEARCHES = 30
AT_ONCE = 5
DEADLINE_S = 120.0
# Every material is near enough, so that each search has four results, and five parts to score with those of synonyms.
PAYLOAD = {"k": 4, "REQUEST_COLOR_DESCR": "deep green"}
PAYLOAD |= {"L": 60, "a": -20, "b": 10, "deltaEthresh": 50}
# In Azure a message stays locked for five minutes when the host that has it dies; nobody wants to wait for that here.
QUEUES = [{"name": QUEUE, "lock_duration_s": 5, "max_delivery_count": 50, "duplicate_detection_s": 600}]
QUICK = {"SEARCH_RECONCILER_SCHEDULE": "* * * * * *", "SEARCH_RESEND_AFTER_S": "1"}
# Each stage as documents tell it, with the requests of the language model that hold a search there.
HOLDS = {
    "preparing": "chat/synonym_resins",
    "searching": "embeddings",
    "scoring": "chat/score_chunk",
    "analysing": "chat/overall_analysis",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stack() -> AsyncGenerator[RunningStack]:
    async with running_stack("--no-host", "--no-servicebus", "--no-github", materials=100) as running:
        yield running


@asynccontextmanager
async def broker_in(folder: Path) -> AsyncGenerator[list[RunningServiceBus]]:
    """A broker with short locks; the list holds the process of the moment."""
    running = [await asyncio.to_thread(start_servicebus, folder, QUEUES)]
    try:
        yield running
    finally:
        await asyncio.to_thread(running[0].stop)


def environment(stack: RunningStack, broker: RunningServiceBus) -> dict[str, str]:
    return stack.environment() | QUICK | {"SERVICEBUS": broker.connection_string, "TASKHUB_NAME": "crash"}


class Crowd:
    """Searches sent by one caller, who sends again what got no answer."""

    def __init__(self, host: RunningHost, parts: SearchParts) -> None:
        self.user = f"crowd-{uuid4().hex}"
        self.ids: list[str] = []
        self._host = host
        self.parts = parts

    async def send(self, count: int) -> None:
        """Send searches at once and return when all are accepted, whatever becomes of the host meanwhile."""
        self.ids += await asyncio.gather(*(self._send_until_accepted() for _ in range(count)))

    async def _send_until_accepted(self) -> str:
        headers = {"user-id": self.user, "Idempotency-Key": uuid4().hex}
        # A resin of its own, so that each search has to ask for synonyms.
        payload = PAYLOAD | {"REQUEST_RESIN_FINAL": f"PP {uuid4().hex}%"}
        async with asyncio.timeout(DEADLINE_S):
            while True:
                try:
                    async with fanwise(self._host.url) as app:
                        status, answer, _ = await SearchClient(app).post(payload, headers)
                except (aiohttp.ClientError, OSError):
                    status, answer = 0, {}
                if status == 202:
                    return answer["request_id"]
                assert status in (0, 503), answer
                await asyncio.sleep(POLL_S)

    async def documents(self, fields: str = "*") -> list[dict]:
        """Return what the database holds of this caller's searches."""
        query = f"SELECT {fields} FROM c WHERE c.user_id = @user"
        rows = self.parts.requests.query_items(query, parameters=[{"name": "@user", "value": self.user}])
        return [row async for row in rows]

    async def reached(self, stage: str) -> None:
        """Wait until a search is at a stage."""

        async def is_there() -> bool:
            return {"stage": stage} in await self.documents("c.progress.stage")

        await eventually(is_there, DEADLINE_S, POLL_S)

    async def all_ended(self) -> list[dict]:
        """Return the documents once every search has ended."""

        async def have_ended() -> bool:
            return not any(document["status"] in UNDER_WAY for document in await self.documents("c.status"))

        await eventually(have_ended, DEADLINE_S, POLL_S)
        return await self.documents()


async def completed_once(crowd: Crowd, host: RunningHost, parts: SearchParts, count: int, crashes: int) -> None:
    """Check that every search is completed, by one run, told once, and that nothing is left in the queue."""
    documents = await crowd.all_ended()
    assert Counter(document["status"] for document in documents) == {"completed": count}
    assert sorted(document["id"] for document in documents) == sorted(crowd.ids)
    assert len(set(crowd.ids)) == count
    for document in documents:
        assert len(document["results"]["search_results"]) == PAYLOAD["k"]
        assert set(document["processing_metadata"]["degraded"]) <= {"progress"}

    async def queue_is_empty() -> bool:
        queue = await parts.queue()
        assert queue["dead_lettered"] == 0
        return queue["active"] == 0

    await eventually(queue_is_empty, DEADLINE_S, POLL_S)
    async with aiohttp.ClientSession() as session:
        runs = [await host.ended(session, request_id, DEADLINE_S) for request_id in crowd.ids]
    assert {run["runtimeStatus"] for run in runs} == {"Completed"}
    assert await crowd.all_ended() == documents
    lines = host.log.splitlines()
    events = [index for index, line in enumerate(lines) if "event=SearchOrchestrator" in line]
    told = Counter(request_of(lines[index]) for index in events)
    assert max(told.values()) == 1
    # A crash may fall between the write and the line about it.
    assert count - sum(name in told for name in crowd.ids) <= crashes * AT_ONCE
    for index in events:
        works_no_more(request_of(lines[index]), lines[index + 1 :])


def request_of(line: str) -> str:
    found = re.search(r"request_id=(req_\S+)", line)
    assert found, line
    return found[1]


def works_no_more(request_id: str, lines: list[str]) -> None:
    """A search that has ended may write its end again, where the crash came before the run heard of it; no more."""
    started = [line for line in lines if "activity started" in line and request_id in line]
    assert {re.search(r" activity=(\w+)", line)[1] for line in started} <= {"UpdateStatus"}


async def test_the_host_is_killed_at_every_stage(stack, tmp_path):
    async with (
        broker_in(tmp_path / "broker") as [broker],
        search_parts(stack, broker_url=broker.control_url) as parts,
        running_host(REPOSITORY, tmp_path / "host", environment(stack, broker)) as host,
    ):
        await parts.reset()
        crowd = Crowd(host, parts)
        await crowd.send(AT_ONCE)  # and killed when they are accepted and perhaps started
        sending = []
        for stage, request in HOLDS.items():
            host.kill()
            # What hung has died with the host: it goes on, up to the next stage.
            await parts.openai.set()
            await parts.openai.set(request, hang=True)
            await host.restart()
            # More arrive, of which some meet the next crash.
            sending += [asyncio.create_task(crowd.send(AT_ONCE))]
            await crowd.reached(stage)
        host.kill()
        await parts.openai.set()
        sending += [asyncio.create_task(crowd.send(AT_ONCE))]
        await host.restart()
        await crowd.reached("completed")
        host.kill()
        await host.restart()
        await asyncio.gather(*sending)
        await completed_once(crowd, host, parts, SEARCHES, crashes=len(HOLDS) + 2)


async def test_the_queue_dies_and_comes_back_with_its_messages(stack, tmp_path):
    async with (
        broker_in(tmp_path / "broker") as brokers,
        running_host(REPOSITORY, tmp_path / "host", environment(stack, brokers[0])) as host,
    ):
        async with search_parts(stack, broker_url=brokers[0].control_url) as parts:
            await parts.reset()
            await parts.openai.set("chat", latency_ms=200)
            crowd = Crowd(host, parts)
            await crowd.send(AT_ONCE)
            brokers[0].kill()
            await crowd.send(AT_ONCE)
            unsent = [document for document in await crowd.documents() if document["enqueued_at"] is None]
            assert len(unsent) >= AT_ONCE
        port = brokers[0].port
        brokers[0] = await asyncio.to_thread(start_servicebus, tmp_path / "broker", QUEUES, port=port)
        async with search_parts(stack, broker_url=brokers[0].control_url) as parts:
            crowd.parts = parts
            await crowd.send(AT_ONCE)
            await completed_once(crowd, host, parts, 3 * AT_ONCE, crashes=0)


async def test_the_database_dies_and_comes_back_while_searches_are_scored(stack, tmp_path):
    cosmos = await asyncio.to_thread(start_cosmos, tmp_path / "cosmos")
    try:
        settings = {"COSMOS_ENDPOINT": cosmos.url, "COSMOS_KEY": cosmos.key}
        await asyncio.to_thread(provision_cosmos, settings)
        async with (
            broker_in(tmp_path / "broker") as [broker],
            running_host(REPOSITORY, tmp_path / "host", environment(stack, broker) | settings) as host,
            search_parts(stack, cosmos=Service(cosmos.url, cosmos.key), broker_url=broker.control_url) as parts,
            fanwise(host.url) as app,
        ):
            await parts.reset()
            client = SearchClient(app)
            await parts.openai.set("chat/score_chunk", hang=True)
            crowd = Crowd(host, parts)
            await crowd.send(AT_ONCE)

            async def all_are_scored() -> bool:
                return await parts.asked("score_chunk") == 5 * AT_ONCE

            await eventually(all_are_scored, DEADLINE_S, POLL_S)
            cosmos.kill()
            for answer in (await client.post(PAYLOAD), await client.status(crowd.ids[0])):
                code, document, headers = answer
                assert (code, document.keys()) == (503, {"error"})
                assert int(headers["Retry-After"]) >= 1
            await parts.openai.set()
            cosmos = await asyncio.to_thread(start_cosmos, tmp_path / "cosmos", port=urlsplit(cosmos.url).port or 0)
            await completed_once(crowd, host, parts, AT_ONCE, crashes=0)
    finally:
        await asyncio.to_thread(cosmos.stop)
