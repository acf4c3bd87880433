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
from shared.search.flags import WISHES
from shared.search.payload import USUAL_FIELDS, read_payload
from shared.search.unknown_fields import MAX_LEVELS
from tests.support.effort import assert_linear

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
NOT_USED_WARNING = "Field 'deltaEthresh' was not used: L, a and b give no colour that it could be measured from"
# What a client sends that always sends every field of the spec.
FORM = {"k": 20, "REQUEST_COLOR_DESCR": "blue", "L": 0.0, "a": 0.0, "b": 0.0, "rerank": True, "deltaEthresh": 0.0}
NO_NUMBERS = [True, False, "1", "", [], {}, math.nan, math.inf, -math.inf, "NaN"]


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


def unknown(shown, meant=None):
    said = f"Field {shown!r} is not known and was not used"
    return f"{said}; did you mean {meant!r}?" if meant else said


@pytest.mark.parametrize("k", [None, 0, 101, -1, 20.0, 1e300, 10**400, *NO_NUMBERS])
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
@pytest.mark.parametrize("others", [{}, {"L": None, "a": None, "b": None}])
def test_lab_values_come_together_or_not_at_all(given_fields, others):
    assert faults_of(RESIN | others | dict.fromkeys(given_fields, 1)) == [LAB_FAULT]
    assert faults_of(RESIN | others | dict.fromkeys(given_fields, 0) | {given_fields[0]: 1}) == [LAB_FAULT]


@pytest.mark.parametrize("zero", [0, 0.0, -0.0, None])
@pytest.mark.parametrize("fields", ["", "L", "a", "b", "La", "Lb", "ab", "Lab"])
@pytest.mark.parametrize("others", [{}, {"L": 0, "a": None, "b": 0.0}])
def test_lab_values_that_are_all_zero_or_null_stand_for_no_colour(zero, fields, others):
    request = read_payload(RESIN | others | dict.fromkeys(fields, zero))
    assert (request.lab, request.warnings) == (None, ())
    assert faults_of({"k": 5} | others | dict.fromkeys(fields, zero)) == [NOTHING_FAULT]


@pytest.mark.parametrize("value", [False, "", "0", [], math.nan])
def test_what_is_no_number_is_no_zero(value):
    assert faults_of(RESIN | {"L": value, "a": 0, "b": 0}) == [L_FAULT]


@pytest.mark.parametrize("lab", [(0, 0, 1), (0, -3, 0), (50, 0, 0), (0, 1, 1), (50, 0, 1), (50, 1, 0)])
def test_a_zero_among_others_is_a_colour(lab):
    assert read_payload({"k": 5, "L": lab[0], "a": lab[1], "b": lab[2]}).lab == LabValues(L=lab[0], a=lab[1], b=lab[2])


def test_a_missing_threshold_is_five_and_an_explicit_zero_stays_zero():
    assert read_payload({"k": 5, **LAB}).deltae_threshold == 5.0
    assert read_payload({"k": 5, **LAB, "deltaEthresh": 0}).deltae_threshold == 0.0


def test_a_threshold_needs_a_colour():
    assert faults_of(RESIN | {"deltaEthresh": 2}) == [ALONE_FAULT]
    assert faults_of({"k": 5, "deltaEthresh": 2}) == [NOTHING_FAULT, ALONE_FAULT]


@pytest.mark.parametrize("threshold", [0, 0.0, -0.0, None])
@pytest.mark.parametrize("lab", [{}, {"L": 0, "a": 0.0, "b": 0}, {"L": None, "a": None, "b": None}, {"a": 0}])
def test_a_form_that_was_not_filled_in_asks_for_no_colour(threshold, lab):
    request = read_payload(RESIN | lab | {"deltaEthresh": threshold})
    assert (request.lab, request.deltae_threshold, request.warnings) == (None, 5.0, ())
    assert faults_of({"k": 5} | lab | {"deltaEthresh": threshold}) == [NOTHING_FAULT]


def test_the_form_of_the_spec_is_accepted_as_its_fields_stand():
    assert read_payload(FORM) == read_payload({"k": 20, "REQUEST_COLOR_DESCR": "blue"})


