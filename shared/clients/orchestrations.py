"""Orchestrations through the durable client: how far they have come, and a start under a known id."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from azure.durable_functions import DurableOrchestrationClient
from azure.durable_functions.models.DurableOrchestrationStatus import DurableOrchestrationStatus

from shared.errors import Unavailable
from shared.secrets import masked

# Runtime statuses of what goes on no more; every other one is of a run that is under way.
ENDED = frozenset({"Completed", "Failed", "Terminated", "Canceled"})


@dataclass(frozen=True)
class RunStatus:
    """How far an orchestration has come. ``output``: what it handed back, when it has ended."""

    instance_id: str
    runtime_status: str
    custom_status: Any = None
    output: Any = None
    updated_at: datetime | None = None

    @property
    def under_way(self) -> bool:
        return self.runtime_status not in ENDED

    def age_s(self, now: datetime) -> float:
        """Return the seconds since it last went on; without end where nobody knows."""
        return (now - self.updated_at).total_seconds() if self.updated_at else float("inf")

    def to_json(self) -> dict[str, Any]:
        """Return what a caller is told of a run."""
        return {"id": self.instance_id, "runtimeStatus": self.runtime_status, "customStatus": self.custom_status}


class DurableOrchestrations:
    """The durable client in our words: the SDK raises bare exceptions, whose texts may quote what was sent."""

    def __init__(self, client: DurableOrchestrationClient) -> None:
        self._client = client

    async def status(self, instance_id: str) -> RunStatus | None:
        """Return how far an instance has come, None where there is none.

        Raises:
            Unavailable: The task hub could not be asked.
        """
        found = await self._read(instance_id)
        if found is None or found.runtime_status is None:
            return None
        updated_at = found.last_updated_time
        return RunStatus(
            instance_id,
            found.runtime_status.name,
            found.custom_status,
            found.output,
            updated_at.replace(tzinfo=updated_at.tzinfo or UTC) if updated_at else None,
        )

    async def described(self, instance_id: str) -> DurableOrchestrationStatus | None:
        """Return all that the task hub tells of an instance, its input included; None where there is none.

        Raises:
            Unavailable: The task hub could not be asked.
        """
        return await self._read(instance_id, show_input=True)

    async def _read(self, instance_id: str, *, show_input: bool = False) -> DurableOrchestrationStatus | None:
        try:
            return await self._client.get_status(instance_id, show_input=show_input) or None
        except Exception as error:
            raise Unavailable(f"The state of a run could not be read: {masked(str(error))}") from error

    async def ping(self) -> None:
        """Ask the task hub for the runs of tomorrow: it has to look, and finds none.

        Raises:
            Unavailable: It could not be asked.
        """
        # Of a single instance the SDK says that there is none also where the host answers 500, as without its backend.
        try:
            await self._client.get_status_by(created_time_from=datetime.now(UTC) + timedelta(days=1))
        except Exception as error:
            raise Unavailable(f"The task hub could not be asked: {masked(str(error))}") from error

    async def runtime_status(self, instance_id: str) -> str | None:
        """Return the runtime status of an instance, such as ``Running``; None where there is none.

        Raises:
            Unavailable: The task hub could not be asked.
        """
        found = await self.status(instance_id)
        return found.runtime_status if found else None

    async def under_way(self, instance_id: str) -> bool:
        """Whether an instance has not ended yet.

        Raises:
            Unavailable: The task hub could not be asked.
        """
        found = await self.status(instance_id)
        return found is not None and found.under_way

    async def start(self, name: str, instance_id: str, task: dict[str, Any]) -> None:
        """Start an orchestration; one that is under way already is left alone.

        Raises:
            Unavailable: The task hub could not be reached.
        """
        try:
            await self._client.start_new(name, instance_id, task)
        except Exception as error:
            # Of two who start at the same moment the second is told of the first.
            if "already exists" not in str(error):
                raise Unavailable(f"The run could not be started: {masked(str(error))}") from error
