"""Requests and their answers, as $cbs and $management take them: one link each way, paired by the reply's address."""

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from local.servicebus.codec.decode import decode
from local.servicebus.codec.encode import encode
from local.servicebus.codec.performatives import Attach, Target
from local.servicebus.codec.records import from_value
from local.servicebus.codec.types import Described, Int, Map, Symbol, ULong, Value
from local.servicebus.errors import NOT_ALLOWED, NOT_IMPLEMENTED, AmqpError
from local.servicebus.limits import REQUEST_BYTES, WAITING_ANSWERS
from local.servicebus.message import APPLICATION_PROPERTIES, PROPERTIES, VALUE, sections
from local.servicebus.protocol.link import Egress, Ingress

if TYPE_CHECKING:
    from local.servicebus.protocol.session import Session


@dataclass(frozen=True, slots=True)
class Request:
    """``correlation``: what the answer must name, as it came."""

    correlation: Value
    reply_to: str | None
    properties: Map
    body: Value

    def text(self, name: str) -> str:
        """Return an application property that is a string, else an empty string."""
        value = self.properties.get(name)
        return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class Answer:
    """``properties``: application properties, the status among them."""

    properties: dict[str, Value]
    body: Value = None


class Node(Protocol):
    """What answers requests."""

    def handle(self, request: Request) -> Answer:
        """Return the answer, whatever the request."""
        ...


class RequestIngress(Ingress):
    """Where a peer sends its requests."""

    most_bytes = REQUEST_BYTES

    def __init__(self, session: "Session", frame: Attach, path: str, node: Node) -> None:
        super().__init__(session, frame, path)
        self._node = node

    def on_message(self, number: int, settled: bool, message_format: int, message: bytes) -> None:
        if message_format:
            raise AmqpError(NOT_IMPLEMENTED, "A request must be one plain message.")
        request = parse_request(message)
        link = self._answer_link(request.reply_to)
        if link is None:
            raise AmqpError(NOT_ALLOWED, "No link receives the answers to these requests.")
        if not settled:
            self.session.accept(number)
        answer = self._node.handle(request)
        service = self.session.connection.service
        service.when_kept(lambda: link.send_answer(request, answer))

    def _answer_link(self, reply_to: str | None) -> "AnswerEgress | None":
        """The link to the same node that has the reply's address; most peers open one only and all name it alike."""
        links = [
            link
            for session in self.session.connection.sessions.values()
            for link in session.links.values()
            if isinstance(link, AnswerEgress) and link.path.lower() == self.path.lower()
        ]
        named = [link for link in links if reply_to is not None and link.address == reply_to]
        mine = [link for link in links if link.session is self.session]
        return next(iter(named or mine or links), None)


class AnswerEgress(Egress):
    """Where a peer gets the answers."""

    def __init__(self, session: "Session", frame: Attach, path: str) -> None:
        super().__init__(session, frame, path)
        self.address = from_value(Target, frame.target).address if frame.target is not None else None
        self._waiting: deque[bytes] = deque(maxlen=WAITING_ANSWERS)
        self._sent = 0

    def send_answer(self, request: Request, answer: Answer) -> None:
        """Send an answer, as soon as the peer takes one."""
        self._waiting.append(render_answer(request, answer))
        self.resume()

    def resume(self) -> None:
        while self._waiting and self.can_send():
            self._sent += 1
            self.send(self._waiting.popleft(), self._sent.to_bytes(4, "big"), None)

    def closed(self) -> None:
        self._waiting.clear()


def parse_request(message: bytes) -> Request:
    """Return the request that a message is.

    Raises:
        DecodeError: It is no message.
    """
    correlation: Value = None
    reply_to: str | None = None
    properties, body = Map(), None
    for section, _, content, _ in sections(message):
        if section == PROPERTIES:
            fields, _ = decode(message, content)
            if isinstance(fields, list):
                padded = [*fields, *[None] * 6]
                # A request is named by its message id; some peers give a correlation id instead.
                correlation = padded[0] if padded[0] is not None else padded[5]
                reply_to = padded[4] if isinstance(padded[4], str) else None
        elif section == APPLICATION_PROPERTIES:
            value, _ = decode(message, content)
            properties = value if isinstance(value, Map) else properties
        elif section == VALUE:
            body, _ = decode(message, content)
    return Request(correlation, reply_to, properties, body)


def render_answer(request: Request, answer: Answer) -> bytes:
    """Return the message that an answer is."""
    properties = Map(tuple(answer.properties.items()))
    return (
        encode(Described(ULong(PROPERTIES), [None, None, None, None, None, request.correlation]))
        + encode(Described(ULong(APPLICATION_PROPERTIES), properties))
        + encode(Described(ULong(VALUE), answer.body))
    )


def status(code: int, description: str, condition: str | None = None) -> dict[str, Value]:
    """Return the status of a management answer."""
    properties: dict[str, Value] = {"statusCode": Int(code), "statusDescription": description}
    if condition is not None:
        properties["errorCondition"] = Symbol(condition)
    return properties
