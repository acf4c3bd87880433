"""What configures the host: ``local.settings.json`` for the environment, ``host.json`` for the host itself."""

import json
import os
import re
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from local.host.errors import AppError

MOST_WORKER_PROCESSES = 10
OVERRIDE_PREFIX = "azurefunctionsjobhost__"
_PLACEHOLDER = re.compile(r"%([^%\s]+)%")
_TIMESPAN = re.compile(r"^(?:(\d+)\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,7}))?)?$")


def parse_timespan(text: str) -> float:
    """Return the seconds of a .NET TimeSpan such as ``00:10:00`` or ``1.02:03:04.5``.

    Raises:
        ValueError: ``text`` is not of the form ``[d.]hh:mm[:ss[.fffffff]]``.
    """
    match = _TIMESPAN.match(text)
    if match is None or int(match[2]) > 23 or int(match[3]) > 59 or int(match[4] or 0) > 59:
        raise ValueError(f"{text!r} is not a duration; expected [d.]hh:mm:ss, such as 00:10:00")
    seconds = ((int(match[1] or 0) * 24 + int(match[2])) * 60 + int(match[3])) * 60 + int(match[4] or 0)
    return seconds + float(f"0.{match[5] or 0}")


def _timeout_seconds(value: object) -> object:
    if value == "-1" or value is None:  # how host.json says "no limit"
        return None
    return parse_timespan(value) if isinstance(value, str) else value


class _Section(BaseModel):
    # host.json holds much that only Azure reads; this host takes what it knows and leaves the rest.
    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True)


class HttpSettings(_Section):
    """``extensions.http``: the prefix of every route."""

    route_prefix: str = "api"


class DurableSettings(_Section):
    """``extensions.durableTask``: the hub's name and the limits of the engine."""

    hub_name: str = "TestHubName"
    default_version: str | None = None
    overridable_existing_instance_states: Literal["NonRunningStates", "AnyState"] = "NonRunningStates"
    max_concurrent_activity_functions: Annotated[int, Field(ge=1)] = 10 * (os.cpu_count() or 1)
    max_concurrent_orchestrator_functions: Annotated[int, Field(ge=1)] = 10 * (os.cpu_count() or 1)


def _renewal_seconds(value: object) -> object:
    if isinstance(value, str) and value.startswith("-"):  # .NET's infinite TimeSpan
        return None
    return parse_timespan(value) if isinstance(value, str) else value


class ServiceBusSettings(_Section):
    """``extensions.serviceBus``: how queues are heard. Durations in seconds, a renewal of None has no end."""

    prefetch_count: Annotated[int, Field(ge=0)] = 0
    auto_complete_messages: bool = True
    max_auto_lock_renewal_duration: Annotated[float | None, BeforeValidator(_renewal_seconds)] = 300.0
    max_concurrent_calls: Annotated[int, Field(ge=1)] = 16
    max_concurrent_sessions: Annotated[int, Field(ge=1)] = 8
    max_message_batch_size: Annotated[int, Field(ge=1)] = 1000
    session_idle_timeout: Annotated[float | None, BeforeValidator(_timeout_seconds)] = None


class LoggingSettings(_Section):
    """``logging``: how much the app's records must matter to be shown."""

    log_level: dict[str, str] = Field(default_factory=dict)

    @property
    def default_level(self) -> str:
        """The level for every category."""
        return next((level for name, level in self.log_level.items() if name.lower() == "default"), "Information")


class Extensions(_Section):
    """The sections of ``extensions`` that this host reads."""

    http: HttpSettings = HttpSettings()
    durable_task: DurableSettings = DurableSettings()
    service_bus: ServiceBusSettings = ServiceBusSettings()


class HostSettings(_Section):
    """host.json after overrides and placeholders. ``function_timeout``: seconds, None for no limit."""

    version: Literal["2.0"] = "2.0"
    function_timeout: Annotated[float | None, BeforeValidator(_timeout_seconds)] = 1800.0
    extensions: Extensions = Extensions()
    logging: LoggingSettings = LoggingSettings()

    @property
    def durable(self) -> DurableSettings:
        """The durable engine's section."""
        return self.extensions.durable_task


