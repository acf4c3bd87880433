"""Messages as the Python worker receives them from Azure's host: a body and trigger metadata.

Names and types follow ``ServiceBusTriggerBindingStrategy`` of the Service Bus extension 5.x and the host's conversion
of .NET values for workers: nulls are left out; an array of texts becomes a collection without its empty texts, which
shifts the others (of a batch in which only some messages have a correlation id, the wrong ones show it, and an empty
body in a batch fails the call); the two UTC times have no zone, so that functions see naive ones.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeAlias

import orjson
from azure.functions.meta import Datum
from azure.servicebus import ServiceBusReceivedMessage
from azure.servicebus.amqp import AmqpMessageBodyType

#: .NET's ``DateTime.MaxValue``, when a message never expires.
NEVER = "9999-12-31T23:59:59.9999999"
_VIA_PARTITION_KEY = b"x-opt-via-partition-key"

Metadata: TypeAlias = dict[str, Datum]
_Octets: TypeAlias = bytes


@dataclass(frozen=True)
class Collection:
    """The worker's message for an array: one of its lists is filled."""

    string: Sequence[str] = field(default_factory=list[str])
    bytes: Sequence[_Octets] = field(default_factory=list[_Octets])
    sint64: Sequence[int] = field(default_factory=list[int])


def _text(value: Any) -> str | None:
    """Return an AMQP string, which the SDK gives as text or as bytes."""
    if value is None or isinstance(value, str):
        return value
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _json(value: Any) -> Datum:
    return Datum(orjson.dumps(value, default=str).decode(), "json")


def _time(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    text = moment.astimezone(UTC).replace(tzinfo=None).isoformat()
    return text.rstrip("0") if "." in text else text


def _property(value: Any) -> Any:
    if isinstance(value, bytes):  # AMQP strings and binaries look the same here
        try:
            return value.decode()
        except UnicodeDecodeError:
            return base64.b64encode(value).decode()
    return value


def _application_properties(message: ServiceBusReceivedMessage) -> dict[str, Any]:
    properties: Mapping[Any, Any] = message.application_properties or {}
    return {_text(key) or "": _property(value) for key, value in properties.items()}


def _texts(message: ServiceBusReceivedMessage) -> dict[str, str | None]:
    annotations: Mapping[Any, Any] = message.raw_amqp_message.annotations or {}
    subject = _text(message.subject)
    return {
        "DeadLetterSource": _text(message.dead_letter_source),
        "LockToken": _text(message.lock_token),
        "MessageId": _text(message.message_id),
        "ContentType": _text(message.content_type),
        "ReplyTo": _text(message.reply_to),
        "To": _text(message.to),
        "Subject": subject,
        "Label": subject,
        "CorrelationId": _text(message.correlation_id),
        "SessionId": _text(message.session_id),
        "ReplyToSessionId": _text(message.reply_to_session_id),
        "PartitionKey": _text(message.partition_key),
        "TransactionPartitionKey": _text(annotations.get(_VIA_PARTITION_KEY)),
    }


def _values(message: ServiceBusReceivedMessage) -> dict[str, Any]:
    enqueued, expires = _time(message.enqueued_time_utc), _time(message.expires_at_utc) or NEVER
    properties = _application_properties(message)
    return {
        # The wire counts deliveries that failed, .NET and with it the functions count this one too.
        "DeliveryCount": (message.delivery_count or 0) + 1,
        "EnqueuedTimeUtc": enqueued,
        "EnqueuedTime": None if enqueued is None else f"{enqueued}+00:00",
        "ExpiresAtUtc": expires,
        "ExpiresAt": f"{expires}+00:00",
        "ApplicationProperties": properties,
        "UserProperties": properties,
    }


def body_of(message: ServiceBusReceivedMessage) -> bytes:
    """Return the body's bytes.

    Raises:
        TypeError: The body is a value that is no text, or a sequence, to which no function parameter can be bound.
    """
    body: Any = message.body
    if message.body_type == AmqpMessageBodyType.DATA:
        return b"".join(body)
    if message.body_type == AmqpMessageBodyType.VALUE:
        if isinstance(body, str):
            return body.encode()
        if isinstance(body, bytes):
            return body
        raise TypeError(f"the message's body is an AMQP value of type {type(body).__name__}; expected text or bytes")
    raise TypeError("the message's body is an AMQP sequence; expected data or text")


def _body_text(message: ServiceBusReceivedMessage) -> str:
    return body_of(message).decode("utf-8", "replace")


def one_message(message: ServiceBusReceivedMessage, *, binary: bool) -> tuple[Datum, Metadata]:
    """Return body and trigger metadata for a function that takes one message.

    Raises:
        TypeError: The body cannot be bound.
    """
    body = Datum(body_of(message), "bytes") if binary else Datum(_body_text(message), "string")
    metadata = {name: Datum(text, "string") for name, text in _texts(message).items() if text is not None}
    values = _values(message) | {"SequenceNumber": message.sequence_number}
    metadata |= {name: _json(value) for name, value in values.items() if value is not None}
    return body, metadata


def many_messages(messages: Sequence[ServiceBusReceivedMessage], *, binary: bool) -> tuple[Datum, Metadata]:
    """Return bodies and trigger metadata for a function that takes a list of messages.

    Raises:
        TypeError: A body cannot be bound.
    """
    if binary:
        bodies = Datum(Collection(bytes=[body_of(message) for message in messages]), "collection_bytes")
    else:
        bodies = _strings([_body_text(message) for message in messages])
    texts, values = [_texts(message) for message in messages], [_values(message) for message in messages]
    metadata = {f"{name}Array": _strings([each[name] for each in texts]) for name in texts[0]}
    metadata |= {f"{name}Array": _json([each[name] for each in values]) for name in values[0]}
    numbers = [message.sequence_number or 0 for message in messages]
    metadata["SequenceNumberArray"] = Datum(Collection(sint64=numbers), "collection_sint64")
    return bodies, metadata


def _strings(texts: Sequence[str | None]) -> Datum:
    return Datum(Collection(string=[text for text in texts if text]), "collection_string")