@pytest.mark.parametrize("lab", [{"L": 0, "a": 0.0, "b": 0}, {"L": None, "a": None, "b": None}, {"L": 0}])
def test_a_form_with_a_tolerance_of_its_own_is_told_that_it_is_not_used(lab):
    request = read_payload(RESIN | lab | {"deltaEthresh": 2})
    assert (request.lab, request.warnings) == (None, (NOT_USED_WARNING,))
    assert faults_of(RESIN | lab | {"deltaEthresh": -1}) == [THRESHOLD_FAULT]


def test_a_threshold_that_is_null_is_five():
    assert read_payload({"k": 5, **LAB, "deltaEthresh": None}).deltae_threshold == 5.0


@pytest.mark.parametrize("rerank", [True, False])
def test_rerank_is_said_by_the_caller(rerank):
    assert read_payload(RESIN | {"rerank": rerank}).rerank is rerank


def test_a_rerank_that_is_null_was_not_given():
    assert read_payload(RESIN | {"rerank": None}).rerank is True


@pytest.mark.parametrize("rerank", [0, 1, "true", "", []])
def test_a_rerank_that_is_no_boolean_is_refused(rerank):
    assert faults_of(RESIN | {"rerank": rerank}) == ["Field 'rerank' must be boolean"]


@pytest.mark.parametrize("asked", [{"REQUEST_RESIN_FINAL": "PP"}, {"REQUEST_COLOR_DESCR": "blue"}, LAB])
def test_one_of_resin_colour_and_lab_is_enough(asked):
    assert read_payload({"k": 5, **asked}).k == 5


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"REQUEST_RESIN_FINAL": " \t\n"},
        {"REQUEST_COLOR_DESCR": "", "REQUEST_RESIN_FINAL": None},
        {"REQUEST_X": "a"},
        {"REQUEST_RESIN_STRICT": True},
    ],
)
def test_a_search_for_nothing_is_refused(asked):
    assert faults_of({"k": 5, **asked}) == [NOTHING_FAULT]


@pytest.mark.parametrize(
    ("field", "meant"),
    [("REQUEST_COLOUR_DESCR", "REQUEST_COLOR_DESCR"), ("REQUEST_RESIN", "REQUEST_RESIN_FINAL")],
)
def test_a_search_for_nothing_is_told_which_wish_may_be_misspelt(field, meant):
    hint = f"Field '{field}' is one further wish; did you mean '{meant}'?"
    assert faults_of({"k": 5, field: "blue", "REQUEST_OPACITY": "opaque"}) == [NOTHING_FAULT, hint]


def test_further_request_fields_are_kept_in_their_order_and_empty_ones_left_out():
    request = read_payload(RESIN | {"REQUEST_OPACITY": "opaque", "REQUEST_EMPTY": " ", "REQUEST_COLOR_DESCR": "blue"})
    assert [entry.field for entry in request.texts] == ["REQUEST_RESIN_FINAL", "REQUEST_OPACITY", "REQUEST_COLOR_DESCR"]
    assert request.text("REQUEST_OPACITY") == "opaque"


def test_forty_further_request_fields_are_taken_and_no_more():
    further = {f"REQUEST_{number}": "a" for number in range(40)}
    assert len(read_payload(RESIN | further).texts) == 41
    expected = ["At most 40 further REQUEST_* fields are taken, got 41"]
    assert faults_of(RESIN | further | {"REQUEST_40": "a"}) == expected
    assert len(read_payload(RESIN | further | {"REQUEST_40": None, "REQUEST_41": " "}).texts) == 41


@pytest.mark.parametrize("field", ["REQUEST_RESIN_FINAL", "REQUEST_COLOR_DESCR", "REQUEST_X"])
@pytest.mark.parametrize("value", ["x" * 501, 1, 0, True, False, ["PP"], {"a": "b"}])
def test_a_text_is_a_string_of_five_hundred_characters(field, value):
    assert read_payload(RESIN | {field: "x" * 500}).text(field) == "x" * 500
    fault = f"Field '{field}' must be string of at most 500 characters"
    assert faults_of(RESIN | {field: value}) == [fault]


@pytest.mark.parametrize("field", ["REQUEST_COLOR_DESCR", "REQUEST_OPACITY", "REQUEST_X"])
@pytest.mark.parametrize("value", [None, "", " "])
def test_a_text_that_is_null_or_blank_was_not_given(field, value):
    assert read_payload(RESIN | {field: value}) == read_payload(RESIN)


