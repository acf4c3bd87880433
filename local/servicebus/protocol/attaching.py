"""What a peer attaches to: a queue, its dead letters, a session of it, $cbs or a $management."""

from typing import TYPE_CHECKING

from local.servicebus.codec.performatives import Attach, Source, Target
from local.servicebus.codec.records import descriptor_of, from_value
from local.servicebus.codec.types import Described, Map, Value
from local.servicebus.errors import INVALID_FIELD, NOT_IMPLEMENTED, AmqpError
from local.servicebus.limits import NAME_CHARACTERS, SESSION_WAIT_S
from local.servicebus.protocol.cbs import TokenNode
from local.servicebus.protocol.link import Link
from local.servicebus.protocol.management import ManagementNode
from local.servicebus.protocol.queue_links import SESSION_FILTER, QueueEgress, QueueIngress, SessionEgress
from local.servicebus.protocol.requests import AnswerEgress, Node, RequestIngress
from local.servicebus.sas import path_of

if TYPE_CHECKING:
    from local.servicebus.protocol.session import Session

CBS = "$cbs"
_MANAGEMENT = "/$management"
_COORDINATOR = 0x30
_TIMEOUT = "com.microsoft:timeout"


def attach(session: "Session", frame: Attach) -> Link:
    """Return the link that a peer asks for.

    Raises:
        AmqpError: There is nothing of that address, it needs a token, or it cannot be used so.
    """
    terminus = frame.source if frame.role else frame.target
    if isinstance(terminus, Described) and descriptor_of(terminus) == _COORDINATOR:
        raise AmqpError(NOT_IMPLEMENTED, "Transactions are not supported.")
    if terminus is None:
        raise AmqpError(INVALID_FIELD, "The address of the entity is missing.")
    source = from_value(Source, terminus) if frame.role else None
    address = source.address if source is not None else from_value(Target, terminus).address
    path = path_of(address or "")
    if path.lower() == CBS:
        return _request_link(session, frame, CBS, TokenNode(session.connection))
    session.connection.authorize(path)
    namespace = session.connection.service.namespace
    if path.lower().endswith(_MANAGEMENT):
        entity = namespace.entity(path[: -len(_MANAGEMENT)])
        return _request_link(session, frame, path, ManagementNode(session.connection, entity))
    entity = namespace.entity(path)
    if source is None:
        return QueueIngress(session, frame, path, entity)
    filtered, session_id = _session_filter(source.filter)
    if filtered:
        return SessionEgress(session, frame, path, entity, session_id, _wait_s(frame))
    return QueueEgress(session, frame, path, entity)


def _request_link(session: "Session", frame: Attach, path: str, node: Node) -> Link:
    if frame.role:
        return AnswerEgress(session, frame, path)
    return RequestIngress(session, frame, path, node)


def _session_filter(filters: Map | None) -> tuple[bool, str | None]:
    """Whether a session is asked for, and which; None for any."""
    if filters is None:
        return False, None
    for key, value in filters.pairs:
        if isinstance(key, str) and key == SESSION_FILTER:
            return True, _session_id(value.value if isinstance(value, Described) else value)
    return False, None


def _session_id(value: Value) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > NAME_CHARACTERS:
        raise AmqpError(INVALID_FIELD, f"A session filter must be a string of at most {NAME_CHARACTERS} characters.")
    return value


def _wait_s(frame: Attach) -> float:
    wanted = frame.properties.get(_TIMEOUT) if frame.properties is not None else None
    if isinstance(wanted, int) and wanted >= 0:
        return min(wanted / 1000, SESSION_WAIT_S)
    return SESSION_WAIT_S
