"""Import a function app as the Python worker does and list its functions."""

import importlib
import inspect
import os
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import azure.functions as func

from local.host import worker_rules
from local.host.errors import AppError
from local.host.settings import resolve_placeholders

#: Property that gives a durable function another name than its Python function's.
DURABLE_NAMES = {"orchestrationTrigger": "orchestration", "activityTrigger": "activity", "entityTrigger": "entityName"}
SUPPORTED_TRIGGERS = frozenset({"httpTrigger", "timerTrigger", "serviceBusTrigger", *DURABLE_NAMES})


@dataclass(frozen=True)
class LoadedFunction:
    """A function of the app, checked and ready to call."""

    name: str
    call: Callable[..., Any]
    is_async: bool
    trigger_type: str
    trigger_name: str
    #: The trigger's properties with every ``%NAME%`` resolved.
    trigger: Mapping[str, Any]
    #: Parameter name to binding type, trigger left out.
    inputs: Mapping[str, str]
    outputs: Mapping[str, str]
    #: Binding type of the return value; None when the function may return nothing.
    return_type: str | None
    wants_context: bool

    @property
    def durable_name(self) -> str:
        """The name under which orchestrations address this function."""
        return self.trigger.get(DURABLE_NAMES.get(self.trigger_type, ""), None) or self.name


def _resolved(value: Any, where: str) -> Any:
    return resolve_placeholders(value, os.environ, where) if isinstance(value, str) else value


def _load_function(function: Any) -> LoadedFunction:
    name, call, bindings = function.get_function_name(), function.get_user_function(), function.get_bindings()
    trigger = function.get_trigger()
    if trigger is None:
        raise AppError(f"function {name} has no trigger")
    wants_context = worker_rules.check_function(name, call, bindings)
    others = [binding for binding in bindings if binding is not trigger]
    explicit = [binding.type for binding in others if binding.name == worker_rules.RETURN]
    implicit = trigger.type if worker_rules.has_implicit_output(trigger.type) else None
    properties = {key: _resolved(value, f"function {name}: {key}") for key, value in trigger.get_dict_repr().items()}
    return LoadedFunction(
        name=name,
        call=call,
        is_async=inspect.iscoroutinefunction(call),
        trigger_type=trigger.type,
        trigger_name=trigger.name,
        trigger=properties,
        inputs={b.name: b.type for b in others if b.direction != worker_rules.OUT},
        outputs={b.name: b.type for b in others if b.direction == worker_rules.OUT and b.name != worker_rules.RETURN},
        return_type=explicit[0] if explicit else implicit,
        wants_context=wants_context,
    )


def _import_app(app: Path) -> Any:
    script = os.environ.get("PYTHON_SCRIPT_FILE_NAME", "function_app.py")
    if not (app / script).is_file():
        raise AppError(f"{app} is no Python function app: it has no {script}")
    os.chdir(app)
    sys.path.insert(0, str(app))
    try:
        return importlib.import_module(Path(script).stem)
    except (Exception, SystemExit) as error:
        frames = [f for f in traceback.extract_tb(error.__traceback__) if Path(f.filename).is_relative_to(app)]
        where = f" ({Path(frames[-1].filename).relative_to(app)}, line {frames[-1].lineno})" if frames else ""
        raise AppError(f"{script} does not import: {type(error).__name__}: {error}{where}") from error


def _index(module: Any) -> list[Any]:
    # By name, as the worker counts them: one app under two names is refused there too.
    apps = [value for value in vars(module).values() if isinstance(value, func.FunctionRegister)]
    if len(apps) != 1:
        found = "no function app" if not apps else f"{len(apps)} function apps"
        raise AppError(
            f"{module.__name__}.py defines {found} at its top level; expected exactly one, such as df.DFApp()"
        )
    try:
        # Once: a second call reports every name as a duplicate.
        return list(apps[0].get_functions())
    except Exception as error:
        raise AppError(f"the functions cannot be indexed: {type(error).__name__}: {error}") from error


def is_disabled(name: str, environ: Mapping[str, str]) -> bool:
    """Tell whether ``AzureWebJobs.<name>.Disabled``, also with ``__`` for its dots, switches a function off."""
    values = (environ.get(f"AzureWebJobs{dot}{name}{dot}Disabled", "") for dot in (".", "__"))
    return any(value.lower() in ("1", "true") for value in values)


def load_app(app: Path) -> list[LoadedFunction]:
    """Import the app in ``app`` (which becomes the working directory) and return its functions that are switched on.

    Raises:
        AppError: The app does not import, or Azure's Python worker would refuse one of its functions.
    """
    indexed = [_load_function(function) for function in _index(_import_app(app))]
    functions = [function for function in indexed if not is_disabled(function.name, os.environ)]
    seen: dict[tuple[str, str], str] = {}
    for function in functions:
        if function.trigger_type not in SUPPORTED_TRIGGERS:
            raise AppError(
                f"function {function.name}: the trigger {function.trigger_type} is not supported by this host"
            )
        if function.trigger_type in DURABLE_NAMES:
            if function.trigger_type == "orchestrationTrigger" and function.durable_name.startswith("@"):
                raise AppError(f"function {function.name}: an orchestrator's name must not start with @")
            key = (function.trigger_type, function.durable_name.lower())
            if other := seen.get(key):
                raise AppError(f"functions {other} and {function.name} share the durable name {function.durable_name}")
            seen[key] = function.name
        if function.is_async and function.trigger_type in ("orchestrationTrigger", "entityTrigger"):
            raise AppError(f"function {function.name}: orchestrators and entities are plain functions, not async")
    return functions