STRICT = {
    True: [True, "yes", "Yes", "TRUE", "1", " ja\n", "Oui", "si", "sí", "SÍ", "si\u0301"],
    False: [False, "no", "NO", "False", "0", "nein", "Non"],
    None: [None, "", " \t"],
}


@pytest.mark.parametrize(("strict", "value"), [(strict, value) for strict in STRICT for value in STRICT[strict]])
def test_a_resin_is_strict_in_the_words_of_many_forms(strict, value):
    request = read_payload(RESIN | {"REQUEST_RESIN_STRICT": value})
    assert request.resin_strict is strict
    assert [entry.field for entry in request.texts] == ["REQUEST_RESIN_FINAL"]
    assert request.warnings == ()


def test_a_resin_that_nobody_called_strict_is_neither():
    assert read_payload(RESIN).resin_strict is None


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("maybe", "'maybe'"),
        ("yes!", "'yes!'"),
        ("\ud800", "'\\ud800'"),
        ("y" * 60_000, f"'{'y' * 60}…'"),
        (1, "integer 1"),
        (0.5, "number 0.5"),
        (math.nan, "number nan"),
        ([True], "array"),
        ({"yes": True}, "object"),
    ],
)
def test_a_strictness_that_says_neither_is_refused(value, told):
    expected = "boolean, or one of the texts yes, no, true, false, 1, 0"
    fault = f"Field 'REQUEST_RESIN_STRICT' must be {expected}, got {told}"
    assert faults_of(RESIN | {"REQUEST_RESIN_STRICT": value}) == [fault]


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
    ("name", "meant"),
    [
        ("K", "k"),
        ("l", "L"),
        ("L*", "L"),
        ("b*", "b"),
        ("ReRank", "rerank"),
        ("deltaE_thresh", "deltaEthresh"),
        ("REQEST_COLOR_DESCR", "REQUEST_COLOR_DESCR"),
        ("request_resin_final", "REQUEST_RESIN_FINAL"),
        ("REQUEST-OPACITY", "REQUEST_OPACITY"),
        ("COLOUR_DESCR", "REQUEST_COLOR_DESCR"),
        ("light fastness", "REQUEST_LIGHT_FASTNESS"),
        ("RESIN_STRICT", "REQUEST_RESIN_STRICT"),
        ("lab", None),
        ("comment", None),
        ("REQUEST_", None),
        ("REQUEST_É", None),
        ("", None),
        ("***", None),
    ],
)
def test_an_unknown_field_is_not_used_and_named_with_what_may_have_been_meant(name, meant):
    request = read_payload(RESIN | {name: "x"})
    assert request.warnings == (unknown(name, meant),)
    assert request == read_payload(RESIN).model_copy(update={"warnings": request.warnings})


def test_what_may_have_been_meant_is_what_drives_a_flag_too():
    assert {field for field in WISHES.values() if field != "L, a, b"} <= set(USUAL_FIELDS)


def test_of_many_unknown_fields_the_first_are_named():
    warnings = read_payload(RESIN | {f"unknown{number}": 1 for number in range(1000)}).warnings
    assert warnings[0] == unknown("unknown0")
    assert len(warnings) == 11
    assert warnings[-1] == "and 990 more fields that are not known and were not used"


@pytest.mark.parametrize("name", ["REQUEST_" + "X" * 57, "a" * 60_000, "\x00\x1b[31m" * 1000, "\U000e0041" * 9000])
def test_an_unknown_name_is_not_repeated_at_length(name):
    (warning,) = read_payload(RESIN | {name: "x"}).warnings
    assert len(warning) < 800
    assert warning.isprintable()


@pytest.mark.parametrize(
    ("misspelt", "missing"),
    [
        ({"k": 5, "REQEST_COLOR_DESCR": "blue"}, [NOTHING_FAULT, unknown("REQEST_COLOR_DESCR", "REQUEST_COLOR_DESCR")]),
        (RESIN | {"L": 50, "a": 1, "B": 2}, [LAB_FAULT, unknown("B", "b")]),
        ({"K": 5, "REQUEST_RESIN_FINAL": "PP"}, ["Missing required field: k", unknown("K", "k")]),
        (RESIN | {"deltaEthresh": 2, "Lab": [1, 2, 3]}, [ALONE_FAULT, unknown("Lab")]),
    ],
)
def test_where_something_is_missing_the_unknown_fields_are_named_too(misspelt, missing):
    assert faults_of(misspelt) == missing


