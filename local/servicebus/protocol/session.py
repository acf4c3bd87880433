"""A session: its links, its windows, and the deliveries whose outcome is open."""

from collections import deque
from typing import TYPE_CHECKING
from uuid import UUID

from local.servicebus.codec.frames import build
from local.servicebus.codec.performatives import (
    Accepted,
    Attach,
    Begin,
    Detach,
    Disposition,
    Flow,
    Rejected,
    Transfer,
    error_value,
)
from local.servicebus.codec.records import Record
from local.servicebus.errors import (
    HANDLE_IN_USE,
    RESOURCE_LIMIT,
    UNATTACHED_HANDLE,
    WINDOW_VIOLATION,
    AmqpError,
    Violation,
)
from local.servicebus.limits import INCOMING_WINDOW, LINKS
from local.servicebus.protocol.attaching import attach
from local.servicebus.protocol.link import Egress, Ingress, Link
from local.servicebus.protocol.outcomes import outcome_of

if TYPE_CHECKING:
    from local.servicebus.protocol.connection import Connection

_SERIAL = 2**32
# What a transfer's performative and the frame's header take at most, with a delivery tag of 32 bytes.
_TRANSFER_OVERHEAD = 96


class Session:
    """``begun``: the peer's frame."""

    def __init__(self, connection: "Connection", channel: int, begun: Begin) -> None:
        self.connection = connection
        self.channel = channel
        self.links: dict[int, Link] = {}
        """By handle; the peer's handle and ours are the same number."""
        self.outbox: deque[bytes] = deque()
        """Transfer frames for which the peer's window is closed."""
        self._next_incoming_id = begun.next_outgoing_id
        self._incoming_window = INCOMING_WINDOW
        self._next_outgoing_id = 0
        self._remote_window = begun.incoming_window
        self._handle_max = min(begun.handle_max, LINKS - 1)
        self._next_delivery_id = 0
        self._unsettled: dict[int, tuple[Egress, UUID]] = {}

    def begin(self) -> None:
        """Answer the peer's begin."""
        self._send(Begin(self.channel, self._next_outgoing_id, INCOMING_WINDOW, INCOMING_WINDOW, LINKS - 1))

    def close(self) -> None:
        """End every link."""
        for link in list(self.links.values()):
            link.closed()
        self.links.clear()
        self._unsettled.clear()
        self.outbox.clear()

    def resume(self) -> None:
        """Go on sending after the peer has caught up."""
        for link in list(self.links.values()):
            link.resume()

    def check_claims(self) -> None:
        """End the links whose token is too old."""
        for link in list(self.links.values()):
            try:
                self.connection.authorize(link.path)
            except AmqpError as error:
                self.detach(link, error)

    # Frames that come

    def on_attach(self, frame: Attach) -> None:
        if frame.handle > self._handle_max:
            raise Violation(RESOURCE_LIMIT, f"handle {frame.handle}, the highest is {self._handle_max}", "session")
        if frame.handle in self.links:
            raise Violation(HANDLE_IN_USE, f"handle {frame.handle} is in use", "session")
        try:
            link = attach(self, frame)
        except AmqpError as error:
            self.refuse(frame, error)
            return
        self.links[frame.handle] = link
        link.start()

    def on_detach(self, frame: Detach) -> None:
        link = self.links.pop(frame.handle, None)
        if link is not None:
            self._forget(link)
            link.closed()
            self._send(Detach(frame.handle, closed=frame.closed))

    def on_flow(self, frame: Flow) -> None:
        start = frame.next_incoming_id if frame.next_incoming_id is not None else 0
        window = (start + frame.incoming_window - self._next_outgoing_id) % _SERIAL
        # Negative, in serial numbers: the peer has made its window smaller than what is under way.
        self._remote_window = window if window < _SERIAL // 2 else 0
        self._empty_outbox()
        if frame.handle is None:
            if frame.echo:
                self.send_flow()
            self.resume()
            return
        link = self._link(frame.handle)
        if isinstance(link, Egress):
            link.on_flow(frame)
        elif frame.echo:
            link.send_flow()

    def on_transfer(self, frame: Transfer, payload: bytes) -> None:
        if self._incoming_window <= 0:
            raise Violation(WINDOW_VIOLATION, "more transfers than the window allows", "session")
        self._next_incoming_id = (self._next_incoming_id + 1) % _SERIAL
        self._incoming_window -= 1
        link = self._link(frame.handle)
        if not isinstance(link, Ingress):
            raise Violation(UNATTACHED_HANDLE, f"handle {frame.handle} takes no transfers", "session")
        try:
            link.on_transfer(frame, payload)
        except Violation as violation:
            if violation.scope != "link":
                raise
            self.detach(link, violation)
        if self._incoming_window < INCOMING_WINDOW // 2:
            self._incoming_window = INCOMING_WINDOW
            self.send_flow()

    def on_disposition(self, frame: Disposition) -> None:
        if not frame.role:
            # The peer settles what it sent; we have settled it ourselves before.
            return
        last = frame.first if frame.last is None else frame.last
        if last == frame.first:
            numbers = [frame.first]
        else:
            # Walk what we know, not the peer's range.
            numbers = [number for number in self._unsettled if frame.first <= number <= last]
        if frame.state is None and not frame.settled:
            return
        outcome = outcome_of(frame.state)
        if outcome is None:
            return
        for number in numbers:
            entry = self._unsettled.pop(number, None)
            if entry is not None:
                link, token = entry
                link.settle(number, token, outcome, answer=not frame.settled)

    # Frames that go

    def send_flow(self, **link_fields: int | bool) -> None:
        """Tell the peer our windows and, with ``handle`` and others, the state of a link."""
        self._send(
            Flow(
                self._next_incoming_id,
                self._incoming_window,
                self._next_outgoing_id,
                INCOMING_WINDOW,
                **link_fields,  # pyright: ignore[reportArgumentType]
            )
        )

    def send_attach(self, frame: Attach) -> None:
        self._send(frame)

    def send_outcome(self, delivery_id: int, outcome: Record, *, role: bool) -> None:
        """Settle a delivery. ``role``: true for one that came."""
        if self.channel in self.connection.sessions:
            self._send(Disposition(role, delivery_id, delivery_id, True, outcome.to_value()))

    def accept(self, delivery_id: int) -> None:
        """A message that came is kept."""
        self.send_outcome(delivery_id, Accepted(), role=True)

    def reject(self, delivery_id: int, error: AmqpError) -> None:
        """A message that came is refused."""
        outcome = Rejected(error_value(error))
        self.send_outcome(delivery_id, outcome, role=True)

    def send_transfer(self, link: Egress, payload: bytes, tag: bytes, token: UUID | None) -> None:
        """Send a message; ``token``: the lock that its outcome settles, None when it is settled already."""
        number = self._next_delivery_id
        self._next_delivery_id = (number + 1) % _SERIAL
        if token is not None:
            self._unsettled[number] = link, token
        room = self.connection.max_frame - _TRANSFER_OVERHEAD
        for start in range(0, len(payload), room):
            more = start + room < len(payload)
            if start == 0:
                record = Transfer(link.handle, number, tag, 0, settled=token is None, more=more)
            else:
                record = Transfer(link.handle, more=more)
            self.outbox.append(build(self.channel, record, payload[start : start + room]))
        self._empty_outbox()

    def detach(self, link: Link, error: AmqpError) -> None:
        """End a link and say why."""
        if self.links.pop(link.handle, None) is not None:
            self._forget(link)
            link.closed()
            self._send(Detach(link.handle, True, error_value(error)))

    def withdraw(self, link: Link, error: AmqpError) -> None:
        """Refuse a link whose attach is not answered yet."""
        if self.links.pop(link.handle, None) is not None:
            self.refuse(link.frame, error)

    def refuse(self, frame: Attach, error: AmqpError) -> None:
        """Answer an attach as AMQP has it: attached to nothing, then detached with the error."""
        answer = Attach(frame.name, frame.handle, not frame.role, frame.snd_settle_mode, frame.rcv_settle_mode)
        if frame.role:
            answer.initial_delivery_count = 0
            answer.target = frame.target
        else:
            answer.source = frame.source
        self._send(answer)
        self._send(Detach(frame.handle, True, error_value(error)))

    def _link(self, handle: int) -> Link:
        link = self.links.get(handle)
        if link is None:
            raise Violation(UNATTACHED_HANDLE, f"no link is attached at handle {handle}", "session")
        return link

    def _forget(self, link: Link) -> None:
        for number in [number for number, (owner, _) in self._unsettled.items() if owner is link]:
            del self._unsettled[number]

    def _empty_outbox(self) -> None:
        while self.outbox and self._remote_window > 0:
            self.connection.write(self.outbox.popleft())
            self._remote_window -= 1
            self._next_outgoing_id = (self._next_outgoing_id + 1) % _SERIAL

    def _send(self, record: Record) -> None:
        self.connection.send(self.channel, record)
