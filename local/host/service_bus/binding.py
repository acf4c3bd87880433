"""What a ``serviceBusTrigger`` binding asks for."""

from dataclasses import dataclass
from typing import Any, get_type_hints

from local.host.app_loader import LoadedFunction
from local.host.errors import AppError
from local.host.settings import ServiceBusSettings

BINARY = 2


@dataclass(frozen=True)
class QueueBinding:
    """One function and the queue that it hears."""

    function: LoadedFunction
    queue: str
    #: Name of the setting (or of the settings) that say where the queue is.
    connection: str
    sessions: bool
    #: The function takes a list of messages.
    many: bool
    #: The function takes bodies as bytes, not as text.
    binary: bool
    #: The function is handed the body alone: its parameter is annotated str or bytes.
    body_only: bool
    #: Complete what the function was handed once it has returned.
    auto_complete: bool


def _plain(value: Any) -> Any:
    return getattr(value, "value", value)  # the decorators keep enum members


def _flag(function: LoadedFunction, name: str, default: bool) -> bool:
    value = function.trigger.get(name)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise AppError(f"function {function.name}: {name} is {value!r}; expected True or False")
    return value


def read_binding(function: LoadedFunction, settings: ServiceBusSettings) -> QueueBinding:
    """Return what the trigger of ``function`` asks for, host.json filling in what it leaves open.

    Raises:
        AppError: A property is missing or holds what this host cannot use.
    """
    trigger, where = function.trigger, f"function {function.name}"
    if trigger.get("topicName"):
        raise AppError(f"{where}: topics are not supported by this host; expected queue_name")
    queue = trigger.get("queueName")
    if not isinstance(queue, str) or not queue.strip():
        raise AppError(f"{where}: queue_name is {queue!r}; expected the name of a queue")
    cardinality = _plain(trigger.get("cardinality")) or "one"
    if cardinality not in ("one", "many"):
        raise AppError(f"{where}: cardinality is {cardinality!r}; expected one or many")
    return QueueBinding(
        function=function,
        queue=queue,
        connection=str(trigger.get("connection") or ""),
        sessions=_flag(function, "isSessionsEnabled", default=False),
        many=cardinality == "many",
        binary=_plain(trigger.get("dataType")) in (BINARY, "binary"),
        body_only=get_type_hints(function.call).get(function.trigger_name) in (str, bytes),
        auto_complete=_flag(function, "autoCompleteMessages", default=settings.auto_complete_messages),
    )
