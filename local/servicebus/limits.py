"""The service's published limits, and ours where it names none."""

from dataclasses import dataclass

MAX_FRAME_BYTES = 65_536
"""Largest frame in either direction. A frame of the SASL layer must fit into SASL_FRAME_BYTES."""
SASL_FRAME_BYTES = 4_096
LEAST_MAX_FRAME_BYTES = 512
"""AMQP 1.0, 2.4.1: no peer may announce less."""

MESSAGE_BYTES = 262_144
"""Largest message, or batch of messages: the standard tier's."""
REQUEST_BYTES = MESSAGE_BYTES + 65_536
"""Largest management request: it may hold messages, or a session's state, of the full size."""
QUEUE_BYTES = 256 * 1024 * 1024
"""What a queue holds with its dead letters; they are kept in memory too."""
SESSION_STATE_BYTES = 262_144
NAME_CHARACTERS = 128
"""Message ids and session ids."""

NESTING = 32
"""Levels of lists, maps, arrays and described values."""
ELEMENTS = 65_536
"""Elements of one list, map or array."""

CHANNELS = 64
"""Sessions of a connection."""
LINKS = 255
"""Links of a session."""
LINK_CREDIT = 1_000
INCOMING_WINDOW = 5_000
"""Transfer frames a session takes before it says that it takes more."""
WAITING_ANSWERS = 1_000
"""Answers to management requests for which the peer has given no credit."""

SESSION_WAIT_S = 65.0
"""How long a receiver waits for any session when it does not say itself."""

PEEKED_MESSAGES = 250
PEEKED_BYTES = 262_144
SESSIONS_PAGE = 100
"""Session ids in one answer."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many connections a broker takes, and how long it waits for each."""

    connections: int = 1_000
    handshake_s: float = 30.0
    """From connecting to the open frame."""
    idle_s: float = 240.0
    """A connection on which nothing came for so long is closed. Peers are told half of it (AMQP 1.0, 2.4.5)."""
    linger_s: float = 2.0
    """How long a peer that was told to go may take to read why."""
