"""Whatever is decoded is encoded as the same AMQP type, and bytes that are no AMQP are told apart."""

import math
import struct
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from local.servicebus.codec import constructors as code
from local.servicebus.codec.decode import decode, decode_whole, skip
from local.servicebus.codec.encode import encode
from local.servicebus.codec.performatives import Accepted, Attach, Error, Flow, Open, Transfer
from local.servicebus.codec.records import from_value
from local.servicebus.codec.types import (
    Array,
    Byte,
    Char,
    Decimal,
    Described,
    Float,
    Int,
    Long,
    Map,
    Short,
    Symbol,
    Timestamp,
    UByte,
    UInt,
    ULong,
    UShort,
    Value,
)
from local.servicebus.errors import DecodeError, Violation
from local.servicebus.limits import NESTING

INTEGERS = {
    UByte: (0, 2**8 - 1),
    UShort: (0, 2**16 - 1),
    UInt: (0, 2**32 - 1),
    ULong: (0, 2**64 - 1),
    Byte: (-(2**7), 2**7 - 1),
    Short: (-(2**15), 2**15 - 1),
    Int: (-(2**31), 2**31 - 1),
    Long: (-(2**63), 2**63 - 1),
    Timestamp: (-(2**63), 2**63 - 1),
}
integers = st.one_of(*[st.integers(low, high).map(kind) for kind, (low, high) in INTEGERS.items()])
symbols = st.text(st.characters(max_codepoint=127), max_size=300).map(Symbol)
primitives: st.SearchStrategy[Value] = st.one_of(
    st.none(),
    st.booleans(),
    integers,
    st.floats(width=32).map(Float),
    st.floats(),
    st.characters(exclude_categories=["Cs"]).map(Char),
    st.sampled_from([4, 8, 16]).flatmap(lambda size: st.binary(min_size=size, max_size=size)).map(Decimal),
    st.uuids(),
    st.binary(max_size=300),
    st.text(max_size=300),
    symbols,
)
arrays: st.SearchStrategy[Value] = st.one_of(
    st.lists(st.integers(0, 255).map(UInt), max_size=300).map(lambda items: Array(code.SMALL_UINT, tuple(items))),
    st.lists(st.integers(-(2**63), 2**63 - 1).map(Long), max_size=5).map(lambda i: Array(code.LONG, tuple(i))),
    st.lists(st.uuids(), max_size=5).map(lambda items: Array(code.UUID, tuple(items))),
    st.lists(st.text(max_size=300), max_size=5).map(lambda items: Array(code.STRING32, tuple(items))),
    st.lists(st.text(max_size=30), max_size=5).map(lambda items: Array(code.STRING8, tuple(items), Symbol("x:y"))),
    st.lists(st.booleans(), max_size=5).map(lambda items: Array(code.BOOLEAN, tuple(items))),
    st.integers(0, 255).map(lambda count: Array(code.NULL, (None,) * count)),
    st.lists(st.lists(integers, max_size=3), max_size=3).map(lambda items: Array(code.LIST32, tuple(items))),
    st.lists(st.tuples(symbols, integers), max_size=3).map(lambda pairs: Array(code.MAP8, (Map(tuple(pairs[:1])),))),
)
values: st.SearchStrategy[Value] = st.recursive(
    primitives | arrays,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.lists(st.tuples(inner, inner), max_size=4).map(lambda pairs: Map(tuple(pairs)))
        | st.builds(Described, inner, inner)
    ),
    max_leaves=15,
)


def same(one: Value, other: Value) -> bool:
    """Equal, and of the same AMQP type all the way down."""
    if type(one) is not type(other):
        return False
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, Map) and isinstance(other, Map):
        flat, other_flat = [v for pair in one.pairs for v in pair], [v for pair in other.pairs for v in pair]
        return same(flat, other_flat)
    if isinstance(one, Array) and isinstance(other, Array):
        return one.code == other.code and same([*one.items, one.descriptor], [*other.items, other.descriptor])
    if isinstance(one, Described) and isinstance(other, Described):
        return same([one.descriptor, one.value], [other.descriptor, other.value])
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one):
        return math.isnan(other)
    return one == other


@given(values)
@example([0] * 0)
@example("x" * 255)
@example("x" * 256)
@example([None] * 255)
@example(Map(((Symbol("a"), None), ("a", True), (UInt(1), Long(1)))))
def test_value_comes_back_as_the_type_that_it_was(value: Value):
    encoded = encode(value)
    assert same(decode_whole(encoded), value)
    assert skip(encoded, 0) == len(encoded)


