"""How a material answers each wish."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.search.contracts import LabValues, MappedResin, Material, RequestBlock
from shared.search.flags import (
    WISHES,
    flags_of,
    heat_stability,
    light_fastness,
    needs_attributes,
    opacity,
    regulatory,
    resin_match,
)
from shared.search.requested_resin import mapped
from tests.support.scripted_search import BLUE, request_of

EVERYTHING = {
    "REQUEST_OPACITY": "opaque",
    "REQUEST_HEAT_STABILITY": "260",
    "REQUEST_LIGHT_FASTNESS": "7",
    "REQUEST_REGULATORY": "FDA, REACH",
}
ATTRIBUTES = {
    "opacity": "opaque",
    "heat_stability": "280 °C",
    "light_fastness": "6",
    "regulatory": ["FDA", "RoHS"],
    "sample_attributes": ["opacity", "regulatory", "resin"],
}


def block_of(resin: str = "PP", synonyms: tuple[str, ...] = (), **texts: str) -> RequestBlock:
    request = request_of(resin=resin, **texts)
    return RequestBlock(
        request=request,
        resin=mapped(request).resin,
        synonyms=tuple(MappedResin(given=code, code=code, known=True) for code in synonyms),
    )


def test_each_flag_answers_the_field_that_drives_it():
    flags = flags_of(block_of(**EVERYTHING), Material(id="m", resin="PP", lab=BLUE), ATTRIBUTES)
    assert flags.to_json() == {
        "id": "m",
        "resin_match": "exact",
        "colour_match": "indistinguishable",
        "opacity": "met",
        "heat_stability": "met",
        "light_fastness": "not_met",
        "regulatory": "partly",
        "sample": ("resin_match", "opacity", "regulatory"),
    }


@pytest.mark.parametrize("flag", [flag for flag in WISHES if flag not in ("resin_match", "colour_match")])
def test_a_wish_that_was_not_expressed_has_no_flag(flag):
    texts = {field: text for field, text in EVERYTHING.items() if field != WISHES[flag]}
    flags = flags_of(block_of(**texts), Material(id="m"), ATTRIBUTES)
    assert getattr(flags, flag) is None
    assert flag not in flags.sample


def test_without_resin_and_colour_there_are_no_flags_for_them():
    request = request_of(resin="", lab=None)
    flags = flags_of(RequestBlock(request=request), Material(id="m", resin="PP", lab=BLUE), ATTRIBUTES)
    assert flags.to_json() == {"id": "m", "sample": ()}


def test_what_the_index_does_not_know_is_unknown():
    flags = flags_of(block_of(**EVERYTHING), Material(id="m"), {})
    assert (flags.resin_match, flags.colour_match, flags.sample) == ("none", "unknown", ())
    assert {flags.opacity, flags.heat_stability, flags.light_fastness, flags.regulatory} == {"unknown"}


@pytest.mark.parametrize(
    ("asked", "synonyms", "material", "match"),
    [
        ("PP", (), "PP", "exact"),
        ("polypropylene", (), "pp", "exact"),
        ("PP-GF30", (), "PP", "exact"),
        ("PP", ("PS",), "PS", "synonym"),
        ("PP", ("PE-HD",), "HDPE", "synonym"),
        ("PP", (), "PE-HD", "family"),
        ("PP", (), "PA6", "none"),
        ("PP", (), None, "none"),
        ("Unobtainium", (), "unobtainium", "exact"),
        ("Unobtainium", (), "PP", "none"),
    ],
)
def test_a_resin_is_exact_a_synonym_of_the_family_or_none(asked, synonyms, material, match):
    code = mapped(request_of(resin=asked)).resin.code
    assert resin_match(code, synonyms, material) == match


@pytest.mark.parametrize(
    ("lightness", "band"), [(0, "indistinguishable"), (3, "close"), (8, "similar"), (40, "different")]
)
def test_the_colour_flag_is_the_band_of_the_difference(lightness, band):
    material = Material(id="m", lab=LabValues(L=BLUE.L + lightness, a=BLUE.a, b=BLUE.b))
    assert flags_of(block_of(), material, {}).colour_match == band


@pytest.mark.parametrize(
    ("wish", "attribute", "met"),
    [
        ("opaque", "opaque", "met"),
        ("Opaque please!", "OPAQUE", "met"),
        ("clear", "transparent", "met"),
        ("semi-transparent", "translucent", "met"),
        ("translucent or transparent", "transparent", "met"),
        ("opaque", "translucent", "not_met"),
        ("not transparent", "opaque", "unknown"),
        ("shiny", "opaque", "unknown"),
        ("opaque", None, "unknown"),
        ("opaque", 7, "unknown"),
    ],
)
def test_opacity(wish, attribute, met):
    assert opacity(wish, attribute) == met


@pytest.mark.parametrize(
    ("wish", "attribute", "met"),
    [
        ("260", "260 °C", "met"),
        (">= 260 °C", "259", "not_met"),
        ("240-260", "250", "not_met"),
        ("240", "230-280", "not_met"),
        ("500 F", "260 °C", "met"),
        ("500 °F", "259 °C", "not_met"),
        ("260,5", "260.5", "met"),
        ("high", "260", "unknown"),
        ("260", "high", "unknown"),
        ("99999", "260", "unknown"),
        ("260", None, "unknown"),
    ],
)
def test_heat_stability(wish, attribute, met):
    assert heat_stability(wish, attribute) == met


@pytest.mark.parametrize(
    ("wish", "attribute", "met"),
    [
        ("7", "7", "met"),
        ("min. 6", "7-8", "met"),
        ("7-8", "7", "met"),
        ("8", "7-8", "not_met"),
        ("9", "8", "unknown"),
        ("good", "8", "unknown"),
        ("7", "", "unknown"),
    ],
)
def test_light_fastness(wish, attribute, met):
    assert light_fastness(wish, attribute) == met


@pytest.mark.parametrize(
    ("wish", "approvals", "met"),
    [
        ("FDA", ["FDA"], "met"),
        ("fda compliant", ["FDA"], "met"),
        ("FDA", ["FDA 21 CFR 178.3297"], "met"),
        ("FDA; REACH", ["REACH", "FDA"], "met"),
        ("FDA and REACH", ["REACH"], "partly"),
        ("FDA\nRoHS", ["REACH"], "not_met"),
        ("EU", ["neutral"], "not_met"),
        ("UL94 V0", ["UL 94 V-0"], "met"),
        ("UL94", ["UL 94 V-0"], "met"),
        ("EU", ["EUCLID"], "not_met"),
        ("food contact", ["EU 10/2011 food contact"], "met"),
        ("no FDA", ["FDA"], "unknown"),
        (" , ", ["FDA"], "unknown"),
        ("FDA", [], "unknown"),
        ("FDA", "FDA", "unknown"),
    ],
)
def test_regulatory(wish, approvals, met):
    assert regulatory(wish, approvals) == met


def test_attributes_are_needed_only_for_what_was_asked():
    assert not needs_attributes(block_of(resin=""))
    assert needs_attributes(block_of(resin="", REQUEST_OPACITY="opaque"))


@given(
    st.dictionaries(st.sampled_from([*ATTRIBUTES, "x"]), st.none() | st.text() | st.integers() | st.lists(st.text()))
)
def test_no_attribute_breaks_the_flags(attributes):
    flags_of(block_of(**EVERYTHING), Material(id="m", resin="?", lab=BLUE), attributes)


@given(*[st.text(max_size=500)] * 4)
def test_no_wish_breaks_the_flags(first, second, third, fourth):
    texts = dict(zip(EVERYTHING, (first, second, third, fourth), strict=True))
    flags_of(block_of(**texts), Material(id="m", resin="PP", lab=BLUE), ATTRIBUTES)
