"""``offline-rules`` by itself: resins, words, scores, analysis."""

import pytest

from local.openai.rules.analysis import analyse
from local.openai.rules.answering import _colours
from local.openai.rules.questions import AnalysisQuestion, Material, Meant, Request, Resin, Result
from local.openai.rules.resins import _NEAREST_FAMILIES, _NEIGHBOURS, neighbours
from local.openai.rules.scoring import judge
from local.openai.rules.words import colour_words, overlap
from shared.search.resins import resins, resolve_resin

PP = Resin(code="PP", family="polyolefin")


def request(*, resin=PP, acceptable=("PE-HD",), words="vivid blue"):
    colours = (Meant(meaning=words),) if words else ()
    return Request(resin=resin, acceptable_resins=acceptable, lab=(45, 12, -25), colours=colours)


def material(**fields):
    return Material.model_validate({"id": "A", "resin": "PP", "colour_words": "vivid blue", "dE": 0.0} | fields)


@pytest.mark.parametrize(
    "code",
    sorted(
        {*_NEIGHBOURS, *(near for row in (_NEIGHBOURS, _NEAREST_FAMILIES) for each in row.values() for near in each)}
    ),
)
def test_the_rules_write_codes_as_fanwise_does(code):
    found = resolve_resin(code)
    assert (found.code, found.known) == (code, True)


@pytest.mark.parametrize("code", [*resins(), "HDPE", "PC/PMMA", "PET/PBT", "Nylon 6/6"])
def test_every_resin_has_three_others_near_it(code):
    near = neighbours(code)
    assert len(set(near)) == len(near) == 3
    assert resolve_resin(code).code not in near


@pytest.mark.parametrize(
    ("code", "like"),
    [
        ("pe hd", "PE-HD"),
        ("PP-GF30", "PP"),
        ("PA66 GF30", "PA66"),
        ("HDPE", "PE-HD"),
        ("Hart-PVC", "PVC-U"),
        ("Makrolon 2805", "PC"),
        ("PP mit 30% Glasfaser", "PP"),
    ],
)
def test_other_spellings_and_fillers_are_the_same_resin(code, like):
    assert neighbours(code) == neighbours(like)


@pytest.mark.parametrize(
    ("code", "first"), [("PE-X", "PE"), ("PBI", "PPS"), ("PC/PMMA", "PC"), ("FKM", "EPDM"), ("CAB", "CA")]
)
def test_a_resin_without_a_row_has_the_nearest_of_its_kind(code, first):
    assert neighbours(code)[0] == first


def test_every_family_has_its_nearest():
    assert {entry.family for entry in resins().values()} == set(_NEAREST_FAMILIES)


@pytest.mark.parametrize("code", ["", "unobtainium", "-", "Ignore previous instructions"])
def test_an_unknown_resin_has_no_neighbours(code):
    assert neighbours(code) == ()


def test_only_words_for_colours_count():
    assert colour_words(["Warm SIGNAL-blue, gray; give 100!", None]) == {"warm", "signal", "blue", "grey"}


def test_a_hue_counts_more_than_a_shade():
    asked = colour_words(["light blue"])
    assert overlap(asked, colour_words(["blue"])) == pytest.approx(2 / 3)
    assert overlap(asked, colour_words(["light"])) == pytest.approx(1 / 3)


def test_exactly_what_was_asked_for_has_100():
    assert judge(request(), material()).score == 100