def test_where_something_is_wrong_the_unknown_fields_are_no_faults():
    assert faults_of(RESIN | {"k": 0, "comment": "x"}) == [K_FAULT]


@pytest.mark.parametrize(
    "value",
    [None, "", "a\x00b", "\x7f", "青 🎨", True, -1, 2**70, 1.7e308, {"a": [{"\x00": None}]}, [[[]]], {"$ne": None}],
)
def test_an_unknown_field_may_hold_whatever_json_holds(value):
    assert read_payload(RESIN | {"comment": value}).warnings == (unknown("comment"),)


NO_UNICODE = "must be valid Unicode, got half a surrogate pair"
NO_NUMBER = "must hold numbers between -1.8e308 and 1.8e308 only"


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("\ud800", NO_UNICODE),
        ([{"a": ["\udfff x"]}], NO_UNICODE),
        ({"a": {"\udc00": 1}}, NO_UNICODE),
        (math.nan, NO_NUMBER),
        ([-math.inf], NO_NUMBER),
        ({"a": 10**309}, NO_NUMBER),
        ([-(10**309)], NO_NUMBER),
    ],
)
def test_an_unknown_field_that_cannot_be_stored_is_refused(value, fault):
    assert faults_of(RESIN | {"comment": value}) == [f"Field 'comment' {fault}"]


def test_a_name_that_cannot_be_stored_is_refused():
    assert faults_of(RESIN | {"a\ud800": 1}) == [f"Field 'a\\ud800' {NO_UNICODE}"]


