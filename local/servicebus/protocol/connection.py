"""One connection: headers, SASL, open and close, and the frames of its sessions."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from enum import Enum, auto
from typing import cast

from local.servicebus.codec import frames
from local.servicebus.codec.constructors import SYMBOL8
from local.servicebus.codec.frames import Frame, FrameBuffer
from local.servicebus.codec.performatives import (
    Attach,
    Begin,
    Close,
    Detach,
    Disposition,
    End,
    Flow,
    Open,
    SaslInit,
    SaslMechanisms,
    SaslOutcome,
    Transfer,
    error_value,
)
from local.servicebus.codec.records import Record, descriptor_of
from local.servicebus.codec.types import Array, Described, Symbol
from local.servicebus.errors import (
    CONNECTION_FORCED,
    FRAMING_ERROR,
    ILLEGAL_STATE,
    INTERNAL_ERROR,
    INVALID_FIELD,
    NOT_IMPLEMENTED,
    RESOURCE_LIMIT,
    UNAUTHORIZED,
    AmqpError,
    Violation,
)
from local.servicebus.limits import (
    CHANNELS,
    LEAST_MAX_FRAME_BYTES,
    MAX_FRAME_BYTES,
    NAME_CHARACTERS,
    SASL_FRAME_BYTES,
)
from local.servicebus.protocol.session import Session
from local.servicebus.sas import Claim
from local.servicebus.service import Service

log = logging.getLogger(__name__)

# Authentication is by tokens sent to $cbs; MSSBCBS is how the .NET client asks for that.
_MECHANISMS = ("MSSBCBS", "ANONYMOUS")
_SASL_OK, _SASL_REFUSED = 0, 1
# A claim is looked at a little after its end, so that it has ended by any clock.
_CLAIM_GRACE_S = 0.01
# However short a peer's idle time-out, a heartbeat is not sent more often.
_LEAST_HEARTBEAT_S = 0.25
_CONTAINER = "fanwise-servicebus"
# Where tokens are sent to needs none.
CBS = "$cbs"


class _Stage(Enum):
    HEADER = auto()
    SASL_INIT = auto()
    AMQP_HEADER = auto()
    OPEN = auto()
    OPENED = auto()
    CLOSED = auto()


class Connection(asyncio.Protocol):
    """``left`` is told when it is over."""

    def __init__(self, service: Service, left: Callable[["Connection"], None], *, full: bool = False) -> None:
        self.service = service
        self.sessions: dict[int, Session] = {}
        self.paused = False
        """The peer reads more slowly than it is sent to."""
        self.max_frame = LEAST_MAX_FRAME_BYTES
        """Largest frame that the peer takes, in bytes."""
        self._bounds = service.bounds
        self._ended: set[int] = set()
        self._left = left
        self._full = full
        self._claims: dict[str, Claim] = {}
        self._stage = _Stage.HEADER
        self._buffer = FrameBuffer(SASL_FRAME_BYTES)
        self._out = bytearray()
        self._flushing = False
        self._hung_up = False
        self._tick: asyncio.TimerHandle | None = None
        self._claims_timer: asyncio.TimerHandle | None = None
        self._heard = 0.0
        self._heartbeat_s: float | None = None
        self._transport: asyncio.Transport | None = None

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        loop = self.service.loop
        self._heard = loop.time()
        self._tick = loop.call_later(self._bounds.handshake_s, self._check_handshake)

    def data_received(self, data: bytes) -> None:
        if self._stage is _Stage.CLOSED:
            return
        self._heard = self.service.loop.time()
        self._buffer.feed(data)
        try:
            while self._step():
                pass
        except Violation as violation:
            self.fail(violation)
        except Exception:
            # The boundary: whatever a peer sends may end its own connection, never the broker.
            log.exception("a frame could not be handled")
            self.fail(Violation(INTERNAL_ERROR, "The broker could not handle a frame."))
        self.service.set_timer()

    def pause_writing(self) -> None:
        self.paused = True
        # A peer that does not read its answers cannot ask for more of them.
        if self._transport is not None:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        self.paused = False
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()
        for session in list(self.sessions.values()):
            session.resume()

    def eof_received(self) -> bool:
        """Close, as soon as everything is sent."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is not None:
            log.info("connection lost: %s", exc)
        self._end()
        self._transport = None
        self._left(self)
        self.service.set_timer()

    # What sessions and links use

    def send(self, channel: int, record: Record, payload: bytes = b"") -> None:
        """Send a frame."""
        self.write(frames.build(channel, record, payload))

    def authorize(self, path: str) -> None:
        """Raise unless the peer has sent a token for this address.

        Raises:
            AmqpError: It has not, or the token is too old.
        """
        signatures = self.service.signatures
        if signatures is None or path.lower() == CBS:
            return
        now = self.service.now()
        if not any(claim.covers(path) and claim.expires > now for claim in self._claims.values()):
            raise AmqpError(
                UNAUTHORIZED,
                f"Unauthorized access. No token was sent that covers '{path[:NAME_CHARACTERS]}'.",
            )

    def add_claim(self, claim: Claim) -> None:
        """Keep what a token allows; links that need it end when it does."""
        self._claims[claim.path] = claim
        self._set_claims_timer()

    def fail(self, error: AmqpError) -> None:
        """Tell the peer why and hang up."""
        if self._stage is _Stage.CLOSED:
            return
        log.warning("connection ended: %s", error)
        if self._stage is _Stage.OPEN:
            self._send_open()
        if self._stage in (_Stage.OPEN, _Stage.OPENED):
            self.send(0, Close(error_value(error)))
        self._end()
        self._hang_up(linger=True)

    def abort(self) -> None:
        """Cut the connection, as a failing network does."""
        self._end()
        if self._transport is not None:
            self._transport.abort()

    # From bytes to frames

    def _step(self) -> bool:
        """Handle the next header or frame; False when there is none, or none is to be."""
        if self._stage is _Stage.CLOSED:
            return False
        if self._stage in (_Stage.HEADER, _Stage.AMQP_HEADER):
            header = self._buffer.header()
            if header is not None:
                self._on_header(header)
            return header is not None
        frame = self._buffer.frame()
        if frame is None:
            return False
        if self._stage is _Stage.SASL_INIT:
            self._on_sasl(frame)
        else:
            self._on_frame(frame)
        return True

    def _on_header(self, header: bytes) -> None:
        expected = frames.SASL_HEADER if self._stage is _Stage.HEADER else frames.AMQP_HEADER
        # AMQP 1.0, 2.2: a peer that expects another header answers with the one it expects and closes.
        self.write(expected)
        if header != expected:
            self._stage = _Stage.CLOSED
            self._hang_up()
        elif self._stage is _Stage.HEADER:
            self._stage = _Stage.SASL_INIT
            mechanisms = Array(SYMBOL8, tuple(Symbol(name) for name in _MECHANISMS))
            self.write(frames.build(0, SaslMechanisms(mechanisms), kind=frames.SASL))
        else:
            self._stage = _Stage.OPEN
            self._buffer.most = MAX_FRAME_BYTES

    def _on_sasl(self, frame: Frame) -> None:
        body, _ = frames.parse_body(frame.body)
        if frame.kind != frames.SASL or descriptor_of(body) != SaslInit.DESCRIPTOR:
            raise Violation(FRAMING_ERROR, "expected sasl-init")
        known = frames.read(SaslInit, body).mechanism in _MECHANISMS
        self.write(frames.build(0, SaslOutcome(_SASL_OK if known else _SASL_REFUSED), kind=frames.SASL))
        self._stage = _Stage.AMQP_HEADER if known else _Stage.CLOSED
        if not known:
            self._hang_up()

    def _on_frame(self, frame: Frame) -> None:
        if frame.kind != frames.AMQP:
            raise Violation(FRAMING_ERROR, f"a frame of type {frame.kind}")
        if not frame.body:
            return
        body, payload = frames.parse_body(frame.body)
        descriptor = descriptor_of(body)
        if self._stage is _Stage.OPEN:
            if descriptor != Open.DESCRIPTOR:
                raise Violation(ILLEGAL_STATE, "the first frame must be open")
            self._on_open(frames.read(Open, body))
        elif descriptor == Close.DESCRIPTOR:
            self.send(0, Close())
            self._end()
            self._hang_up()
        elif descriptor == Begin.DESCRIPTOR:
            self._on_begin(frame.channel, frames.read(Begin, body))
        else:
            session = self.sessions.get(frame.channel)
            if session is None:
                # The Python SDK detaches its links after it has ended their session.
                if frame.channel in self._ended:
                    return
                raise Violation(ILLEGAL_STATE, f"no session has begun on channel {frame.channel}")
            self._on_session_frame(session, descriptor, body, payload)

    def _on_session_frame(self, session: Session, descriptor: int, body: Described, payload: bytes) -> None:
        try:
            self._dispatch(session, descriptor, body, payload)
        except Violation as violation:
            if violation.scope != "session":
                raise
            self._end_session(session, violation)

    def _dispatch(self, session: Session, descriptor: int, body: Described, payload: bytes) -> None:
        if descriptor == Transfer.DESCRIPTOR:
            session.on_transfer(frames.read(Transfer, body), payload)
        elif descriptor == Disposition.DESCRIPTOR:
            session.on_disposition(frames.read(Disposition, body))
        elif descriptor == Flow.DESCRIPTOR:
            session.on_flow(frames.read(Flow, body))
        elif descriptor == Attach.DESCRIPTOR:
            session.on_attach(frames.read(Attach, body))
        elif descriptor == Detach.DESCRIPTOR:
            session.on_detach(frames.read(Detach, body))
        elif descriptor == End.DESCRIPTOR:
            self._end_session(session, None)
        else:
            raise Violation(NOT_IMPLEMENTED, f"a frame with descriptor 0x{descriptor & 0xFFFF:02x}")

    def _on_open(self, opened: Open) -> None:
        if opened.max_frame_size < LEAST_MAX_FRAME_BYTES:
            raise Violation(INVALID_FIELD, f"max-frame-size must be at least {LEAST_MAX_FRAME_BYTES}")
        self.max_frame = min(opened.max_frame_size, MAX_FRAME_BYTES)
        if self._full:
            raise Violation(RESOURCE_LIMIT, "The broker has as many connections as it takes.")
        self._send_open()
        self._stage = _Stage.OPENED
        if opened.idle_time_out:
            # Half of the peer's time-out, so that a late heartbeat is still in time.
            self._heartbeat_s = max(opened.idle_time_out / 2000, _LEAST_HEARTBEAT_S)
        if self._tick is not None:
            self._tick.cancel()
        self._keep_alive()

    def _send_open(self) -> None:
        self.send(
            0,
            Open(
                _CONTAINER,
                max_frame_size=MAX_FRAME_BYTES,
                channel_max=CHANNELS - 1,
                idle_time_out=round(self._bounds.idle_s * 500),
            ),
        )

    def _on_begin(self, channel: int, begun: Begin) -> None:
        if channel >= CHANNELS:
            raise Violation(RESOURCE_LIMIT, f"channel {channel}, the highest is {CHANNELS - 1}")
        if channel in self.sessions:
            raise Violation(ILLEGAL_STATE, f"a session has begun on channel {channel} before")
        self._ended.discard(channel)
        session = self.sessions[channel] = Session(self, channel, begun)
        session.begin()

    def _end_session(self, session: Session, violation: Violation | None) -> None:
        """Answer an end, or end a session that broke the protocol."""
        self.sessions.pop(session.channel, None)
        self._ended.add(session.channel)
        session.close()
        self.send(session.channel, End(None if violation is None else error_value(violation)))

    # Time

    def _check_handshake(self) -> None:
        if self._stage is not _Stage.OPENED:
            self.fail(Violation(CONNECTION_FORCED, f"no open frame within {self._bounds.handshake_s:g} s"))

    def _keep_alive(self) -> None:
        loop, idle_s = self.service.loop, self._bounds.idle_s
        if loop.time() - self._heard > idle_s:
            self.fail(Violation(CONNECTION_FORCED, f"The connection was inactive for more than {idle_s:g} s."))
            return
        if self._heartbeat_s is not None:
            self.write(frames.HEARTBEAT)
        self._tick = loop.call_later(min(self._heartbeat_s or idle_s, idle_s / 8), self._keep_alive)

    def _set_claims_timer(self) -> None:
        if self._claims_timer is not None:
            self._claims_timer.cancel()
        if self._claims:
            wait_s = min(claim.expires for claim in self._claims.values()) - self.service.now()
            self._claims_timer = self.service.loop.call_later(max(wait_s, 0) + _CLAIM_GRACE_S, self._check_claims)

    def _check_claims(self) -> None:
        now = self.service.now()
        self._claims = {path: claim for path, claim in self._claims.items() if claim.expires > now}
        self._set_claims_timer()
        for session in list(self.sessions.values()):
            session.check_claims()

    # The end

    def _end(self) -> None:
        self._stage = _Stage.CLOSED
        for timer in (self._tick, self._claims_timer):
            if timer is not None:
                timer.cancel()
        for session in list(self.sessions.values()):
            session.close()
        self.sessions.clear()

    def _hang_up(self, *, linger: bool = False) -> None:
        """Close the connection. ``linger``: after the peer has had time to read why, though it may still be sending."""
        self._flush()
        self._hung_up = True
        if self._transport is None or self._transport.is_closing():
            return
        if linger and self._transport.can_write_eof():
            # Closed with bytes of the peer unread, the socket would be reset, and the reason lost on its way.
            with suppress(OSError):  # the peer is gone already
                self._transport.write_eof()
            self._transport.resume_reading()
        else:
            self._transport.close()
        # Neither waits for a peer that reads nothing.
        self._tick = self.service.loop.call_later(self._bounds.linger_s, self._transport.abort)

    def write(self, data: bytes) -> None:
        """Send bytes, along with the others of this turn of the loop; none after the broker has hung up."""
        if self._hung_up:
            return
        self._out += data
        if not self._flushing:
            self._flushing = True
            self.service.loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._flushing = False
        if self._out and self._transport is not None and not self._transport.is_closing():
            self._transport.write(bytes(self._out))
        self._out.clear()
