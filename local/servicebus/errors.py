"""What the broker refuses, in the conditions of AMQP and of Service Bus."""

from typing import Literal

DECODE_ERROR = "amqp:decode-error"
FRAMING_ERROR = "amqp:connection:framing-error"
CONNECTION_FORCED = "amqp:connection:forced"
RESOURCE_LIMIT = "amqp:resource-limit-exceeded"
NOT_FOUND = "amqp:not-found"
NOT_ALLOWED = "amqp:not-allowed"
NOT_IMPLEMENTED = "amqp:not-implemented"
INVALID_FIELD = "amqp:invalid-field"
ILLEGAL_STATE = "amqp:illegal-state"
INTERNAL_ERROR = "amqp:internal-error"
UNAUTHORIZED = "amqp:unauthorized-access"
UNATTACHED_HANDLE = "amqp:session:unattached-handle"
HANDLE_IN_USE = "amqp:session:handle-in-use"
WINDOW_VIOLATION = "amqp:session:window-violation"
MESSAGE_SIZE_EXCEEDED = "amqp:link:message-size-exceeded"
TRANSFER_LIMIT_EXCEEDED = "amqp:link:transfer-limit-exceeded"

DEAD_LETTER = "com.microsoft:dead-letter"
TIMEOUT = "com.microsoft:timeout"
SERVER_BUSY = "com.microsoft:server-busy"
ARGUMENT_ERROR = "com.microsoft:argument-error"
ARGUMENT_OUT_OF_RANGE = "com.microsoft:argument-out-of-range"
MESSAGE_LOCK_LOST = "com.microsoft:message-lock-lost"
MESSAGE_NOT_FOUND = "com.microsoft:message-not-found"
SESSION_LOCK_LOST = "com.microsoft:session-lock-lost"
SESSION_CANNOT_BE_LOCKED = "com.microsoft:session-cannot-be-locked"

# The status with which a management request that met the condition is answered; 400 for the others.
_STATUS = {
    NOT_FOUND: 404,
    MESSAGE_NOT_FOUND: 404,
    MESSAGE_LOCK_LOST: 410,
    SESSION_LOCK_LOST: 410,
    SESSION_CANNOT_BE_LOCKED: 410,
    UNAUTHORIZED: 401,
    RESOURCE_LIMIT: 403,
    MESSAGE_SIZE_EXCEEDED: 413,
    NOT_IMPLEMENTED: 501,
    SERVER_BUSY: 503,
    TIMEOUT: 408,
    INTERNAL_ERROR: 500,
}


class AmqpError(Exception):
    """A request that cannot be done; the caller is told ``condition`` and ``description``."""

    def __init__(self, condition: str, description: str) -> None:
        super().__init__(f"{condition}: {description}")
        self.condition = condition
        self.description = description

    @property
    def status(self) -> int:
        """The status code of a management answer."""
        return _STATUS.get(self.condition, 400)


class Violation(AmqpError):
    """A peer that broke the protocol; ends what ``scope`` says, and nothing else."""

    def __init__(
        self, condition: str, description: str, scope: Literal["connection", "session", "link"] = "connection"
    ) -> None:
        super().__init__(condition, description)
        self.scope = scope


class DecodeError(Violation):
    """Bytes that are no AMQP."""

    def __init__(self, description: str) -> None:
        super().__init__(DECODE_ERROR, description)
