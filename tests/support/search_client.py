"""Searches as their users see them, and the switches of the services that they work with."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from azure.cosmos.aio import ContainerProxy

from local.stack.addresses import service_bus_connection
from local.stack.provision import provision_cosmos
from shared.clients.cosmos import open_database
from shared.settings import Service
from shared.topology import topology
from tests.support.cosmos import running_cosmos
from tests.support.fanwise import Fanwise, fanwise
from tests.support.host import REPOSITORY, TERMINAL, RunningHost, eventually, running_host
from tests.support.servicebus import running_servicebus
from tests.support.stack import SAMPLE, RunningStack, StackPart

QUEUE = topology().queues["search_requests"].name
UNDER_WAY = ("queued", "processing", "scoring")
# A poll costs the host as much as a step of a search does.
POLL_S = 0.1
# Three rounds with their pauses, on a machine that is busy.
DEADLINE_S = 60.0

Document = dict[str, Any]
Answer = tuple[int, Any, Mapping[str, str]]


class SearchClient:
    """Sends searches to one app and follows them. ``accepted``: the ids of all that it has sent."""

    def __init__(self, app: Fanwise) -> None:
        self._app = app
        self.accepted: set[str] = set()

    async def post(self, payload: object, headers: Mapping[str, str] | None = None) -> Answer:
        """Return status code, document and headers of ``POST /search``; bytes are sent as they are."""
        body = {"data": payload} if isinstance(payload, bytes) else {"json": payload}
        answer = await self._app.call("POST", "/search", headers=headers, **body)
        if answer[0] == 202:
            self.accepted.add(answer[1]["request_id"])
        return answer

    async def submit(self, payload: object, headers: Mapping[str, str] | None = None) -> str:
        """Send a search that must be accepted; return its id."""
        status, answer, _ = await self.post(payload, headers)
        assert status == 202, answer
        return answer["request_id"]

    async def status(self, request_id: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Return status code, document and headers of ``GET /status/{request_id}``."""
        return await self._app.call("GET", f"/status/{request_id}", headers=headers)

    async def when(self, request_id: str, holds: Callable[[Document], bool], deadline_s: float = DEADLINE_S) -> Answer:
        """Return the first answer to a poll of which ``holds`` says yes."""
        return (await self.followed(request_id, holds, deadline_s))[-1]

    async def ended(self, request_id: str, deadline_s: float = DEADLINE_S) -> Answer:
        """Return the answer to a poll once the search has ended."""
        return await self.when(request_id, lambda document: document["status"] not in UNDER_WAY, deadline_s)

    async def followed(
        self,
        request_id: str,
        holds: Callable[[Document], bool] = lambda document: document["status"] not in UNDER_WAY,
        deadline_s: float = DEADLINE_S,
    ) -> list[Answer]:
        """Return every answer that differs from the one before, up to the first of which ``holds`` says yes."""
        answers: list[Answer] = []
        try:
            async with asyncio.timeout(deadline_s):
                while not answers or not holds(answers[-1][1]):
                    answer = await self.status(request_id)
                    if not answers or answer[1] != answers[-1][1]:
                        answers.append(answer)
                    else:
                        await asyncio.sleep(POLL_S)
        except TimeoutError:
            raise AssertionError(f"not so after {deadline_s} s: {answers[-1:]}") from None
        return answers

    async def all_ended(self) -> None:
        """Wait until every search that was sent without naming its owner has ended."""
        for request_id in self.accepted:
            if (await self.status(request_id))[0] != 404:
                await self.ended(request_id)

    async def search(self, payload: object, headers: Mapping[str, str] | None = None) -> Document:
        """Send a search that must complete; return what its poll says then."""
        status, document, _ = await self.ended(await self.submit(payload, headers))
        assert (status, document["status"]) == (200, "completed"), document
        return document

    async def failure(self, payload: object) -> Document:
        """Send a search that must fail; return what its poll says then."""
        status, document, _ = await self.ended(await self.submit(payload))
        assert (status, document["status"]) == (500, "failed"), document
        return document