def _read_object(file: Path) -> dict[str, Any]:
    try:
        document = json.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise AppError(f"{file} cannot be read: {error}") from error
    except ValueError as error:
        raise AppError(f"{file} is not valid JSON: {error}") from error
    if not isinstance(document, dict):
        raise AppError(f"{file} holds a {type(document).__name__}; expected a JSON object")
    return cast("dict[str, Any]", document)


def apply_local_settings(app: Path, environment: MutableMapping[str, str]) -> None:
    """Put ``Values`` of the app's local.settings.json into ``environment``; what is set there already wins.

    Raises:
        AppError: The file is no JSON object, is encrypted, or holds a value that is no string.
    """
    file = app / "local.settings.json"
    if not file.exists():
        return
    document = _read_object(file)
    if document.get("IsEncrypted"):
        raise AppError(f"{file} is encrypted; decrypt it with `func settings decrypt`")
    values = document.get("Values", {})
    if not isinstance(values, dict):
        raise AppError(f"{file}: Values is a {type(values).__name__}; expected an object of strings")
    for name, value in cast("dict[str, object]", values).items():
        if not isinstance(value, str):
            raise AppError(f"{file}: Values.{name} is a {type(value).__name__}; expected a string")
        environment.setdefault(name, value)


def resolve_placeholders(text: str, environment: Mapping[str, str], where: str) -> str:
    """Return ``text`` with every ``%NAME%`` replaced by that setting.

    Raises:
        AppError: A named setting is not set; ``where`` says who asked for it.
    """

    def value_of(match: re.Match[str]) -> str:
        if (value := environment.get(match[1])) is None:
            raise AppError(f"{where} is {text!r}, but the setting {match[1]} is not set")
        return value

    return _PLACEHOLDER.sub(value_of, text)


def worker_processes(environment: Mapping[str, str]) -> int:
    """Return how many processes run the app: ``FUNCTIONS_WORKER_PROCESS_COUNT``, 1 when it is not set.

    Raises:
        AppError: It is no number from 1 to 10, which is Azure's range.
    """
    text = environment.get("FUNCTIONS_WORKER_PROCESS_COUNT", "") or "1"
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MOST_WORKER_PROCESSES:
        raise AppError(
            f"FUNCTIONS_WORKER_PROCESS_COUNT is {text!r}; expected a number from 1 to {MOST_WORKER_PROCESSES}"
        )
    return int(text)


def _override(document: dict[str, Any], path: list[str], value: str) -> None:
    for depth, part in enumerate(path):
        key = next((key for key in document if key.lower() == part.lower()), part)
        if depth == len(path) - 1:
            document[key] = value
        else:
            if not isinstance(document.get(key), dict):
                document[key] = {}
            document = document[key]


def _resolve_read_fields(section: type[BaseModel], document: dict[str, Any], environment: Mapping[str, str]) -> None:
    # Only what this host reads: host.json may name settings that exist in Azure alone.
    for name in section.model_fields:
        alias = to_camel(name)
        if isinstance(value := document.get(alias), str):
            document[alias] = resolve_placeholders(value, environment, f"host.json: {alias}")


def load_host_settings(app: Path, environment: Mapping[str, str]) -> HostSettings:
    """Return the app's host.json with the ``AzureFunctionsJobHost__a__b`` variables on top of it.

    Raises:
        AppError: host.json is missing, is no JSON object or holds a value that this host cannot use.
    """
    file = app / "host.json"
    if not file.exists():
        raise AppError(f"{app} is no function app: it has no host.json")
    document = _read_object(file)
    for name, value in environment.items():
        if name.lower().startswith(OVERRIDE_PREFIX):
            _override(document, name[len(OVERRIDE_PREFIX) :].split("__"), value)
    extensions = cast("dict[str, Any]", document.get("extensions") or {})
    for key, section in (("http", HttpSettings), ("durableTask", DurableSettings), ("serviceBus", ServiceBusSettings)):
        if isinstance(extensions, dict) and isinstance(extensions.get(key), dict):  # pyright: ignore[reportUnnecessaryIsInstance]
            _resolve_read_fields(section, extensions[key], environment)
    try:
        return HostSettings.model_validate(document)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']} (got {e['input']!r})" for e in error.errors())
        raise AppError(f"{file}: {faults}") from error
