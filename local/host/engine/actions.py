"""What an orchestrator function returned: its decision and the actions it has asked for so far."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from local.host.engine.json_text import dumps, loads

FAILURE_LABEL = "\n\n$OutOfProcData$:"


class Action(IntEnum):
    """Action types of the SDK's action list."""

    CALL_ACTIVITY = 0
    CALL_ACTIVITY_WITH_RETRY = 1
    CALL_CHILD = 2
    CALL_CHILD_WITH_RETRY = 3
    CONTINUE_AS_NEW = 4
    CREATE_TIMER = 5
    WAIT_FOR_EVENT = 6
    CALL_ENTITY = 7
    CALL_HTTP = 8
    SIGNAL_ENTITY = 9
    SCHEDULED_SIGNAL = 10
    WHEN_ANY = 11
    WHEN_ALL = 12


#: What this engine does not carry out yet; an orchestration that asks for one fails with its name.
UNSUPPORTED = {
    Action.CALL_ENTITY: "call_entity",
    Action.CALL_HTTP: "call_http",
    Action.SIGNAL_ENTITY: "signal_entity",
    Action.SCHEDULED_SIGNAL: "a scheduled signal",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """An orchestrator's answer. ``output`` and ``custom_status`` are JSON text; ``leaves`` the flat action list."""

    is_done: bool
    leaves: list[dict[str, Any]]
    output: str | None = None
    error: str | None = None
    custom_status: str | None = None


class BadReply(Exception):
    """The orchestrator function returned something that is no orchestrator state."""


def flatten(actions: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the leaves of an action list depth-first, in the order in which the SDK numbers them."""
    for action in actions:
        if action["actionType"] in (Action.WHEN_ANY, Action.WHEN_ALL):
            yield from flatten(action["compoundActions"])
        else:
            yield action


def takes_number(leaf: dict[str, Any]) -> bool:
    """Say whether the SDK counted this action; a wait for an event is known by its name instead."""
    return leaf["actionType"] != Action.WAIT_FOR_EVENT


def _parse(text: str) -> Reply:
    try:
        state = loads(text)
        inner = state["actions"]
        leaves = list(flatten(inner[0])) if inner else []
        return Reply(
            is_done=bool(state["isDone"]),
            leaves=leaves,
            output=dumps(state["output"]) if "output" in state else None,
            error=state.get("error") or None,
            custom_status=dumps(state["customStatus"]) if "customStatus" in state else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadReply(f"it returned no orchestrator state: {type(error).__name__}: {error}") from error


def parse_reply(returned: object) -> Reply:
    """Return what an orchestrator function decided.

    Raises:
        BadReply: ``returned`` is no orchestrator state.
    """
    if not isinstance(returned, str):
        raise BadReply(f"it returned a {type(returned).__name__}; expected the durable SDK's JSON text")
    return _parse(returned)


def parse_failure(error: Exception) -> Reply:
    """Return the decision inside an orchestrator's exception; a bare exception is a failure without actions."""
    text = str(error)
    cut = text.rfind(FAILURE_LABEL)
    if cut >= 0:
        try:
            reply = _parse(text[cut + len(FAILURE_LABEL) :])
        except BadReply:
            pass
        else:
            return reply if reply.error else Reply(False, reply.leaves, error=text[:cut] or type(error).__name__)
    return Reply(is_done=False, leaves=[], error=f"{type(error).__name__}: {error}")
