"""Searches of a test's own: the real container, with a queue and a task hub that fail by script."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, cast
from uuid import uuid4

from azure.cosmos.aio import ContainerProxy

from shared.clients.cosmos import open_database
from shared.clients.service_bus import OutgoingMessage
from shared.resources import Resources
from shared.search.contracts import StatusUpdate
from shared.search.request_documents import Document, Sender, accepted_document, advanced
from shared.search.request_queue import SearchQueue
from shared.search.request_repository import SearchRequests
from shared.settings import Service
from shared.topology import topology
from tests.support.cosmos import RunningCosmos
from tests.support.fake_resources import FakeCloud, Scripted

PAYLOAD: dict[str, Any] = {"k": 20, "REQUEST_RESIN_FINAL": "PP", "L": 45.5, "a": 12.3, "b": -25.7}
ACCEPTED_AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class FakeQueue(Scripted):
    """Stands in for ``ServiceBusQueue``: keeps what is sent."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[OutgoingMessage] = []

    async def send(self, message: OutgoingMessage) -> None:
        self._step("send", message)
        self.messages.append(message)

    async def dead_letter(self, lock_token: str, reason: str, description: str) -> None:
        self._step("dead_letter", lock_token, reason, description)

    @property
    def sent(self) -> list[str]:
        """The ids of the messages, in order."""
        return [message.message_id for message in self.messages]


class FakeOrchestrations(Scripted):
    """Stands in for the durable client. ``states``: runtime status by instance; ``tasks``: input by instance."""

    def __init__(self) -> None:
        super().__init__()
        self.states: dict[str, str] = {}
        self.tasks: dict[str, dict[str, object]] = {}

    async def runtime_status(self, instance_id: str) -> str | None:
        self._step("runtime_status", instance_id)
        return self.states.get(instance_id)

    async def start(self, name: str, instance_id: str, task: dict[str, object]) -> None:
        self._step("start", name, instance_id, task)
        self.states[instance_id] = "Pending"
        self.tasks[instance_id] = task


@dataclass(frozen=True)
class Searches:
    """``resources`` is what the code under test gets; the rest is what a test looks into."""

    resources: Resources
    container: ContainerProxy
    queue: FakeQueue
    orchestrations: FakeOrchestrations

    async def accepted(self, accepted_at: datetime = ACCEPTED_AT, **fields: Any) -> str:
        """Store a search as acceptance does, with ``fields`` changed; return its id."""
        document = accepted_document(new_request_id(), PAYLOAD, Sender("user:john", "session"), accepted_at)
        await self.container.create_item(document | fields)
        return document["id"]

    async def document(self, request_id: str) -> Document:
        """Return the document of a search that must exist."""
        return await self.container.read_item(request_id, partition_key=request_id)

    async def write(self, update: StatusUpdate, now: datetime = ACCEPTED_AT) -> None:
        """Bring a search to a status as somebody else would."""
        changed = advanced(await self.document(update.request_id), update, now)
        assert changed
        await self.container.upsert_item(changed)


def new_request_id() -> str:
    """Return an id that no other search has."""
    return f"req_{uuid4()}"


@asynccontextmanager
async def open_searches(cosmos: RunningCosmos) -> AsyncGenerator[Searches]:
    """Open the container of ``cosmos``, emptied of other tests' searches."""
    async with open_database(Service(cosmos.url, cosmos.key), None) as database:
        container = database.get_container_client(topology().containers["search_requests"].name)
        async for row in container.query_items("SELECT VALUE c.id FROM c"):
            await container.delete_item(cast("str", row), partition_key=cast("str", row))
        queue, orchestrations = FakeQueue(), FakeOrchestrations()
        resources = replace(
            FakeCloud().resources,
            search_requests=SearchRequests(container),
            search_queue=SearchQueue(cast("Any", queue)),
        )
        yield Searches(resources, container, queue, orchestrations)
