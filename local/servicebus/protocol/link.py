"""Links: one way for messages, from a peer or to it."""

from typing import TYPE_CHECKING
from uuid import UUID

from local.servicebus.codec.performatives import Attach, Flow, Transfer
from local.servicebus.codec.records import Record
from local.servicebus.errors import (
    INVALID_FIELD,
    MESSAGE_SIZE_EXCEEDED,
    TRANSFER_LIMIT_EXCEEDED,
    AmqpError,
    Violation,
)
from local.servicebus.limits import LINK_CREDIT, MESSAGE_BYTES

if TYPE_CHECKING:
    from local.servicebus.protocol.session import Session

_SERIAL = 2**32
_SETTLED = 1


class Link:
    """``frame``: the peer's attach. ``path``: what it is attached to, which a token must cover."""

    def __init__(self, session: "Session", frame: Attach, path: str) -> None:
        self.session = session
        self.path = path
        self.name = frame.name
        self.handle = frame.handle
        self.frame = frame

    def start(self) -> None:
        """Answer the attach, and begin."""
        self.session.send_attach(self.answer())

    def answer(self) -> Attach:
        """Return the attach that answers the peer's: with its name and both ends, as the SDKs insist."""
        frame = self.frame
        return Attach(
            frame.name,
            frame.handle,
            not frame.role,
            frame.snd_settle_mode,
            frame.rcv_settle_mode,
            frame.source,
            frame.target,
        )

    def send_flow(self) -> None:
        """Tell the peer the state of the link."""
        raise NotImplementedError

    def resume(self) -> None:
        """Go on after the connection or the session could not send."""

    def closed(self) -> None:
        """Let go of what the link holds."""


class Ingress(Link):
    """A link on which the peer sends."""

    most_bytes = MESSAGE_BYTES
    """Largest message that it takes."""

    def __init__(self, session: "Session", frame: Attach, path: str) -> None:
        super().__init__(session, frame, path)
        self._delivery_count = frame.initial_delivery_count or 0
        self._credit = LINK_CREDIT
        self._first: Transfer | None = None
        self._partial = bytearray()
        self._too_large = False

    def start(self) -> None:
        super().start()
        self.send_flow()

    def answer(self) -> Attach:
        answer = super().answer()
        answer.max_message_size = self.most_bytes
        return answer

    def send_flow(self) -> None:
        self.session.send_flow(handle=self.handle, delivery_count=self._delivery_count, link_credit=self._credit)

    def on_transfer(self, frame: Transfer, payload: bytes) -> None:
        """Put a message together from its frames.

        Raises:
            Violation: The peer had no credit, or left out what identifies the delivery.
        """
        first = self._first or frame
        if first.delivery_id is None or first.delivery_tag is None:
            raise Violation(INVALID_FIELD, "a delivery must have an id and a tag")
        if frame.aborted:
            self._forget_partial()
            return
        self._first = first
        self._too_large = self._too_large or len(self._partial) + len(payload) > self.most_bytes
        if self._too_large:
            self._partial.clear()
        else:
            self._partial += payload
        if frame.more:
            return
        if self._credit <= 0:
            raise Violation(TRANSFER_LIMIT_EXCEEDED, "a message without credit", "link")
        message, too_large = bytes(self._partial), self._too_large
        self._forget_partial()
        self._use_credit()
        # The flag counts if any frame of the delivery has it.
        settled = bool(frame.settled or first.settled)
        number = first.delivery_id
        if too_large:
            text = f"The received message exceeds the limit of {self.most_bytes} bytes."
            self._refuse(number, settled, AmqpError(MESSAGE_SIZE_EXCEEDED, text))
        else:
            self._take(number, settled, first.message_format or 0, message)

    def on_message(self, number: int, settled: bool, message_format: int, message: bytes) -> None:
        """Take a whole message. ``number``: its delivery id; an answer is due unless it is ``settled``.

        Raises:
            AmqpError: It is refused.
        """
        raise NotImplementedError

    def _take(self, number: int, settled: bool, message_format: int, message: bytes) -> None:
        try:
            self.on_message(number, settled, message_format, message)
        except AmqpError as error:
            self._refuse(number, settled, error)

    def _refuse(self, number: int, settled: bool, error: AmqpError) -> None:
        if settled:
            # Nobody waits for an answer, so the link is how the peer learns of it.
            raise Violation(error.condition, error.description, "link")
        self.session.reject(number, error)

    def _forget_partial(self) -> None:
        self._first = None
        self._too_large = False
        self._partial.clear()

    def _use_credit(self) -> None:
        self._delivery_count = (self._delivery_count + 1) % _SERIAL
        self._credit -= 1
        if self._credit < LINK_CREDIT // 2:
            self._credit = LINK_CREDIT
            self.send_flow()


class Egress(Link):
    """A link on which the peer receives."""

    def __init__(self, session: "Session", frame: Attach, path: str) -> None:
        super().__init__(session, frame, path)
        self.settles = frame.snd_settle_mode == _SETTLED
        """Whether deliveries are settled as they are sent."""
        self._delivery_count = 0
        self._credit = 0

    def answer(self) -> Attach:
        answer = super().answer()
        answer.initial_delivery_count = self._delivery_count
        return answer

    def send_flow(self) -> None:
        self.session.send_flow(handle=self.handle, delivery_count=self._delivery_count, link_credit=self._credit)

    def can_send(self) -> bool:
        """Tell whether the peer takes a message now."""
        return self._credit > 0 and not self.session.connection.paused and not self.session.outbox

    def on_flow(self, frame: Flow) -> None:
        """Take the peer's credit and use it."""
        if frame.link_credit is not None:
            start = frame.delivery_count if frame.delivery_count is not None else 0
            credit = (start + frame.link_credit - self._delivery_count) % _SERIAL
            # A peer that did not yet know of the last deliveries may have given fewer than were sent.
            self._credit = credit if credit < _SERIAL // 2 else 0
        self.resume()
        if frame.drain:
            self._delivery_count = (self._delivery_count + self._credit) % _SERIAL
            self._credit = 0
            self.session.send_flow(handle=self.handle, delivery_count=self._delivery_count, link_credit=0, drain=True)
        elif frame.echo:
            self.send_flow()

    def send(self, payload: bytes, tag: bytes, token: UUID | None) -> None:
        """Send a message; see ``Session.send_transfer``."""
        self._credit -= 1
        self._delivery_count = (self._delivery_count + 1) % _SERIAL
        self.session.send_transfer(self, payload, tag, token)

    def settle(self, number: int, token: UUID, outcome: Record, *, answer: bool) -> None:
        """Do what the peer says became of a delivery."""
