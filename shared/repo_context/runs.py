"""Runs of ``RepoContextOrchestrator`` through the durable client: one an account at a time, whoever asks for it."""

from typing import ClassVar

from azure.durable_functions import DurableOrchestrationClient

from shared.clients.orchestrations import DurableOrchestrations, RunStatus
from shared.errors import Unavailable
from shared.repo_context.contracts import RepoContextStart
from shared.telemetry.tracing import span, traceparent

ORCHESTRATOR = "RepoContextOrchestrator"


def instance_of(username: str) -> str:
    """Return the id under which an account's runs go, one after the other."""
    return f"repo-context-{username}"


class Runs:
    """The runs of each account."""

    _of_process: ClassVar["Runs | None"] = None

    def __init__(self, client: DurableOrchestrationClient) -> None:
        self._orchestrations = DurableOrchestrations(client)
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
        return await self._orchestrations.status(instance_of(username))

    async def start(self, username: str, *, force: bool = False) -> RunStatus:
        """Start a run unless one is under way; return the status of the one that is then.

        Raises:
            Unavailable: The task hub could not be reached.
        """
        latest = await self.latest(username)
        if latest is not None and latest.under_way:
            return latest
        # A span even where a reader's request led here, which has none: what a run does is one trace, however it began.
        with span(f"start {ORCHESTRATOR}"):
            task = RepoContextStart(username=username, force=force, traceparent=traceparent())
            await self._orchestrations.start(ORCHESTRATOR, instance_of(username), task.to_json())
        return RunStatus(instance_of(username), "Pending")
