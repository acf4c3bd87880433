"""What may be asked of POST /search, and how each fault is told."""

import contextlib
import json
import math
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InvalidRequest
from shared.search.contracts import LabValues, SearchRequest
from shared.search.payload import read_payload

EXAMPLE = {
    "REQUEST_RESIN_FINAL": "PP",
    "REQUEST_COLOR_DESCR": "blue",
    "L": 45.5,
    "a": 12.3,
    "b": -25.7,
    "k": 20,
}
RESIN = {"k": 5, "REQUEST_RESIN_FINAL": "PP"}
LAB = {"L": 50, "a": 0, "b": 0}
K_FAULT = "Field 'k' must be integer between 1 and 100"
L_FAULT = "Field 'L' must be float between 0 and 100"
LAB_FAULT = "If providing Lab values, all three (L, a, b) are required"
NOTHING_FAULT = "At least one of REQUEST_RESIN_FINAL, REQUEST_COLOR_DESCR or the Lab values (L, a, b) is required"
THRESHOLD_FAULT = "Field 'deltaEthresh' must be float between 0 and 50"
ALONE_FAULT = "Field 'deltaEthresh' needs the Lab values (L, a, b) that it is measured from"
NO_NUMBERS = [None, True, False, "1", "", [], {}, math.nan, math.inf, -math.inf, "NaN"]


def faults_of(payload):
    with pytest.raises(InvalidRequest) as caught:
        read_payload(payload)
    return list(caught.value.faults)


def test_the_example_of_the_spec_is_accepted():
    request = read_payload(EXAMPLE)
    assert (request.k, request.rerank, request.deltae_threshold) == (20, True, 5.0)
    assert request.lab == LabValues(L=45.5, a=12.3, b=-25.7)
    assert [(entry.field, entry.text) for entry in request.texts] == [
        ("REQUEST_RESIN_FINAL", "PP"),
        ("REQUEST_COLOR_DESCR", "blue"),
    ]


@pytest.mark.parametrize("k", [1, 100])
def test_k_is_one_to_a_hundred(k):
    assert read_payload(RESIN | {"k": k}).k == k


@pytest.mark.parametrize("k", [0, 101, -1, 20.0, 1e300, 10**400, *NO_NUMBERS])
def test_a_k_that_is_no_integer_in_range_is_refused(k):
    assert faults_of(RESIN | {"k": k}) == [K_FAULT]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("L", 0),
        ("L", 100),
        ("a", -128),
        ("a", 127),
        ("b", -128.0),
        ("b", 127.0),
        ("deltaEthresh", 0),
        ("deltaEthresh", 50),
    ],
)
def test_both_ends_of_a_range_belong_to_it(field, value):
    request = read_payload({"k": 5, "L": 1, "a": 1, "b": 1} | {field: value})
    assert (request.deltae_threshold if field == "deltaEthresh" else getattr(request.lab, field)) == value


@pytest.mark.parametrize("value", [-0.001, 100.001, 10**400, *NO_NUMBERS])
def test_an_l_that_is_no_number_in_range_is_refused(value):
    assert faults_of({"k": 5, "REQUEST_RESIN_FINAL": "PP", "L": value, "a": 1, "b": 1}) == [L_FAULT]


@pytest.mark.parametrize("field", ["a", "b"])
@pytest.mark.parametrize("value", [-128.001, 127.001, -(10**400), *NO_NUMBERS])
def test_an_a_or_b_that_is_no_number_in_range_is_refused(field, value):
    fault = f"Field '{field}' must be float between -128 and 127"
    assert faults_of({"k": 5, "L": 1, "a": 1, "b": 1} | {field: value}) == [fault]


@pytest.mark.parametrize("value", [-0.001, 50.001, *NO_NUMBERS])
def test_a_threshold_that_is_no_number_in_range_is_refused(value):
    assert faults_of({"k": 5, **LAB, "deltaEthresh": value}) == [THRESHOLD_FAULT]


@pytest.mark.parametrize("given_fields", [["L"], ["a"], ["b"], ["L", "a"], ["L", "b"], ["a", "b"]])
@pytest.mark.parametrize("value", [0, 1])
def test_lab_values_come_together_or_not_at_all(given_fields, value):
    assert faults_of(RESIN | dict.fromkeys(given_fields, value)) == [LAB_FAULT]


