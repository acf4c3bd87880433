"""Runs of ``RepoContextOrchestrator`` through the durable client: one an account at a time, whoever asks for it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

from azure.durable_functions import DurableOrchestrationClient

from shared.errors import Unavailable
from shared.repo_context.contracts import RepoContextStart
from shared.repo_context.secrets import masked

ORCHESTRATOR = "RepoContextOrchestrator"
_UNDER_WAY = frozenset({"Pending", "Running", "Suspended", "ContinuedAsNew"})


@dataclass(frozen=True)
class RunStatus:
    """How far an account's latest run has come. ``output``: what it handed back, when it has ended."""

    instance_id: str
    runtime_status: str
    custom_status: Any = None
    output: Any = None
    updated_at: datetime | None = None

    @property
    def under_way(self) -> bool:
        return self.runtime_status in _UNDER_WAY

    def age_s(self, now: datetime) -> float:
        """Return the seconds since it last went on; without end where nobody knows."""
        return (now - self.updated_at).total_seconds() if self.updated_at else float("inf")

    def to_json(self) -> dict[str, Any]:
        """Return what a caller is told of a run."""
        return {"id": self.instance_id, "runtimeStatus": self.runtime_status, "customStatus": self.custom_status}


def instance_of(username: str) -> str:
    """Return the id under which an account's runs go, one after the other."""
    return f"repo-context-{username}"


class Runs:
    """The durable client in our words: the SDK raises bare exceptions."""

    _of_process: ClassVar["Runs | None"] = None

    def __init__(self, client: DurableOrchestrationClient) -> None:
        self._client = client
        # It holds addresses and nothing of the call that brought it, so whoever has none may use it, too.
        Runs._of_process = self

    @classmethod
    def of_process(cls) -> "Runs":
        """Return the runs of the client that a binding gave this process last, for code that is given none.

        Raises:
            Unavailable: No function with such a binding has run yet; the timer does so when a worker starts.
        """
        if cls._of_process is None:
            raise Unavailable("no function of this process has been given a durable client yet")
        return cls._of_process

    async def latest(self, username: str) -> RunStatus | None:
        """Return the status of an account's latest run, None where there was none.

        Raises:
            Unavailable: The task hub could not be asked.
        """
        instance_id = instance_of(username)
        try:
            status = await self._client.get_status(instance_id)
        except Exception as error:
            raise Unavailable(f"The state of a run could not be read: {masked(str(error))}") from error
        if not status or status.runtime_status is None:
            return None
        updated_at = status.last_updated_time
        return RunStatus(
            instance_id,
            status.runtime_status.name,
            status.custom_status,
            status.output,
            updated_at.replace(tzinfo=updated_at.tzinfo or UTC) if updated_at else None,
        )

    async def start(self, username: str, *, force: bool = False) -> RunStatus:
        """Start a run unless one is under way; return the status of the one that is then.

        Raises:
            Unavailable: The task hub could not be reached.
        """
        latest = await self.latest(username)
        if latest is not None and latest.under_way:
            return latest
        task = RepoContextStart(username=username, force=force)
        try:
            await self._client.start_new(ORCHESTRATOR, instance_of(username), task.to_json())
        except Exception as error:
            # Of two who start at the same moment the second is told of the first.
            if "already exists" not in str(error):
                raise Unavailable(f"The run could not be started: {masked(str(error))}") from error
        return RunStatus(instance_of(username), "Pending")