@given(st.binary(max_size=300))
@example(b"\xd1\xff\xff\xff\xff\xff\xff\xff\xff")
@example(b"\xe0\x03\x02\x00\x00")
def test_bytes_decode_or_are_refused_and_what_decodes_encodes_again(data: bytes):
    try:
        value, end = decode(data)
    except DecodeError:
        return
    assert 0 < end <= len(data)
    assert same(decode_whole(encode(value)), value)


@given(values, st.data())
def test_value_cut_short_is_refused(value: Value, data: st.DataObject):
    encoded = encode(value)
    cut = data.draw(st.integers(0, len(encoded) - 1))
    with pytest.raises(DecodeError):
        decode_whole(encoded[:cut])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x01",
        b"\x56\x02",
        b"\xa1\x01\xff",
        b"\xa3\x01\xff",
        b"\x73\x00\x11\x00\x00",
        b"\xc1\x03\x01\x40",
        b"\xc0\x02\x03\x40",
        b"\xc0\x05\x01\x40\x40\x40\x40",
        b"\xe0\x02\x05\x01",
        b"\xf0\x00\x00\x00\x05\x00\x01\x00\x00\x40",
        b"\xb0\xff\xff\xff\xff",
        b"\x40\x40",
    ],
)
def test_what_is_no_value_is_refused(data: bytes):
    with pytest.raises(DecodeError):
        decode_whole(data)


def test_nesting_is_limited():
    value: Value = []
    for _ in range(NESTING - 1):
        value = [value]
    assert same(decode_whole(encode(value)), value)
    with pytest.raises(DecodeError, match="nested"):
        decode_whole(encode([[value]]))


def test_arrays_of_nothing_cannot_claim_more_than_their_bytes_allow():
    inner = struct.pack(">BII", code.ARRAY32, 5, 65_536) + bytes([code.NULL])
    with pytest.raises(DecodeError, match="without content"):
        decode_whole(inner)


def test_plain_int_has_no_amqp_type():
    with pytest.raises(TypeError, match="int"):
        encode(5)  # pyright: ignore[reportArgumentType]


def test_number_out_of_the_range_of_its_type_is_refused():
    with pytest.raises(struct.error):
        encode(UInt(2**32))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "40"),
        (True, "41"),
        (UInt(0), "43"),
        (UInt(255), "52ff"),
        (UInt(256), "7000000100"),
        (ULong(0x24), "5324"),
        (Int(-1), "54ff"),
        (Long(-129), "81ffffffffffffff7f"),
        ([], "45"),
        ([UInt(1)], "c0030152 01".replace(" ", "")),
        ("é", "a102c3a9"),
        (Symbol("a"), "a30161"),
        (Map(), "c10100"),
        (Timestamp(1), "830000000000000001"),
        (UUID(int=1), "98" + "00" * 15 + "01"),
        (Char("a"), "7300000061"),
        (Described(ULong(0x24), []), "00532445"),
    ],
)
def test_encoding_is_the_one_of_the_specification(value: Value, expected: str):
    assert encode(value).hex() == expected


def test_map_finds_a_value_by_symbol_or_string_but_by_no_other_type():
    found = Map(((UInt(1), "no"), (Symbol("a"), "yes"), ("b", "too")))
    assert (found.get("a"), found.get("b"), found.get("1")) == ("yes", "too", None)


def test_record_comes_back_with_defaults_for_what_was_left_out():
    transfer = Transfer(1, 5, b"tag", 0, more=True)
    assert from_value(Transfer, decode_whole(encode(transfer.to_value()))) == transfer
    opened = from_value(Open, Described(ULong(0x10), ["me", None, None]))
    assert (opened.max_frame_size, opened.channel_max, opened.idle_time_out) == (2**32 - 1, 65_535, None)
    assert from_value(Accepted, Described(ULong(0x24), [])) == Accepted()


def test_descriptor_may_be_spelled_out():
    flow = from_value(Flow, Described(Symbol("amqp:flow:list"), [None, UInt(1), UInt(2), UInt(3)]))
    assert (flow.next_incoming_id, flow.incoming_window) == (None, 1)


def test_error_always_has_its_three_fields():
    value = Error("amqp:not-found", None).to_value()
    assert value.value == [Symbol("amqp:not-found"), "", Map()]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ([], "lacks name"),
        ([None, UInt(0), True], "lacks name"),
        (["n"], "lacks handle"),
        (["n", UInt(0), UInt(1)], "role must be a boolean"),
        (["n", "0", True], "handle must be an unsigned int"),
        (["n", True, True], "handle must be an unsigned int"),
        (["n", UInt(0), True, UInt(300)], "snd_settle_mode must be an unsigned byte"),
        (["n", UInt(0), True, *[None] * 12], "15 fields"),
    ],
)
def test_wrong_field_of_a_record_is_named(fields: list[Value], expected: str):
    with pytest.raises(Violation, match=expected):
        from_value(Attach, Described(ULong(0x12), fields))