@pytest.mark.parametrize("zero", [0, 0.0, -0.0])
def test_lab_values_that_are_all_zero_stand_for_no_colour(zero):
    assert read_payload(RESIN | {"L": zero, "a": zero, "b": zero}).lab is None
    assert faults_of({"k": 5, "L": zero, "a": zero, "b": zero}) == [NOTHING_FAULT]


@pytest.mark.parametrize("lab", [(0, 0, 1), (0, -3, 0), (50, 0, 0), (0, 1, 1), (50, 0, 1), (50, 1, 0)])
def test_a_zero_among_others_is_a_colour(lab):
    assert read_payload({"k": 5, "L": lab[0], "a": lab[1], "b": lab[2]}).lab == LabValues(L=lab[0], a=lab[1], b=lab[2])


def test_a_missing_threshold_is_five_and_an_explicit_zero_stays_zero():
    assert read_payload({"k": 5, **LAB}).deltae_threshold == 5.0
    assert read_payload({"k": 5, **LAB, "deltaEthresh": 0}).deltae_threshold == 0.0


@pytest.mark.parametrize("lab", [{}, {"L": 0, "a": 0.0, "b": 0}])
def test_a_threshold_needs_a_colour(lab):
    assert faults_of(RESIN | lab | {"deltaEthresh": 2}) == [ALONE_FAULT]


@pytest.mark.parametrize("rerank", [True, False])
def test_rerank_is_said_by_the_caller(rerank):
    assert read_payload(RESIN | {"rerank": rerank}).rerank is rerank


@pytest.mark.parametrize("rerank", [0, 1, "true", None, []])
def test_a_rerank_that_is_no_boolean_is_refused(rerank):
    assert faults_of(RESIN | {"rerank": rerank}) == ["Field 'rerank' must be boolean"]


@pytest.mark.parametrize("asked", [{"REQUEST_RESIN_FINAL": "PP"}, {"REQUEST_COLOR_DESCR": "blue"}, LAB])
def test_one_of_resin_colour_and_lab_is_enough(asked):
    assert read_payload({"k": 5, **asked}).k == 5


@pytest.mark.parametrize(
    "asked", [{}, {"REQUEST_RESIN_FINAL": " \t\n"}, {"REQUEST_COLOR_DESCR": ""}, {"REQUEST_X": "a"}]
)
def test_a_search_for_nothing_is_refused(asked):
    assert faults_of({"k": 5, **asked}) == [NOTHING_FAULT]


def test_further_request_fields_are_kept_in_their_order_and_empty_ones_left_out():
    request = read_payload(RESIN | {"REQUEST_OPACITY": "opaque", "REQUEST_EMPTY": " ", "REQUEST_COLOR_DESCR": "blue"})
    assert [entry.field for entry in request.texts] == ["REQUEST_RESIN_FINAL", "REQUEST_OPACITY", "REQUEST_COLOR_DESCR"]
    assert request.text("REQUEST_OPACITY") == "opaque"


def test_forty_further_request_fields_are_taken_and_no_more():
    further = {f"REQUEST_{number}": "a" for number in range(40)}
    assert len(read_payload(RESIN | further).texts) == 41
    expected = ["At most 40 further REQUEST_* fields are taken, got 41"]
    assert faults_of(RESIN | further | {"REQUEST_40": "a"}) == expected


@pytest.mark.parametrize("field", ["REQUEST_RESIN_FINAL", "REQUEST_COLOR_DESCR", "REQUEST_X"])
@pytest.mark.parametrize("value", ["x" * 501, None, 1, True, ["PP"], {"a": "b"}])
def test_a_text_is_a_string_of_five_hundred_characters(field, value):
    assert read_payload(RESIN | {field: "x" * 500}).text(field) == "x" * 500
    fault = f"Field '{field}' must be string of at most 500 characters"
    assert faults_of(RESIN | {field: value}) == [fault]


