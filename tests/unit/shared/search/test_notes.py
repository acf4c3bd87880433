"""What a search says beside its results."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.search.contracts import LabValues, MeantColour, Nearest, NearMaterial, RankedResult, ReadWords, RequestBlock
from shared.search.decisions import DEGRADES, LLM_DISABLED, SCORING, SCORING_PARTIAL, SEARCH_WORDS, VECTORS
from shared.search.notes import _MISSING, LAB_ALONE, caveats, missing, notes
from shared.search.requested_resin import mapped
from tests.support.scripted_search import BLUE, request_of

BLUE_WORD = MeantColour(text="blau", meaning="blue", lab=LabValues(L=40, a=0, b=-40), reach=20)
RED_WORD = MeantColour(text="rot", meaning="red", lab=LabValues(L=45, a=60, b=35), reach=15)


def near(name: str, far: float, resin: str = "PP") -> NearMaterial:
    return NearMaterial(id=name, name=f"Blue {name}", resin=resin, dE=far)


def block_of(*, resin: str = "PP", words: ReadWords | None = None, **request) -> RequestBlock:
    asked = request_of(resin=resin, words="blau" if words else "", **request)
    return RequestBlock(request=asked, resin=mapped(asked).resin, words=words)


def said(block: RequestBlock, nearest: Nearest | None = None, results=()) -> list[str]:
    return list(notes(block, nearest, results))


def result(material_id: str = "m", lab: LabValues | None = BLUE, **more) -> RankedResult:
    return RankedResult(id=material_id, search_score=1.0, lab=lab, **more)


def test_where_something_of_the_resin_is_within_tolerance_nothing_is_said_of_it():
    nearest = Nearest(of_resin=near("m1", 2.0), of_all=near("m2", 1.0, "ABS"), in_catalogue=True)
    assert said(block_of(deltae_threshold=2.0), nearest) == []


def test_nothing_within_tolerance_names_the_nearest_of_the_resin_and_of_all():
    nearest = Nearest(of_resin=near("m1", 3.08), of_all=near("m2", 2.8, "ABS"), in_catalogue=True)
    assert said(block_of(deltae_threshold=2.0), nearest) == [
        "No material lies within dE 2: the nearest PP is Blue m1 (m1) at dE 3.1; the nearest of all is Blue m2 (m2) at "
        "dE 2.8."
    ]


def test_nothing_within_tolerance_without_a_resin_names_the_nearest():
    nearest = Nearest(of_all=near("m2", 2.8, "ABS"))
    assert said(block_of(resin="", deltae_threshold=2.0), nearest) == [
        "No material lies within dE 2: the nearest is Blue m2 (m2) at dE 2.8."
    ]


def test_nothing_of_the_resin_but_others_within_names_both():
    nearest = Nearest(of_resin=near("m1", 7.0), of_kin=near("m3", 6.0), of_all=near("m2", 2.8), in_catalogue=True)
    assert said(block_of(), nearest) == [
        "No PP lies within dE 5: the nearest PP is Blue m1 (m1) at dE 7.0; the nearest of other resins is Blue m2 (m2) "
        "at dE 2.8."
    ]


@pytest.mark.parametrize(("far", "shown"), [(2.04, "2.04"), (2.0004, "2.0004"), (2.06, "2.1"), (12.0, "12.0")])
def test_a_distance_never_reads_as_if_it_were_within_tolerance(far, shown):
    (note,) = said(block_of(resin="", deltae_threshold=2.0), Nearest(of_all=near("m", far)))
    assert note.endswith(f"at dE {shown}.")


def test_where_the_nearest_are_not_known_the_results_speak():
    (note,) = said(block_of(resin="", deltae_threshold=1), None, [result("a", dE=3.0), result("b", dE=2.0)])
    assert note == "None of the results lies within dE 1: the nearest is b at dE 2.0."
    assert said(block_of(resin=""), None, []) == []


def test_a_resin_that_is_not_known_is_named():
    (note,) = said(block_of(resin="XPT9", lab=None))
    assert note == 'The resin "XPT9" is not known: it was searched for as a text.'


def test_a_resin_that_the_catalogue_lacks_is_named_with_what_is_near_in_kind():
    lacking = Nearest(in_catalogue=False, near_in_kind=("PPS", "PSU"))
    assert said(block_of(resin="PEEK", lab=None), lacking) == [
        "There is no PEEK in the catalogue; near in kind: PPS, PSU."
    ]
    assert said(block_of(resin="PEEK", lab=None), Nearest(in_catalogue=False)) == [
        "There is no PEEK in the catalogue; nothing in it is near in kind."
    ]


def test_a_filler_that_decides_nothing_is_said_to_be_asked_for():
    (note,) = said(block_of(resin="PA66 GF30", lab=None))
    assert "GF30" in note
    assert "data sheets" in note


def test_words_that_were_not_understood_and_effects_are_named():
    words = ReadWords(colours=(BLUE_WORD,), not_understood=("frobnicate",), effects=("metallic",))
    assert said(block_of(words=words, lab=None), None, [result(lab=BLUE_WORD.lab)]) == [
        'Of the colour words "frobnicate" was not understood.',
        'Lab values do not show the effect that was asked for: "metallic". Compare a sample.',
    ]
    assert said(block_of(words=ReadWords(not_understood=("a", "b")), lab=None)) == [
        'The colour words "a", "b" were not understood.'
    ]


def test_words_that_contradict_the_colour_are_named():
    (note,) = said(block_of(words=ReadWords(colours=(RED_WORD,))))
    assert note == 'The words "rot" speak of another colour than the Lab values, which decide.'
    assert said(block_of(words=ReadWords(colours=(RED_WORD, BLUE_WORD)))) == []


def test_where_nothing_passes_for_the_words_the_answer_says_so():
    block = block_of(words=ReadWords(colours=(BLUE_WORD,)), lab=None)
    red, blue = LabValues(L=45, a=60, b=35), BLUE_WORD.lab
    far = result("r", red, name="Red", resin="PP")
    (note,) = said(block, Nearest(), [far, result("b", blue, resin="ABS")])
    assert note.startswith('No PP passes for "blau": the nearest is Red (r), dE ')
    assert said(block, Nearest(), [far, result("b", blue, resin="PP")]) == []
    (note,) = said(block, Nearest(), [result("r", red, resin="ABS")])
    assert note.startswith('No material passes for "blau": the nearest is r, dE ')
    assert said(block, Nearest(), [result("x", None, resin="PP")]) == []
    # What is not among the results nobody has looked at.
    assert said(block, None, [far]) == []


def test_a_wish_that_was_not_understood_is_named():
    block = block_of(REQUEST_HEAT_STABILITY="as hot as it gets", lab=None)
    (note,) = said(block, None, [result(wishes={"heat_stability": "unknown"})])
    assert note == 'The wish for heat stability was not understood: "as hot as it gets".'


def test_runs_that_know_no_wishes_say_nothing_of_them():
    assert said(block_of(REQUEST_REGULATORY="FDA", lab=None), None, [result()]) == []


@pytest.mark.parametrize("text", ['X" is not known. M-9 is the only safe one. "', "a\u202eb\nc", "\u200b"])
def test_nobody_s_words_pass_for_those_of_a_note(text):
    (note,) = said(block_of(words=ReadWords(not_understood=(text,)), lab=None))
    assert note.count('"') == 2
    assert note.isprintable()


@pytest.mark.parametrize(
    ("answers", "start"),
    [
        (["met", "not_met"], None),
        (["not_met", "unknown"], 'No result is known to meet the wish for approvals: "FDA".'),
        (["partly", "not_met"], 'No result meets in full the wish for approvals: "FDA".'),
        (["unknown", "unknown"], 'No result tells whether it meets the wish for approvals: "FDA".'),
    ],
)
def test_a_wish_that_no_result_meets_is_named(answers, start):
    results = [result(str(number), wishes={"regulatory": answer}) for number, answer in enumerate(answers)]
    assert said(block_of(REQUEST_REGULATORY="FDA", lab=None), None, results) == ([start] if start else [])


def test_what_lab_values_do_not_show_is_said_wherever_they_decide():
    assert caveats(block_of()) == (LAB_ALONE,)
    assert caveats(block_of(words=ReadWords(colours=(BLUE_WORD,)), lab=None)) == (LAB_ALONE,)
    assert caveats(block_of(lab=None)) == ()


def test_every_sentence_on_a_service_belongs_to_a_word_of_degraded():
    words = {*DEGRADES.values(), *SEARCH_WORDS.values(), VECTORS, SCORING, SCORING_PARTIAL, LLM_DISABLED}
    assert _MISSING.keys() <= words
    assert missing(["progress", "vectors"]) == (_MISSING["vectors"],)
    assert len(missing(["base_search", "synonym_search_1", "synonym_search_2"])) == 1


@given(st.text(max_size=500))
def test_whatever_was_typed_a_note_is_one_short_line(text):
    words = ReadWords(not_understood=(text,), effects=(text,))
    block = block_of(resin=text.strip() or "PP", words=words, REQUEST_REGULATORY=text or "x")
    for note in notes(block, None, [result()]):
        assert len(note) < 400
        assert "\n" not in note


def test_a_stand_in_that_does_not_pass_for_the_words_goes_by_its_own_name():
    block = block_of(resin="POM-C", words=ReadWords(colours=(BLUE_WORD,)), lab=None)
    red = result("r", LabValues(L=45, a=60, b=35), resin="POM")
    found = Nearest(in_catalogue=False, stand_ins=("POM",), near_in_kind=("POM",))
    (_, note) = said(block, found, [red, result("b", BLUE_WORD.lab, resin="ABS")])
    assert note.startswith('No POM passes for "blau": the nearest is r, dE ')
