"""Calling an activity: JSON text in, JSON text out, and what it says when it fails."""

import traceback
from typing import Any, Protocol

from azure.functions.meta import Datum

from local.host import worker_rules
from local.host.app_loader import LoadedFunction
from local.host.invocation import Invocation, Invoker


class ActivityFault(Exception):
    """An activity failed: ``reason`` in a line, ``details`` the traceback, if there is one."""

    def __init__(self, reason: str, details: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.details = details


def fault_of(error: BaseException) -> ActivityFault:
    """Return what an exception of the app tells its orchestration; to be called where it is handled."""
    return ActivityFault(f"{type(error).__name__}: {error}", traceback.format_exc())


class ActivityRunner(Protocol):
    """Runs activities, in this process or in another one."""

    async def run(self, function: LoadedFunction, text: str, invocation: Invocation) -> str:
        """Call the activity with its input and return its result, both as JSON text. Runs on the user loop.

        Raises:
            ActivityFault: It failed.
        """
        ...


class ActivityCalls:
    """Runs activities in this process."""

    def __init__(self, invoker: Invoker) -> None:
        self._invoker = invoker
        self._converter: Any = worker_rules.converter("activityTrigger")

    async def run(self, function: LoadedFunction, text: str, invocation: Invocation) -> str:
        """Call the activity; see ``ActivityRunner``."""
        try:
            argument = self._converter.decode(Datum(text, "string"), trigger_metadata=None)
            returned, _ = await self._invoker.call(function, argument, invocation)
            return self._converter.encode(returned, expected_type=None).value
        except Exception as error:  # whatever the app raises is the activity's failure
            raise fault_of(error) from error