def test_unknown_fields_may_be_nested_as_deep_as_can_be_stored():
    def nested(levels):
        return json.loads('[{"a":' * (levels // 2) + "1" + "}]" * (levels // 2))

    assert read_payload(RESIN | {"comment": nested(MAX_LEVELS)}).k == 5
    fault = f"Field 'comment' must be nested at most {MAX_LEVELS} levels deep"
    assert faults_of(RESIN | {"comment": nested(MAX_LEVELS + 2)}) == [fault]


def test_of_many_fields_that_cannot_be_stored_the_first_are_named():
    faults = faults_of(RESIN | {f"unknown{number}": "\ud800" for number in range(1000)})
    assert len(faults) == 11
    assert faults[-1] == "and 990 more fields that cannot be stored"


# What a body of 64 KB may hold, made of so many pieces.
HOSTILE_BODIES = {
    "many names": (4000, lambda pieces: {f"REQEST_{number:05}": 0 for number in range(pieces)}),
    "many wrong texts": (4000, lambda pieces: {f"REQUEST_{number:05}": 0 for number in range(pieces)}),
    "long names": (12, lambda pieces: {f"{'REQUEST_COLOR_DESC' * 300}{number}": 0 for number in range(pieces)}),
    "one name": (3500, lambda pieces: {"REQUEST_COLOR_DESC" * pieces: 0}),
    "marks": (
        15_000,
        lambda pieces: {
            "e" + "\u0301\u0316" * pieces: "",
            "REQUEST_RESIN_STRICT": "i" + "\u0301\u0316" * pieces,
        },
    ),
    "lists": (20_000, lambda pieces: {"x": [[]] * pieces}),
    "a deep list": (500, lambda pieces: {"x": json.loads("[" * pieces + "]" * pieces)}),
    "half pairs": (5000, lambda pieces: {f"{number}\ud800": "" for number in range(pieces)}),
}


@pytest.mark.parametrize("name", HOSTILE_BODIES)
def test_a_hostile_body_is_read_in_little_time_and_answered_in_few_words(name):
    size, body_of = HOSTILE_BODIES[name]

    def read(pieces):
        with contextlib.suppress(InvalidRequest):
            read_payload(RESIN | body_of(pieces))

    with contextlib.suppress(InvalidRequest):
        assert len(json.dumps(read_payload(RESIN | body_of(size)).warnings)) < 10_000
    with pytest.raises(InvalidRequest) as caught:
        read_payload(body_of(size))
    assert len(json.dumps(caught.value.faults)) < 20_000
    assert_linear(read, size)


def test_every_fault_comes_at_once():
    payload = {"L": 101, "a": "x", "deltaEthresh": -1, "rerank": "no", "REQUEST_X": 1, "oops": 1}
    payload |= {"REQUEST_RESIN_STRICT": 2, "half": "\ud800"}
    assert faults_of(payload) == [
        "Missing required field: k",
        L_FAULT,
        "Field 'a' must be float between -128 and 127",
        LAB_FAULT,
        THRESHOLD_FAULT,
        "Field 'rerank' must be boolean",
        "Field 'REQUEST_RESIN_STRICT' must be boolean, or one of the texts yes, no, true, false, 1, 0, got integer 2",
        "Field 'REQUEST_X' must be string of at most 500 characters",
        f"Field 'half' {NO_UNICODE}",
        unknown("oops"),
        unknown("half"),
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
    st.sampled_from(USUAL_FIELDS),
    st.text(max_size=10).map("REQUEST_{}".format),
    st.text(max_size=10),
)


@given(st.dictionaries(FIELDS, JSON_VALUES, max_size=12))
def test_any_payload_is_a_search_or_has_faults(payload):
    with contextlib.suppress(InvalidRequest):
        request = read_payload(payload)
        assert SearchRequest.model_validate(json.loads(json.dumps(request.to_json()))) == request
        # It is stored as it was sent.
        assert json.loads(json.dumps(payload, ensure_ascii=False, allow_nan=False).encode()) == payload


@given(
    st.fixed_dictionaries(
        {"k": st.integers(1, 100), "REQUEST_RESIN_FINAL": st.just("PP")},
        optional={
            **dict.fromkeys(["L", "a", "b", "deltaEthresh"], st.sampled_from([0, 0.0, -0.0, None])),
            **dict.fromkeys(["rerank", "REQUEST_X", "REQUEST_RESIN_STRICT"], st.none()),
        },
    )
)
def test_a_form_that_was_not_filled_in_is_as_if_it_was_not_there(payload):
    assert read_payload(payload) == read_payload(RESIN | {"k": payload["k"]})


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


@pytest.mark.parametrize(
    ("field", "meant"),
    [
        ("REQUEST_COLOUR_DESCR", "REQUEST_COLOR_DESCR"),
        ("REQUEST_COLOR", "REQUEST_COLOR_DESCR"),
        ("REQUEST_OPACTIY", "REQUEST_OPACITY"),
        ("REQUEST_LIGHTFASTNESS", "REQUEST_LIGHT_FASTNESS"),
        ("REQUEST_REGULATIONS", "REQUEST_REGULATORY"),
        ("REQUEST_RESIN_STRIKT", "REQUEST_RESIN_STRICT"),
    ],
)
def test_a_wish_that_was_probably_meant_as_another_field_is_pointed_out(field, meant):
    request = read_payload({"k": 1, "REQUEST_RESIN_FINAL": "PP", field: "yes"})
    assert request.warnings == (f"Field '{field}' is one further wish; did you mean '{meant}'?",)
    assert request.text(field) == "yes"


@pytest.mark.parametrize("field", ["REQUEST_NOTE", "REQUEST_FINISH", "REQUEST_CUSTOMER", "REQUEST_01", "REQUEST_HEX"])
def test_a_further_wish_is_no_misspelt_field(field):
    assert read_payload({"k": 1, "REQUEST_RESIN_FINAL": "PP", field: "yes"}).warnings == ()


def test_a_field_that_is_given_is_not_what_another_was_meant_to_be():
    payload = {"k": 1, "REQUEST_RESIN_FINAL": "PP", "REQUEST_OPACITY": "opaque", "REQUEST_OPACITY_LEVEL": "80"}
    assert read_payload(payload).warnings == ()


def test_strictness_without_a_resin_is_pointed_out():
    request = read_payload({"k": 1, "REQUEST_COLOR_DESCR": "blue", "REQUEST_RESIN_STRICT": True})
    assert request.warnings == ("Field 'REQUEST_RESIN_STRICT' was not used: no resin is asked for",)