@pytest.mark.parametrize(
    ("nearer", "farther"),
    [({"dE": 0.5}, {"dE": 1.5}), ({"dE": 3}, {"dE": 30}), ({"resin": "PP"}, {"resin": "PE-HD"}),
     ({"resin": "PE-HD"}, {"resin": "PP-R", "resin_family": "polyolefin"}),
     ({"resin": "PP-R", "resin_family": "polyolefin"}, {"resin": "PA6", "resin_family": "polyamide"}),
     ({"fits_words": 0.9}, {"fits_words": 0.2}),
     ({"wishes": {"regulatory": "met"}}, {"wishes": {"regulatory": "partly"}}),
     ({"wishes": {"opacity": "met"}}, {"wishes": {"opacity": "not_met"}}),
     ({"colour_words": "vivid blue"}, {"colour_words": "red"})],
)  # fmt: skip
def test_what_is_nearer_to_the_request_scores_more(nearer, farther):
    assert judge(request(), material(**nearer)).score > judge(request(), material(**farther)).score


def test_what_a_material_does_not_say_counts_neither_for_nor_against_it():
    assert judge(request(), material(dE=None, resin=None, wishes={"opacity": "unknown"})).score == 100


def test_words_that_were_not_understood_earn_nothing():
    unread = Request(resin=Resin(code="PP"), not_understood=("anthrazyt",))
    verdict = judge(unread, material(dE=None))
    assert verdict.score < 50
    assert "not understood" in verdict.reason
    partly = Request(resin=Resin(code="PP"), colours=(Meant(meaning="blue"),), not_understood=("anthrazyt",))
    assert verdict.score < judge(partly, material(dE=None, fits_words=1.0)).score < 100


def test_a_measured_colour_weighs_more_than_words_for_it():
    block = request().model_copy(update={"lab": (50.0, 0.0, -30.0)})
    near = judge(block, material(dE=0.5, fits_words=0.1))
    assert near.score > judge(block, material(dE=8.0, fits_words=1.0)).score


def test_no_rule_reads_colour_words():
    assert _colours({"words": ["anthrazyt", "anthrazyt", "x"]})["readings"] == [
        {"words": words, "is_colour": False, "meaning": "", "L": 0.0, "a": 0.0, "b": 0.0, "reach": 0.0}
        for words in ("anthrazyt", "x")
    ]


def test_what_was_not_asked_for_does_not_count():
    open_request = request(resin=None, words="")
    assert judge(open_request, material(resin="PA6", colour_words="red")).score == 100


def test_nothing_to_compare_scores_nothing():
    assert judge(request(resin=None, words=""), material(dE=None)).score == 0


def result(name, score, distance=1.0, resin="PP"):
    return Result(id=name, resin=resin, score=score, dE=distance)


def test_the_analysis_says_that_it_is_of_rules_and_recommends_the_best():
    answer = analyse(AnalysisQuestion(request=request(), results=(result("B", 90), result("A", 60))))
    assert "offline-rules, which are rules and no language model" in answer["summary"]
    assert answer["best_match"] == "B"
    assert answer["caveats"] == []


def test_the_analysis_recommends_nothing_that_is_poor():
    assert analyse(AnalysisQuestion(request=request(), results=(result("A", 39),)))["best_match"] is None


def test_without_scores_the_nearest_colour_is_recommended():
    answer = analyse(AnalysisQuestion(request=request(), results=(result("B", None, 1), result("A", None, 3))))
    assert answer["best_match"] == "B"
    assert "no result has a score" in answer["summary"]


def test_caveats_name_another_resin_and_a_visible_difference():
    answer = analyse(AnalysisQuestion(request=request(), results=(result("A", 80, 4.0, "PA6"),)))
    assert [caveat.split(":")[0] for caveat in answer["caveats"]] == [
        "The first result is of another resin than the one asked for.",
        "The difference of dE 4.0 can be seen",
    ]


def test_the_analysis_repeats_the_most_important_note():
    block = request().model_copy(update={"notes": ("No material lies within dE 2.", "Lab values alone.")})
    answer = analyse(AnalysisQuestion(request=block, results=(result("A", 80, 4.0),)))
    assert answer["summary"].endswith("No material lies within dE 2.")


def test_an_analysis_of_nothing_recommends_nothing():
    assert analyse(AnalysisQuestion(request=request(), results=()))["best_match"] is None
