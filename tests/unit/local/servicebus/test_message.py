"""A message's bytes: what the broker reads of them, what it leaves alone, what it adds."""

import pytest

from local.servicebus.codec.decode import decode
from local.servicebus.codec.encode import encode
from local.servicebus.codec.types import Described, Map, Symbol, Timestamp, UByte, UInt, ULong, Value
from local.servicebus.errors import AmqpError, DecodeError
from local.servicebus.message import (
    APPLICATION_PROPERTIES,
    DATA,
    FOOTER,
    HEADER,
    MESSAGE_ANNOTATIONS,
    PROPERTIES,
    SEQUENCE,
    VALUE,
    Stamp,
    batched,
    parse,
    render,
    sections,
    with_application_properties,
)

STAMP = Stamp(sequence=7, enqueued=1.5, delivery_count=2, state=0, ttl_s=60, locked_until=31.5)


def section(number: int, value: Value) -> bytes:
    return encode(Described(ULong(number), value))


BARE = (
    section(PROPERTIES, ["id", None, None, None, None, None, None, None, None, None, "session"])
    + section(APPLICATION_PROPERTIES, Map((("k", UInt(1)), ("DeadLetterReason", "forged"))))
    + section(DATA, b"one")
    + section(DATA, b"two")
    + section(FOOTER, Map(((Symbol("f"), True),)))
)


def value_of(payload: bytes, number: int) -> Value:
    return next(decode(payload, content)[0] for code, _, content, _ in sections(payload) if code == number)


def test_ids_time_and_schedule_are_read():
    payload = (
        section(HEADER, [True, UByte(9), UInt(1500)])
        + section(MESSAGE_ANNOTATIONS, Map(((Symbol("x-opt-scheduled-enqueue-time"), Timestamp(2500)),)))
        + BARE
    )
    incoming = parse(payload)
    assert (incoming.message_id, incoming.session_id) == ("id", "session")
    assert (incoming.ttl_s, incoming.scheduled) == (1.5, 2.5)
    assert (incoming.content.durable, incoming.content.priority) == (True, 9)


def test_bare_message_is_passed_on_byte_for_byte():
    # Encoded longer than it need be: a broker that decoded and encoded would shorten it.
    wide = b"\x00\x80\x00\x00\x00\x00\x00\x00\x00\x75\xb0\x00\x00\x00\x01x"
    assert parse(wide).content.bare == wide
    assert render(parse(wide).content, STAMP).endswith(wide)
    assert parse(section(HEADER, []) + BARE).content.bare == BARE


def test_receiver_gets_the_header_and_annotations_of_the_broker():
    rendered = render(parse(BARE).content, STAMP)
    assert value_of(rendered, HEADER) == [None, None, 60_000, False, 2]
    annotations = value_of(rendered, MESSAGE_ANNOTATIONS)
    assert isinstance(annotations, Map)
    assert annotations.get("x-opt-sequence-number") == 7
    assert annotations.get("x-opt-enqueued-time") == Timestamp(1500)
    assert annotations.get("x-opt-locked-until") == Timestamp(31_500)
    assert annotations.get("x-opt-message-state") == 0


def test_first_delivery_says_so():
    header = value_of(render(parse(BARE).content, Stamp(1, 0, 0, 0)), HEADER)
    assert header == [None, None, None, True, 0]


def test_annotations_of_the_sender_are_kept_save_those_of_the_broker():
    sent = Map(((Symbol("x-mine"), UInt(5)), (Symbol("x-opt-sequence-number"), UInt(1)), (UInt(9), None)))
    annotations = value_of(render(parse(section(MESSAGE_ANNOTATIONS, sent) + BARE).content, STAMP), MESSAGE_ANNOTATIONS)
    assert isinstance(annotations, Map)
    assert annotations.get("x-opt-sequence-number") == 7
    assert (Symbol("x-mine"), UInt(5)) in annotations.pairs
    assert (UInt(9), None) in annotations.pairs
    assert len(annotations.pairs) == 6


def test_time_to_live_that_a_uint_cannot_say_is_left_out():
    assert value_of(render(parse(BARE).content, Stamp(1, 0, 0, 0, ttl_s=5e6)), HEADER) == [None, None, None, True, 0]


def test_content_kept_as_bytes_reads_the_same_again():
    content = parse(section(HEADER, [False, UByte(3)]) + BARE).content
    assert parse(content.to_bytes()).content == content


def test_reason_of_a_dead_letter_replaces_one_that_the_sender_had():
    content = with_application_properties(parse(BARE).content, {"DeadLetterReason": "true"})
    properties = value_of(content.bare, APPLICATION_PROPERTIES)
    assert isinstance(properties, Map)
    assert properties.pairs == (("k", UInt(1)), ("DeadLetterReason", "true"))
    rest = [code for code, *_ in sections(content.bare)]
    assert rest == [PROPERTIES, APPLICATION_PROPERTIES, DATA, DATA, FOOTER]


def test_reason_is_added_where_there_were_no_properties():
    content = with_application_properties(parse(section(VALUE, None)).content, {"DeadLetterReason": "r"})
    assert [code for code, *_ in sections(content.bare)] == [APPLICATION_PROPERTIES, VALUE]


def test_batch_is_the_messages_in_its_data_sections():
    inner = [section(DATA, b"1"), section(DATA, b"2")]
    assert batched(section(PROPERTIES, ["first"]) + b"".join(section(DATA, data) for data in inner)) == inner
    with pytest.raises(DecodeError):
        batched(section(VALUE, b"1"))


@pytest.mark.parametrize(
    "payload",
    [
        section(DATA, b"x") + section(PROPERTIES, []),
        section(VALUE, 1.0) + section(VALUE, 2.0),
        section(DATA, b"x") + section(SEQUENCE, []),
        section(DATA, b"x") + section(VALUE, None),
        section(SEQUENCE, Map()),
        section(DATA, "text"),
        section(PROPERTIES, Map()),
        section(APPLICATION_PROPERTIES, []),
        section(0x79, None),
        section(HEADER, [])[:-1],
        b"\x41",
        encode(Described(Symbol("amqp:data:binary"), b"x")),
    ],
)
def test_what_is_no_message_is_refused(payload: bytes):
    with pytest.raises(DecodeError):
        parse(payload)


@pytest.mark.parametrize("fields", [["x" * 129], [*[None] * 10, "s" * 129]])
def test_names_longer_than_the_service_allows_are_refused(fields: list[Value]):
    with pytest.raises(AmqpError, match="129 characters, at most 128"):
        parse(section(PROPERTIES, fields))


def test_ids_of_two_types_are_two_ids():
    ids = {parse(section(PROPERTIES, [value])).message_id for value in ("1", UInt(1), ULong(1), b"1")}
    assert len(ids) == 4
