"""Calling a function of the app: its arguments, its return value, and the line that the call leaves in the log."""

import contextvars
import random
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from local.host.app_loader import LoadedFunction
from local.host.logs import LogStream
from local.host.user_loop import UserLoop

#: The invocation that the running code belongs to, for the records that the app logs.
current: contextvars.ContextVar["Invocation | None"] = contextvars.ContextVar("invocation", default=None)

_thread_local = threading.local()


# An id in a log is no secret, and a system call for each would give up the interpreter lock.
_random = random.Random()


def _new_id() -> str:
    return str(uuid.UUID(int=_random.getrandbits(128), version=4))


@dataclass(slots=True)
class Invocation:
    """One call of one function."""

    function: str
    #: Orchestration instance on whose behalf it runs.
    instance_id: str | None = None
    invocation_id: str = field(default_factory=_new_id)
    started: float = field(default_factory=time.perf_counter)

    @property
    def elapsed_ms(self) -> float:
        """Milliseconds since the call began."""
        return (time.perf_counter() - self.started) * 1000


@dataclass(frozen=True)
class TraceContext:
    """The W3C trace context of a call."""

    trace_parent: str = ""
    trace_state: str = ""
    attributes: dict[str, str] = field(default_factory=dict[str, str])

    # Names of the SDK's abstract class.
    Traceparent = property(lambda self: self.trace_parent)
    Tracestate = property(lambda self: self.trace_state)
    Attributes = property(lambda self: self.attributes)


@dataclass(frozen=True)
class RetryContext:
    """Retries of the trigger itself, which this host does not make."""

    retry_count: int = 0
    max_retry_count: int = 0
    exception: Any = None


@dataclass(frozen=True)
class FunctionContext:
    """What a function sees as its ``context: func.Context`` argument."""

    invocation_id: str
    function_name: str
    function_directory: str
    trace_context: TraceContext = TraceContext()
    retry_context: RetryContext = RetryContext()
    thread_local_storage: threading.local = _thread_local


class OutValue:
    """An ``Out`` argument: holds what the function sets."""

    def __init__(self) -> None:
        self._value: Any = None

    def set(self, value: Any) -> None:
        """Keep the binding's value."""
        self._value = value

    def get(self) -> Any:
        """Return the value that was set, or None."""
        return self._value


def fields_of_invocation() -> dict[str, str]:
    """Return what the log says of the invocation that the running code belongs to."""
    invocation = current.get()
    if invocation is None:
        return {}
    fields = {"function": invocation.function, "invocation": invocation.invocation_id}
    return fields if invocation.instance_id is None else fields | {"instance": invocation.instance_id}


class Invoker:
    """Calls functions with the arguments that their bindings promise.

    ``client_binding`` makes the text that a durableClient parameter receives.
    """

    def __init__(self, user_loop: UserLoop, client_binding: Callable[[], str], app_folder: str, log: LogStream) -> None:
        self.user_loop = user_loop
        self._client_binding = client_binding
        self._app_folder = app_folder
        self._log = log

    def arguments(self, function: LoadedFunction, trigger_value: Any, invocation: Invocation) -> dict[str, Any]:
        """Return the keyword arguments of one call."""
        arguments: dict[str, Any] = {function.trigger_name: trigger_value}
        for name, binding_type in function.inputs.items():
            arguments[name] = self._client_binding() if binding_type == "durableClient" else None
        for name in function.outputs:
            arguments[name] = OutValue()
        if function.wants_context:
            arguments["context"] = FunctionContext(invocation.invocation_id, function.name, self._app_folder)
        return arguments

    async def call(
        self, function: LoadedFunction, trigger_value: Any, invocation: Invocation
    ) -> tuple[Any, dict[str, Any]]:
        """Call the function on the user loop; return its value and the ``Out`` values that it set.

        Raises:
            RuntimeError: The function returned something and has no binding to return it to.
        """
        arguments = self.arguments(function, trigger_value, invocation)
        token = current.set(invocation)
        try:
            returned = await self.user_loop.call(function.call, function.is_async, arguments)
        finally:
            current.reset(token)
        if returned is not None and function.return_type is None:
            raise RuntimeError(f"function {function.name!r} without a $return binding returned a non-None value")
        return returned, {name: arguments[name].get() for name in function.outputs}

    def finished(self, invocation: Invocation, outcome: str) -> None:
        """Write the invocation's line."""
        self._log.write(invocation_line(invocation, outcome))


def invocation_line(invocation: Invocation, outcome: str) -> str:
    """Return the log line of an invocation that has ended."""
    instance = f" instance={invocation.instance_id}" if invocation.instance_id else ""
    return (
        f"invocation function={invocation.function} id={invocation.invocation_id}"
        f"{instance} ms={invocation.elapsed_ms:.1f} outcome={outcome}"
    )