@dataclass(frozen=True)
class Switches:
    """Switches and counters of a part at ``url``."""

    url: str
    session: aiohttp.ClientSession

    async def set(self, scope: str = "", /, **switches: Any) -> None:
        """Replace every switch of a scope, or of the whole part; those not named are off."""
        await self._call("PUT", f"/_faults/{scope}".rstrip("/"), switches)

    async def stats(self) -> dict[str, Any]:
        """Return the counters."""
        return await self._call("GET", "/_stats")

    async def reset(self) -> None:
        """Turn every switch off and set the counters to zero."""
        await self.set()
        await self._call("DELETE", "/_stats")

    async def _call(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        async with self.session.request(method, f"{self.url}{path}", json=body) as response:
            assert response.status == 200, await response.text()
            return await response.json()


@dataclass(frozen=True)
class SearchParts:
    """What a search works with. ``requests``: the container of its documents."""

    openai: Switches
    index: Switches
    broker: Switches
    requests: ContainerProxy

    async def reset(self) -> None:
        """Bring every part back to how it was started."""
        for part in (self.openai, self.index, self.broker):
            await part.reset()

    async def finish(self, client: SearchClient) -> None:
        """Turn every switch off and let all searches of ``client`` end, so that the next test counts its own only."""
        await self.reset()

        async def all_ended() -> bool:
            documents = await asyncio.gather(*(self.document(request_id) for request_id in client.accepted))
            return all(document["status"] not in UNDER_WAY for document in documents)

        await eventually(all_ended, DEADLINE_S, POLL_S)
        await self.reset()

    async def asked(self, prompt: str) -> int:
        """Return how many requests with a prompt the language model has had since the last reset."""
        scopes = (await self.openai.stats())["scopes"]
        return scopes.get(f"chat/{prompt}", {"requests": 0})["requests"]

    async def searched(self) -> int:
        """Return how many searches the index has had since the last reset, reading of attributes among them."""
        return (await self.index.stats())["by_operation"].get("search", 0)

    async def queue(self) -> dict[str, int]:
        """Return what is in the queue of searches: active, locked, dead_lettered, ..."""
        return (await self.broker.stats())["queues"][QUEUE]

    async def document(self, request_id: str) -> Document:
        """Return the document of a search that must exist."""
        return await self.requests.read_item(request_id, partition_key=request_id)

    async def patch(self, request_id: str, **fields: Any) -> None:
        """Change a search's document by hand."""
        operations = [{"op": "set", "path": f"/{name}", "value": value} for name, value in fields.items()]
        await self.requests.patch_item(request_id, partition_key=request_id, patch_operations=operations)


@asynccontextmanager
async def search_parts(
    stack: RunningStack, *, cosmos: Service | None = None, broker_url: str | None = None
) -> AsyncGenerator[SearchParts]:
    """Open the switches of a stack's parts; ``cosmos`` and ``broker_url`` are those of a host that has its own."""
    broker = broker_url or (stack.servicebus and stack.servicebus.control_url)
    assert broker
    async with (
        aiohttp.ClientSession() as session,
        open_database(cosmos or cosmos_of(stack), None) as database,
    ):
        requests = database.get_container_client(topology().containers["search_requests"].name)
        urls = (part_url(stack.openai), part_url(stack.search), broker)
        yield SearchParts(*(Switches(url, session) for url in urls), requests)


@dataclass(frozen=True)
class SearchHost:
    """A host beside that of ``stack``, with settings and a queue of its own. ``control_url``: of its broker."""

    stack: RunningStack
    host: RunningHost
    cosmos: Service
    servicebus: str
    control_url: str

    @asynccontextmanager
    async def opened(self) -> AsyncGenerator["Beside"]:
        """Open clients of the host and its parts, for use in one event loop; every switch is off."""
        async with (
            fanwise(self.host.url) as app,
            search_parts(self.stack, cosmos=self.cosmos, broker_url=self.control_url) as parts,
        ):
            await parts.reset()
            client = SearchClient(app)
            yield Beside(client, parts, self)
            await parts.finish(client)


@dataclass(frozen=True)
class Beside:
    """A host of its own, as it is used."""

    client: SearchClient
    parts: SearchParts
    process: SearchHost

    async def manage(self, method: str, request_id: str, operation: str = "") -> None:
        """Do something with a search's orchestration, as an operator might."""
        address = f"{self.process.host.management}/instances/{request_id}{operation}"
        async with aiohttp.ClientSession() as session, session.request(method, address) as response:
            assert response.status in (200, 202), await response.text()

    async def run_ended(self, request_id: str) -> Document:
        """Return the state of a search's orchestration once it has ended, which may be after the search has."""
        return await run_ended(self.process.host.url, request_id)


async def run_ended(host_url: str, request_id: str) -> Document:
    """Return the state of an orchestration of the host at ``host_url`` once it has ended."""
    address = f"{host_url}/runtime/webhooks/durabletask/instances/{request_id}"
    state: Document = {}
    async with aiohttp.ClientSession() as session:

        async def has_ended() -> bool:
            async with session.get(address) as response:
                state.update(await response.json())
            return state["runtimeStatus"] in TERMINAL

        await eventually(has_ended, DEADLINE_S, POLL_S)
    return state


@asynccontextmanager
async def search_host(
    stack: RunningStack, folder: Path, settings: Mapping[str, str] | None = None, *, own_cosmos: bool = False
) -> AsyncGenerator[SearchHost]:
    """Run a host with ``settings`` on the parts of ``stack``, with a broker, and where asked a Cosmos DB, of its own.

    Hosts that share a queue would take each other's searches; a reconciler that is quick closes those of others.
    """
    async with AsyncExitStack() as opened:
        broker = await opened.enter_async_context(running_servicebus(folder / "broker"))
        environment = stack.environment() | {
            "SERVICEBUS": service_bus_connection(broker.url, SAMPLE["SERVICEBUS"]),
            "TASKHUB_NAME": "beside",
        }
        cosmos = cosmos_of(stack)
        if own_cosmos:
            own = await opened.enter_async_context(running_cosmos(folder / "cosmos"))
            cosmos = Service(own.url, own.key)
            environment |= {"COSMOS_ENDPOINT": own.url, "COSMOS_KEY": own.key}
            await asyncio.to_thread(provision_cosmos, environment)
        host = await opened.enter_async_context(
            running_host(REPOSITORY, folder / "host", environment | (settings or {}))
        )
        yield SearchHost(stack, host, cosmos, environment["SERVICEBUS"], broker.control_url)


def cosmos_of(stack: RunningStack) -> Service:
    """Return where a stack's documents are."""
    assert stack.cosmos
    return Service(stack.cosmos.url, stack.environment()["COSMOS_KEY"])


def part_url(part: StackPart | None) -> str:
    """Return the address of a part that must be there."""
    assert part
    return part.url


def without(document: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Return a document without some of its fields."""
    return {name: value for name, value in document.items() if name not in names}


def as_json(document: object) -> bytes:
    """Return JSON as bytes, lone surrogates escaped: a body as it is sent."""
    return json.dumps(document).encode()
