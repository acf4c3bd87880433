"""Which resin a text means."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.search.resins import Resin, resins, resolve_resin, same_family


def test_a_code_is_found_with_its_name_and_family():
    assert resolve_resin("PP") == Resin("PP", "polypropylene", "polyolefin", "PP", known=True)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("pp", "PP"),
        (" Polypropylene ", "PP"),
        ("poly-prop", "PP"),
        ("POLYPROP", "PP"),
        ("hdpe", "PE-HD"),
        ("High Density Polyethylene", "PE-HD"),
        ("Nylon 6", "PA6"),
        ("nylon-6", "PA6"),
        ("PA 6", "PA6"),
        ("PA-66", "PA66"),
        ("Nylon 6/6", "PA66"),
        ("PA6,6", "PA66"),
        ("PA6.12", "PA612"),
        ("Makrolon", "PC"),
        ("Makrolon®", "PC"),
        ("Lexan™", "PC"),
        ("plexiglas", "PMMA"),
        ("poly(methyl methacrylate)", "PMMA"),
        ("Delrin", "POM-H"),
        ("hips", "PS-HI"),
        ("PVC-U", "PVC-U"),
        ("uPVC", "PVC-U"),
        ("TPE-U", "TPU"),
        ("EVA", "EVAC"),
        ("\uff30\uff30", "PP"),
        ("P\u2011P", "PP"),
    ],
)
def test_case_spaces_and_punctuation_do_not_matter(text, code):
    found = resolve_resin(text)
    assert (found.code, found.known, found.filler) == (code, True, None)
    assert found.given == text.strip()


@pytest.mark.parametrize(
    ("text", "code", "filler"),
    [
        ("PP-GF30", "PP", "GF30"),
        ("pp gf30", "PP", "GF30"),
        ("PP GF 30", "PP", "GF30"),
        ("PP-GF30%", "PP", "GF30"),
        ("PA66GF30", "PA66", "GF30"),
        ("PA66-CF20", "PA66", "CF20"),
        ("PP-TD20", "PP", "TD20"),
        ("PP TV20", "PP", "TV20"),
        ("PP-T20", "PP", "T20"),
        ("PP-K40", "PP", "K40"),
        ("PBT-GF", "PBT", "GF"),
        ("PA6-GF25+MD15", "PA6", "GF25+MD15"),
        ("PA6-(GF25+MD15)", "PA6", "GF25+MD15"),
        ("PC+ABS-FR(40)", "PC+ABS", "FR40"),
        ("PC/ABS GF10", "PC+ABS", "GF10"),
        ("polypropylene GF30", "PP", "GF30"),
        ("PE-HD-X10", "PE-HD", "X10"),
    ],
)
def test_a_filler_is_noted_and_leaves_the_resin(text, code, filler):
    found = resolve_resin(text)
    assert (found.code, found.filler, found.known) == (code, filler, True)
    assert found.given == text


@pytest.mark.parametrize("text", ["PETG30", "PAMXD6", "PA6T", "PP-B", "PE-X", "PA12"])
def test_no_part_of_a_code_is_taken_for_a_filler(text):
    found = resolve_resin(text)
    assert found.filler is None
    assert found.code == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("PC/ABS", "PC+ABS"),
        ("ABS/PC", "PC+ABS"),
        ("abs + pc", "PC+ABS"),
        ("Bayblend", "PC+ABS"),
        ("Noryl", "PPE+PS"),
        ("PC/PMMA", "PC+PMMA"),
        ("PP+PE+EVA", "PP+PE+EVAC"),
    ],
)
def test_blends_are_known_by_name_or_by_their_parts(text, code):
    found = resolve_resin(text)
    assert (found.code, found.known) == (code, True)


def test_a_blend_has_the_family_of_its_first_part():
    found = resolve_resin("PBT/PMMA")
    assert found.family == "polyester"
    assert found.name == "poly(butylene terephthalate) and poly(methyl methacrylate) blend"


@pytest.mark.parametrize(
    "text", ["unobtainium", "PC/unobtainium", "unobtainium-GF30", "GF30", "+", "'; drop", "PA6/66"]
)
def test_an_unknown_resin_passes_through_with_its_text(text):
    assert resolve_resin(f" {text} ") == Resin(text, None, None, text, known=False)


@pytest.mark.parametrize("text", ["PP-GF10+GF20+MD10+TD5+GB5", "PP" + " " * 97 + "GF30", "+".join(["PP"] * 40)])
def test_what_is_longer_than_any_compound_is_no_resin(text):
    assert resolve_resin(text) == Resin(text, None, None, text, known=False)


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("PP", "PE-HD", True),
        ("PA6", "PA66", True),
        ("PP", "pp-gf30", True),
        ("PC", "PC+ABS", True),
        ("PP", "PA6", False),
        ("PP", "unobtainium", False),
        ("unobtainium", "unobtainium", False),
    ],
)
def test_families(first, second, same):
    assert same_family(first, second) is same_family(second, first) is same


def test_every_code_name_and_alias_leads_to_its_resin():
    for code, entry in resins().items():
        for text in (code, code.lower(), entry.name, *entry.aliases):
            found = resolve_resin(text)
            assert (found.code, found.filler) == (code, None), text


def test_codes_are_written_as_iso_1043_writes_them():
    assert len(resins()) >= 60
    assert [code for code in resins() if not re.fullmatch(r"[A-Z0-9]+([-+/][A-Z0-9]+)*", code)] == []


@settings(deadline=None)
@given(st.text(max_size=600) | st.text("PAGF+-/() 0123456789%", max_size=600))
def test_any_text_is_a_resin_or_passes_through(text):
    found = resolve_resin(text)
    assert found.given == text.strip()
    assert found.known or found.code == text.strip()
