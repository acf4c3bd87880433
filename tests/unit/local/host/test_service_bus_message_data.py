"""What a function sees of a message, read by azure-functions' own converter."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import azure.functions as func
import pytest
from azure.functions.servicebus import ServiceBusMessageInConverter
from azure.servicebus import ServiceBusReceivedMessage
from azure.servicebus._pyamqp._encode import encode_payload
from azure.servicebus._pyamqp.message import Header, Message, Properties

from local.host.service_bus.message_data import many_messages, one_message

ENQUEUED = datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)


def received(number: int = 7, *, failures: int = 0, ttl: timedelta | None = None, application: Any = None,
             **sections: Any) -> ServiceBusReceivedMessage:  # fmt: skip
    """Return a message as it comes off the wire; ``sections``: AMQP properties, or data, value, sequence."""
    bodies = {name: sections.pop(name) for name in ("data", "value", "sequence") if name in sections}
    ttl_ms = None if ttl is None else int(ttl.total_seconds() * 1000)
    message = Message(
        header=Header(delivery_count=failures, ttl=ttl_ms),
        message_annotations={
            b"x-opt-sequence-number": {"TYPE": "LONG", "VALUE": number},
            b"x-opt-enqueued-time": {"TYPE": "TIMESTAMP", "VALUE": int(ENQUEUED.timestamp() * 1000)},
        },
        properties=Properties(**{"message_id": f"m{number}", **sections}),
        application_properties=application,
        **(bodies or {"data": [b"{}"]}),
    )
    encoded = bytearray()
    encode_payload(encoded, message)
    return ServiceBusReceivedMessage.from_bytes(bytes(encoded))


def seen(message: ServiceBusReceivedMessage, *, binary: bool = False) -> func.ServiceBusMessage:
    data, metadata = one_message(message, binary=binary)
    return ServiceBusMessageInConverter.decode(data, trigger_metadata=metadata)


def all_seen(*messages: ServiceBusReceivedMessage, binary: bool = False) -> list[func.ServiceBusMessage]:
    data, metadata = many_messages(messages, binary=binary)
    return ServiceBusMessageInConverter.decode(data, trigger_metadata=metadata)


def test_every_property_that_was_sent_is_seen() -> None:
    message = seen(
        received(
            data=[b'{"k":', b" 1}"], subject="s", to="t", reply_to="r", correlation_id="c",
            content_type="application/json", group_id="session", reply_to_group_id="back", ttl=timedelta(days=14),
        )
    )  # fmt: skip
    assert message.get_body() == b'{"k": 1}'
    assert (message.message_id, message.sequence_number) == ("m7", 7)
    assert (message.subject, message.label, message.to, message.reply_to) == ("s", "s", "t", "r")
    assert (message.correlation_id, message.content_type) == ("c", "application/json")
    assert (message.session_id, message.reply_to_session_id) == ("session", "back")
    assert message.enqueued_time_utc == ENQUEUED.replace(tzinfo=None)
    assert message.expires_at_utc == (ENQUEUED + timedelta(days=14)).replace(tzinfo=None)


def test_what_was_not_sent_is_none() -> None:
    message = seen(received())
    assert (message.correlation_id, message.session_id, message.subject, message.content_type) == (None,) * 4
    assert (message.application_properties, message.user_properties) == ({}, {})
    assert message.metadata is not None
    assert "SessionId" not in message.metadata


@pytest.mark.parametrize(("failures", "count"), [(0, 1), (2, 3)])
def test_delivery_count_includes_this_delivery(failures: int, count: int) -> None:
    assert seen(received(failures=failures)).delivery_count == count


def test_message_without_time_to_live_expires_at_the_end_of_time() -> None:
    assert seen(received()).expires_at_utc == datetime.max  # noqa: DTZ901 - naive, as on Azure


def test_application_properties_keep_their_types() -> None:
    sent = {"text": "é", "int": 3, "float": 0.5, "bool": True, "none": None, "octets": b"\xff\x00"}
    properties = {"text": "é", "int": 3, "float": 0.5, "bool": True, "none": None, "octets": "/wA="}
    message = seen(received(application=sent))
    assert message.application_properties == properties
    assert message.user_properties == properties


@pytest.mark.parametrize(
    ("body", "text"),
    [({"data": [b"\xff!"]}, "\ufffd!"), ({"data": [b""]}, ""), ({"value": "é"}, "é")],
    ids=["no utf-8", "empty", "amqp value"],
)
def test_body_is_text_unless_bytes_are_asked_for(body: dict[str, Any], text: str) -> None:
    assert seen(received(**body)).get_body() == text.encode()


def test_binary_body_stays_as_it_is() -> None:
    assert seen(received(data=[b"\xff\x00"]), binary=True).get_body() == b"\xff\x00"
    assert all_seen(received(data=[b"\xff\x00"]), binary=True)[0].get_body() == b"\xff\x00"


@pytest.mark.parametrize("body", [{"value": 7}, {"sequence": [[1, 2]]}])
def test_body_that_is_neither_data_nor_text_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="expected"):
        seen(received(**body))


def test_batch_becomes_a_list_in_order() -> None:
    messages = all_seen(*(received(n, failures=n, data=[b"%d" % n], application={"n": n}) for n in (1, 2, 3)))
    assert [m.get_body() for m in messages] == [b"1", b"2", b"3"]
    assert [m.message_id for m in messages] == ["m1", "m2", "m3"]
    assert [m.sequence_number for m in messages] == [1, 2, 3]
    assert [m.delivery_count for m in messages] == [2, 3, 4]
    assert [m.application_properties for m in messages] == [{"n": 1}, {"n": 2}, {"n": 3}]
    assert {m.enqueued_time_utc for m in messages} == {ENQUEUED.replace(tzinfo=None)}


def test_texts_that_only_some_of_a_batch_have_shift_as_on_azure() -> None:
    messages = all_seen(received(1), received(2, correlation_id="of the second"))
    assert [m.correlation_id for m in messages] == ["of the second", None]


def test_metadata_of_one_message_is_what_the_extension_sends() -> None:
    _, metadata = one_message(received(content_type="a/b"), binary=False)
    assert metadata["UserProperties"].type == metadata["DeliveryCount"].type == "json"
    assert metadata["ContentType"].type == metadata["MessageId"].type == "string"
    assert json.loads(metadata["EnqueuedTime"].value) == "2026-01-02T03:04:05.678+00:00"
    assert "LockedUntil" not in metadata
