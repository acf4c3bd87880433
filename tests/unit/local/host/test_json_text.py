"""JSON text in and out of the engine: nothing that Python programs write is changed on the way."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.host.engine.json_text import dumps, loads

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**80), 2**80)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(values)
def test_what_python_writes_is_read_alike_and_written_alike(value: object) -> None:
    for text in (json.dumps(value), json.dumps(value, indent=1), json.dumps(value, separators=(",", ":"))):
        assert repr(loads(text)) == repr(value)
        assert repr(loads(dumps(loads(text)))) == repr(value)


@pytest.mark.parametrize("number", [2**63 - 1, 2**63, 2**64 - 1, 2**64, -(2**63), -(2**63) - 1, 10**400])
def test_integers_stay_integers_whatever_their_size(number: int) -> None:
    assert loads(str(number)) == number
    assert loads(dumps({"a": [number]})) == {"a": [number]}


def test_what_only_python_writes_is_read() -> None:
    assert math.isnan(loads("NaN"))
    assert loads("-Infinity") == -math.inf
    assert loads(json.dumps("\ud800")) == "\ud800"


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity"])
def test_no_number_is_written_as_null(text: str) -> None:
    assert dumps({"a": loads(text)}) == '{"a":null}'