@pytest.mark.parametrize("value", ["\ud800", "blue \udfff", "\udc00\ud800"])
def test_half_a_surrogate_pair_is_refused(value):
    (fault,) = faults_of({"k": 5, "REQUEST_COLOR_DESCR": value})
    assert fault.startswith("Field 'REQUEST_COLOR_DESCR' must be valid Unicode")


@pytest.mark.parametrize("value", ["a\x00b", "\x1b[31m", "\x7f", "a\x85"])
def test_control_characters_are_refused(value):
    fault = "Field 'REQUEST_COLOR_DESCR' must not hold control characters"
    assert faults_of({"k": 5, "REQUEST_COLOR_DESCR": value}) == [fault]


@pytest.mark.parametrize("value", ["warm\tsignal\r\nblue", 'O\'Neil "x" | (y) + - *', "青 🎨", "' or 1 eq 1 --"])
def test_any_other_text_is_data(value):
    assert read_payload({"k": 5, "REQUEST_COLOR_DESCR": value}).text("REQUEST_COLOR_DESCR") == value


@pytest.mark.parametrize(
    "name", ["K", "lab", "REQUEST_", "REQUEST_A-B", "REQUEST_" + "X" * 57, "request_x", "REQUEST_É", ""]
)
def test_an_unknown_field_is_named(name):
    (fault,) = faults_of(RESIN | {name: "x"})
    assert fault.startswith("Unknown field ")
    assert name[:60] in fault


def test_of_many_unknown_fields_the_first_are_named():
    faults = faults_of(RESIN | {f"unknown{number}": 1 for number in range(1000)})
    assert len(faults) == 11
    assert faults[-1] == "and 990 more unknown fields"


def test_every_fault_comes_at_once():
    payload = {"L": 101, "a": "x", "deltaEthresh": -1, "rerank": "no", "REQUEST_X": 1, "oops": 1}
    assert faults_of(payload) == [
        "Unknown field 'oops'; expected k, rerank, deltaEthresh, L, a, b, REQUEST_*",
        "Missing required field: k",
        L_FAULT,
        "Field 'a' must be float between -128 and 127",
        LAB_FAULT,
        THRESHOLD_FAULT,
        "Field 'rerank' must be boolean",
        "Field 'REQUEST_X' must be string of at most 500 characters",
    ]


def test_a_resin_of_the_wrong_type_is_one_fault():
    assert faults_of({"k": 5, "REQUEST_RESIN_FINAL": 7}) == [
        "Field 'REQUEST_RESIN_FINAL' must be string of at most 500 characters"
    ]


NUMBERS = st.one_of(
    st.integers(),
    st.floats(),
    st.integers(-130, 130),
    st.floats(-130, 130),
    st.sampled_from([0, 0.0, -0.0, sys.maxsize]),
)
JSON_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, st.text(max_size=20), st.just("x" * 501), st.just("\ud800")),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=5,
)
FIELDS = st.one_of(
    st.sampled_from(["k", "L", "a", "b", "deltaEthresh", "rerank", "REQUEST_RESIN_FINAL", "REQUEST_COLOR_DESCR"]),
    st.text(max_size=10).map("REQUEST_{}".format),
    st.text(max_size=10),
)


@given(st.dictionaries(FIELDS, JSON_VALUES, max_size=12))
def test_any_payload_is_a_search_or_has_faults(payload):
    with contextlib.suppress(InvalidRequest):
        request = read_payload(payload)
        assert SearchRequest.model_validate(json.loads(json.dumps(request.to_json()))) == request


@given(
    st.fixed_dictionaries(
        {"k": st.integers(1, 100), "REQUEST_RESIN_FINAL": st.just("PP")},
        optional={"L": NUMBERS, "a": NUMBERS, "b": NUMBERS, "deltaEthresh": NUMBERS, "rerank": st.booleans()},
    )
)
def test_numbers_that_are_accepted_lie_in_their_ranges(payload):
    with contextlib.suppress(InvalidRequest):
        request = read_payload(payload)
        assert 0 <= request.deltae_threshold <= 50
        if request.lab:
            assert 0 <= request.lab.L <= 100
            assert -128 <= request.lab.a <= 127
            assert -128 <= request.lab.b <= 127
