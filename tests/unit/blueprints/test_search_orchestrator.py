"""SearchOrchestrator, replayed as Azure replays it: what a search does, and what it does without a part of it."""

import json
from random import Random

import pytest

from blueprints.search import search_orchestrator
from shared.search.contracts import LabValues
from shared.search.decisions import DEGRADES
from shared.search.drawing import drawn
from shared.search.notes import LAB_ALONE
from shared.search.ranking import UNREAD_CAP
from tests.support.azure_replay import Invocation, Raises, Returns, replay
from tests.support.scripted_context import Driven, ScriptedFailure, drive, in_turn, read
from tests.support.scripted_search import (
    ANALYSIS,
    BLUE,
    FOUND,
    NEAREST,
    OFFLINE,
    REQUEST_ID,
    START,
    WORDS,
    answers,
    hits,
    last_update,
    material,
    request_of,
    scored_by,
    written,
)

DOWN = ScriptedFailure("Unavailable: Azure AI Search answered 503: busy")
MODEL_DOWN = ScriptedFailure("Unavailable: Azure OpenAI answered 429: slow down")
COSMOS_DOWN = ScriptedFailure("Unavailable: Cosmos DB cannot be reached: refused")
REFUSED = ScriptedFailure("Rejected: the answer breaks the schema")


def search(request=None, start=START, **replaced) -> Driven:
    return drive(search_orchestrator, start, answers(request or request_of(), **replaced))


def completed(driven: Driven) -> dict:
    update = last_update(driven.inputs_of("UpdateStatus"))
    assert (driven.status, driven.error) == ("Completed", None)
    assert (driven.output["status"], update["status"]) == ("completed", "completed"), driven.output
    return update


def results_of(driven: Driven) -> list[dict]:
    return completed(driven)["results"]["search_results"]


def ids(driven: Driven) -> list[str]:
    return [result["id"] for result in results_of(driven)]


def metadata_of(driven: Driven) -> dict:
    return last_update(driven.inputs_of("UpdateStatus"))["metadata"]


def failed_with(driven: Driven) -> str:
    update = last_update(driven.inputs_of("UpdateStatus"))
    assert (driven.status, driven.output["status"], update["status"]) == ("Completed", "failed", "failed")
    assert driven.output["error"] == update["error"]
    return update["error"]


def names(driven: Driven) -> list[str]:
    return [call.name for call in driven.calls]


# The whole way


def test_activities_run_in_the_order_of_the_spec_and_what_is_independent_at_once():
    driven = search()
    moments: dict[float, list[str]] = {}
    for call in driven.calls:
        moments.setdefault(round(call.started_at_s, 6), []).append(call.name)
    assert list(moments.values()) == [
        ["LoadRequest"],
        ["UpdateStatus", "ResinMapping"],
        ["ReadColourWords", "GenerateSynonyms", "DeltaEFiltering"],
        ["UpdateStatus", *["VectorSearch"] * 4, "NearestColours"],
        ["DeduplicateResults"],
        ["UpdateStatus", *["ScoreChunk"] * 5],
        ["MergeScoredResults"],
        ["UpdateStatus", "OverallAnalysis", "ComputeFlags", "ComputeLabDiffs"],
        ["StitchEnrichments"],
        ["UpdateStatus"],
    ]


def test_a_run_that_began_before_distance_chose_candidates_ends_as_it_began():
    driven = search(start={key: value for key, value in START.items() if key not in ("steps", "patience_s")})
    assert {"ReadColourWords", "NearestColours"}.isdisjoint(names(driven))
    assert len(ids(driven)) == 9
    down = search(start=START | {"steps": 1, "patience_s": 0}, VectorSearch=DOWN)
    assert failed_with(down) == "Search index did not answer after 3 retries"


def test_a_search_completes_with_ranked_results_the_analysis_and_what_it_did():
    driven = search()
    update = completed(driven)
    assert driven.output == {"status": "completed", "results_count": 9}
    assert ids(driven) == ["m1", "m2", "m3", "m4", "m5", "m6", "m7", "m11", "m12"]
    assert update["results"]["overall_scoring_analysis"] == ANALYSIS | {"caveats": [LAB_ALONE, *ANALYSIS["caveats"]]}
    metadata = update["metadata"]
    assert metadata.pop("started_at") < metadata.pop("completed_at")
    assert metadata.pop("llm_scoring_duration_ms") > 0
    assert metadata == {
        "synonym_resins": ["PE-HD", "POM", "PS"],
        "resin": {
            "given": "PP",
            "code": "PP",
            "name": "polypropylene",
            "filler": None,
            "attributes": [],
            "known": True,
            "in_catalogue": True,
        },
        "understood": {
            "colour_words": ["warm signal blue"],
            "not_understood": [],
            "effects": [],
            "colours": [
                {
                    "text": "warm signal blue",
                    "meaning": "blue",
                    "source": "lexicon",
                    "lab": {"L": 45.0, "a": 12.0, "b": -26.0},
                    **drawn(LabValues(L=45, a=12, b=-26)),
                }
            ],
        },
        "colour": {"lab": BLUE.model_dump(), **drawn(BLUE), "illuminant": "D65", "observer": "10°"},
        "deltae_filter_applied": True,
        "deltae_matches_count": 2,
        "deltae": {"threshold": 5.0, "matched": 2, "filter_applied": True},
        "searches_executed": 4,
        "total_results_before_dedup": 10,
        "total_results_after_dedup": 9,
        "total_results": 9,
        "degraded": [],
        "warnings": [],
        "notes": [LAB_ALONE],
    }


def test_each_result_tells_score_colour_flags_and_which_searches_found_it():
    second = results_of(search())[1]
    assert (second["id"], second["score"], second["explanation"]) == ("m2", 98.0, "fits")
    assert second["found_by"] == ["base", "synonym_1"]
    assert second["flags"]["resin_match"] == "exact"
    assert second["lab_diff"]["dL"] == 0.1
    assert second["dE"] == second["lab_diff"]["dE_cmc"]
    assert second["within_tolerance"] is True
    assert (second["hex"], second["in_srgb_gamut"], second["lch"]["C"]) == ("#696797", True, 28.49)


def test_the_document_hears_of_every_stage_and_its_percentage_never_falls():
    driven = search()
    told = [(update["status"], update["progress"]["stage"]) for update in driven.inputs_of("UpdateStatus")]
    assert told == [
        ("processing", "preparing"),
        ("processing", "searching"),
        ("scoring", "scoring"),
        ("scoring", "analysing"),
        ("completed", "completed"),
    ]
    percents = [update["progress"]["percent"] for update in driven.inputs_of("UpdateStatus")]
    shown = [status["percent"] for status in driven.custom_statuses]
    assert percents == sorted(percents)
    assert shown == sorted(shown)
    assert shown[-1] == percents[-1] == 100
    assert len({percent for percent in shown if 55 <= percent < 80}) >= 4


def test_the_start_is_written_with_the_first_stage():
    first, second, *_ = search().inputs_of("UpdateStatus")
    assert first["metadata"]["started_at"].endswith("Z")
    assert "metadata" not in second


def test_the_base_search_asks_for_k_and_each_synonym_for_five_all_with_the_filter():
    tasks = search(request_of(k=37)).inputs_of("VectorSearch")
    assert [(task["search_type"], task["k"]) for task in tasks] == [
        ("base", 37),
        ("synonym_1", 5),
        ("synonym_2", 5),
        ("synonym_3", 5),
    ]
    assert {task["filter"] for task in tasks} == {"search.in(id, 'm1|m2', '|')"}
    assert [code in task["query"].split() for task, code in zip(tasks, ("PP", "PE-HD", "POM", "PS"), strict=True)]
    assert all("warm signal blue" in task["query"] for task in tasks)


def test_further_texts_of_the_request_are_searched_for_too():
    (task, *_) = search(request_of(REQUEST_FINISH="high gloss")).inputs_of("VectorSearch")
    assert task["query"].endswith("high gloss")


@pytest.mark.parametrize(
    ("count", "sizes"), [(1, [1]), (4, [1] * 4), (5, [1] * 5), (7, [1, 1, 2, 1, 2]), (100, [20] * 5)]
)
def test_scorers_get_parts_of_nearly_the_same_size_and_none_is_empty(count, sizes):
    found = {"base": [material(number) for number in range(1, count + 1)]}
    tasks = search(request_of(k=100), VectorSearch=hits(found)).inputs_of("ScoreChunk")
    assert sorted(len(task["chunk"]) for task in tasks) == sorted(sizes)
    assert [task["chunk_id"] for task in tasks] == list(range(len(sizes)))
    assert len({each["id"] for task in tasks for each in task["chunk"]}) == count


def test_scorers_are_told_the_request_and_its_synonyms():
    block = search().inputs_of("ScoreChunk")[0]["request_block"]
    assert [synonym["code"] for synonym in block["synonyms"]] == ["PE-HD", "POM", "PS"]
    assert block["resin"]["code"] == "PP"
    assert block["request"]["lab"] == {"L": 45.5, "a": 12.3, "b": -25.7}


def test_the_analysis_sees_the_best_ten_only():
    found = {"base": [material(number) for number in range(1, 31)]}
    (task,) = search(request_of(k=30), VectorSearch=hits(found)).inputs_of("OverallAnalysis")
    assert [result["id"] for result in task["results"]] == [f"m{number}" for number in range(1, 11)]


# Which results, in which order


def other_resins(count):
    """Materials of as many resins, so that a score and nothing else puts them in order."""
    resins = ("PC", "ABS", "PA6", "POM", "PBT", "PMMA", "SAN")
    return [material(number) | {"resin": resins[number - 1]} for number in range(1, count + 1)]


def test_all_that_was_found_is_scored_and_then_cut_to_k():
    driven = search(
        request_of(k=2, words="", lab=None),
        VectorSearch=hits({"base": FOUND["base"][:2], "synonym_1": [material(9)]}),
        ScoreChunk=scored_by(lambda name: float(int(name[1:]))),
    )
    assert ids(driven) == ["m9", "m2"]
    assert metadata_of(driven)["total_results_after_dedup"] == 3


def test_materials_without_a_score_come_last():
    def chunk(task):
        answer = scored_by(lambda name: float(int(name[1:])))(task)
        return answer | {"scores": [score for score in answer["scores"] if score["id"] != "m7"]}

    driven = search(
        request_of(resin="", deltae_threshold=50), VectorSearch=hits({"base": other_resins(7)}), ScoreChunk=chunk
    )
    assert ids(driven) == ["m6", "m5", "m4", "m3", "m2", "m1", "m7"]
    assert results_of(driven)[-1]["score"] is None


def test_equal_scores_are_ordered_by_colour_difference_then_by_how_well_they_were_found_and_then_by_id():
    found = {"base": [material(5), material(1) | {"id": "z"}, material(1) | {"id": "b"}, material(2)]}
    driven = search(VectorSearch=hits(found), ScoreChunk=scored_by(lambda _: 50.0))
    assert ids(driven) == ["z", "b", "m2", "m5"]


def test_without_any_score_the_order_is_colour_then_how_well_it_was_found_then_id():
    found = {"base": [material(5), material(1) | {"id": "z"}, material(1) | {"id": "b"}, material(2)]}
    assert ids(search(start=OFFLINE, VectorSearch=hits(found))) == ["z", "b", "m2", "m5"]


# What is near in colour


def test_what_is_beyond_the_tolerance_is_not_scored_where_something_is_within():
    far = material(3, L=90.0)
    driven = search(VectorSearch=hits({"base": [material(1), material(2), far]}))
    assert ids(driven) == ["m1", "m2"]
    assert {each["id"] for task in driven.inputs_of("ScoreChunk") for each in task["chunk"]} == {"m1", "m2"}
    assert metadata_of(driven)["total_results_after_dedup"] == 3


def test_what_is_near_is_among_the_candidates_though_no_search_found_it():
    driven = search(NearestColours=NEAREST)
    found = {result["id"]: result["found_by"] for result in results_of(driven)}
    assert found["m8"] == ["nearest"]
    assert found["m1"] == ["base", "nearest"]
    assert metadata_of(driven)["total_results_before_dedup"] == 13
    assert metadata_of(driven)["searches_executed"] == 4


def test_the_nearest_are_looked_for_by_the_colour_the_resin_its_synonyms_and_the_wishes():
    (task,) = search(request_of(REQUEST_REGULATORY="FDA", REQUEST_FINISH="matt")).inputs_of("NearestColours")
    assert task["standards"] == [BLUE.model_dump()]
    assert (task["resin"], task["synonyms"]) == ("PP", ["PE-HD", "POM", "PS"])
    assert task["wishes"] == [{"field": "REQUEST_REGULATORY", "text": "FDA"}]


def test_without_a_colour_what_the_words_mean_is_near():
    (task,) = search(request_of(lab=None)).inputs_of("NearestColours")
    assert task["standards"] == [WORDS["colours"][0]["lab"]]


def test_words_that_nobody_can_read_have_nothing_near_and_are_named():
    driven = search(
        request_of(lab=None, resin="", words="frobnicate"), ReadColourWords={"not_understood": ["frobnicate"]}
    )
    assert "NearestColours" not in names(driven)
    assert metadata_of(driven)["understood"]["not_understood"] == ["frobnicate"]
    assert metadata_of(driven)["notes"] == ['The colour words "frobnicate" were not understood.']
    assert max(result["score"] for result in results_of(driven)) <= UNREAD_CAP


def test_where_nothing_lies_within_tolerance_the_answer_says_so_everywhere():
    near = NEAREST | {"of_resin": NEAREST["of_resin"] | {"dE": 7.0}, "of_all": NEAREST["of_all"] | {"dE": 7.0}}
    driven = search(NearestColours=near)
    note = "No material lies within dE 5: the nearest PP is Blue 1 (m1) at dE 7.0."
    assert metadata_of(driven)["notes"][0] == note
    assert completed(driven)["results"]["overall_scoring_analysis"]["caveats"][0] == note
    assert driven.inputs_of("OverallAnalysis")[0]["request_block"]["notes"][0] == note


def test_a_resin_that_the_catalogue_lacks_is_named_with_what_is_near_in_kind():
    driven = search(request_of(resin="PEEK"), NearestColours={"in_catalogue": False, "near_in_kind": ["PPS", "PSU"]})
    assert "There is no PEEK in the catalogue; near in kind: PPS, PSU." in metadata_of(driven)["notes"]


def test_without_the_nearest_the_search_goes_on_and_says_what_may_be_missing():
    driven = search(NearestColours=DOWN)
    assert metadata_of(driven)["degraded"] == ["nearest"]
    assert "some that fit better may be missing" in metadata_of(driven)["notes"][0]
    assert len(ids(driven)) == 9


def test_a_search_whose_index_finds_nothing_by_words_goes_on_with_what_is_near():
    driven = search(NearestColours=NEAREST, VectorSearch=REFUSED)
    assert ids(driven) == ["m1", "m2", "m8"]
    assert "base_search" in metadata_of(driven)["degraded"]


def test_searches_without_a_vector_are_named():
    def by_words(task):
        return json.loads(hits(FOUND)(task)) | {"by_vector": task["attempt"] < 2}

    assert metadata_of(search(VectorSearch=by_words))["degraded"] == []
    flaky = {"seen": 0}

    def later_by_words(task):
        flaky["seen"] += 1
        if task["attempt"] < 3:
            raise MODEL_DOWN
        return json.loads(hits(FOUND)(task)) | {"by_vector": False}

    driven = search(VectorSearch=later_by_words)
    assert metadata_of(driven)["degraded"] == ["vectors"]
    assert "searched by words and colour" in metadata_of(driven)["notes"][0]
    assert len(ids(driven)) == 9


def test_colour_words_that_the_model_could_not_be_asked_for_are_named():
    driven = search(ReadColourWords={"not_understood": ["anthrazyt"], "complete": False})
    assert metadata_of(driven)["degraded"] == ["colour_words"]


def test_what_of_the_payload_was_not_used_is_told_and_travels_no_further():
    request = request_of().model_copy(update={"warnings": ("Field 'x' is not known and was not used.",)})
    driven = search(request)
    assert metadata_of(driven)["warnings"] == ["Field 'x' is not known and was not used."]
    assert driven.inputs_of("ScoreChunk")[0]["request_block"]["request"]["warnings"] == []


def test_rerank_false_orders_by_colour_and_skips_scoring_merging_and_the_analysis():
    driven = search(request_of(k=3, rerank=False))
    assert ids(driven) == ["m1", "m2", "m3"]
    assert ids(search(request_of(k=3, rerank=False, lab=None, words=""))) == ["m2", "m1", "m3"]
    assert not {"ScoreChunk", "MergeScoredResults", "OverallAnalysis"} & set(names(driven))
    assert "scoring" not in {update["status"] for update in driven.inputs_of("UpdateStatus")}
    assert completed(driven)["results"]["overall_scoring_analysis"] is None
    assert metadata_of(driven)["llm_scoring_duration_ms"] is None
    assert metadata_of(driven)["degraded"] == []


def test_rerank_false_still_has_synonyms_flags_and_differences():
    driven = search(request_of(rerank=False))
    assert len(driven.inputs_of("VectorSearch")) == 4
    result = results_of(driven)[0]
    assert (result["score"], result["flags"]["resin_match"]) == (None, "exact")
    assert result["dE"] == result["lab_diff"]["dE_cmc"]


# What the request lacks


def test_without_a_resin_there_are_no_synonyms_and_one_search():
    driven = search(request_of(resin=""))
    assert "GenerateSynonyms" not in names(driven)
    assert [task["search_type"] for task in driven.inputs_of("VectorSearch")] == ["base"]
    assert metadata_of(driven)["synonym_resins"] == []
    assert metadata_of(driven)["degraded"] == []


def test_a_lab_colour_alone_is_searched_by_its_hue_words():
    (task,) = search(request_of(resin="", words="")).inputs_of("VectorSearch")
    assert any(word in task["query"] for word in ("blue", "violet", "purple"))


def test_an_unknown_resin_is_searched_as_it_was_typed():
    driven = search(request_of(resin="Unobtainium X7"))
    assert "Unobtainium X7" in driven.inputs_of("VectorSearch")[0]["query"]
    assert driven.inputs_of("GenerateSynonyms")[0]["resin"]["known"] is False


def test_without_a_colour_there_is_no_filter_and_no_difference():
    driven = search(request_of(lab=None))
    assert {"DeltaEFiltering", "ComputeLabDiffs"}.isdisjoint(names(driven))
    assert all("filter" not in task for task in driven.inputs_of("VectorSearch"))
    result = results_of(driven)[0]
    assert (result["dE"], result["lab_diff"], result["flags"]["colour_match"]) == (None, None, None)
    metadata = metadata_of(driven)
    assert (metadata["deltae"], metadata["deltae_matches_count"], metadata["deltae_filter_applied"]) == (
        None,
        None,
        False,
    )


@pytest.mark.parametrize("threshold", [0.0, 5.0, 12.5])
def test_the_threshold_is_passed_on_as_it_is(threshold):
    driven = search(request_of(deltae_threshold=threshold))
    assert driven.inputs_of("DeltaEFiltering")[0]["threshold"] == threshold
    assert metadata_of(driven)["deltae"]["threshold"] == threshold


def test_where_no_material_is_near_the_search_runs_unfiltered_and_says_so():
    driven = search(DeltaEFiltering={"threshold": 5.0, "matched": 0, "listed": 0})
    assert all("filter" not in task for task in driven.inputs_of("VectorSearch"))
    metadata = metadata_of(driven)
    assert metadata["deltae"] == {"threshold": 5.0, "matched": 0, "filter_applied": False}
    assert (metadata["deltae_filter_applied"], metadata["deltae_matches_count"]) == (False, 0)
    assert metadata["degraded"] == []
    assert len(ids(driven)) == 9


@pytest.mark.parametrize("rerank", [True, False])
def test_no_results_complete_with_an_empty_list_and_no_model_is_asked(rerank):
    driven = search(request_of(rerank=rerank), VectorSearch=hits({}))
    assert completed(driven)["results"] == {"overall_scoring_analysis": None, "search_results": []}
    assert {"ScoreChunk", "OverallAnalysis", "ComputeFlags"}.isdisjoint(names(driven))
    assert metadata_of(driven)["total_results"] == 0
    assert metadata_of(driven)["degraded"] == []
    assert driven.output == {"status": "completed", "results_count": 0}


# Mock mode


@pytest.mark.parametrize("rerank", [True, False])
def test_without_a_language_model_nothing_is_scored_and_the_results_say_so(rerank):
    driven = search(request_of(rerank=rerank), OFFLINE)
    assert {"GenerateSynonyms", "ScoreChunk", "OverallAnalysis"}.isdisjoint(names(driven))
    assert metadata_of(driven)["degraded"] == ["llm_disabled"]
    assert {result["score"] for result in results_of(driven)} == {None}
    assert completed(driven)["results"]["overall_scoring_analysis"] is None
    assert metadata_of(driven)["llm_scoring_duration_ms"] is None


# What a search survives

SURVIVED = {
    "ResinMapping": COSMOS_DOWN,
    "GenerateSynonyms": MODEL_DOWN,
    "DeltaEFiltering": ScriptedFailure("Rejected: MTL_Lab_active.csv does not exist"),
    "ReadColourWords": COSMOS_DOWN,
    "NearestColours": DOWN,
    "DeduplicateResults": COSMOS_DOWN,
    "MergeScoredResults": COSMOS_DOWN,
    "OverallAnalysis": MODEL_DOWN,
    "ComputeFlags": DOWN,
    "ComputeLabDiffs": COSMOS_DOWN,
    "StitchEnrichments": COSMOS_DOWN,
}


def test_the_table_of_what_degrades_has_every_activity_that_does():
    assert DEGRADES.keys() == SURVIVED.keys() | {"UpdateStatus"}


@pytest.mark.parametrize("name", SURVIVED)
def test_a_search_goes_on_without_what_failed_and_names_it(name):
    driven = search(**{name: SURVIVED[name]})
    assert metadata_of(driven)["degraded"] == [DEGRADES[name]]
    assert results_of(driven)


@pytest.mark.parametrize("name", ["DeduplicateResults", "MergeScoredResults", "StitchEnrichments"])
def test_what_needs_no_service_is_done_by_the_orchestrator_itself_where_its_activity_fails(name):
    whole = search()
    assert results_of(search(**{name: SURVIVED[name]})) == results_of(whole)


def test_without_synonyms_there_is_one_search():
    driven = search(GenerateSynonyms=REFUSED)
    assert [task["search_type"] for task in driven.inputs_of("VectorSearch")] == ["base"]


@pytest.mark.parametrize(
    "failure",
    [
        ScriptedFailure("Rejected: MTL_Lab_active.csv does not exist"),
        ScriptedFailure("Rejected: MTL_Lab_active.csv cannot be used: the Lab table lacks L*"),
        ScriptedFailure("Unavailable: Blob storage cannot be reached: refused"),
    ],
)
def test_without_usable_lab_values_the_search_runs_unfiltered(failure):
    driven = search(DeltaEFiltering=failure)
    assert all("filter" not in task for task in driven.inputs_of("VectorSearch"))
    metadata = metadata_of(driven)
    assert (metadata["degraded"], metadata["deltae"], metadata["deltae_filter_applied"]) == (["deltae"], None, False)
    assert results_of(driven)[0]["lab_diff"] is not None


def only(search_type, otherwise):
    """``VectorSearch`` that fails except for one search type, or for one only."""

    def answer(task):
        if (task["search_type"] in search_type) == otherwise:
            return DOWN
        return hits(FOUND)(task)

    def script(task):
        found = answer(task)
        if isinstance(found, ScriptedFailure):
            raise found
        return found

    return script


def test_a_failed_synonym_search_is_named_and_the_others_count():
    driven = search(VectorSearch=only(["synonym_1", "synonym_3"], otherwise=True))
    metadata = metadata_of(driven)
    assert metadata["degraded"] == ["synonym_search_1", "synonym_search_3"]
    assert metadata["searches_executed"] == 2
    assert "m11" not in ids(driven)
    assert "m12" in ids(driven)


def test_a_search_survives_on_its_synonyms():
    driven = search(VectorSearch=only(["base"], otherwise=True))
    assert metadata_of(driven)["degraded"] == ["base_search"]
    assert ids(driven) == ["m2", "m11", "m12"]


def test_one_scorer_that_fails_leaves_its_part_without_scores():
    def chunk(task):
        if task["chunk_id"] == 1:
            raise REFUSED
        return scored_by(lambda _: 50.0)(task)

    driven = search(ScoreChunk=chunk)
    assert metadata_of(driven)["degraded"] == ["scoring_partial"]
    assert sum(result["score"] is None for result in results_of(driven)) == 2
    assert completed(driven)["results"]["overall_scoring_analysis"]["summary"] == ANALYSIS["summary"]


@pytest.mark.parametrize(("scored", "degraded"), [(["m1"], ["scoring_partial"]), ([], ["scoring", "analysis"])])
def test_materials_that_scorers_leave_out_are_missed_like_those_of_a_scorer_that_fails(scored, degraded):
    def chunk(task):
        scores = [{"id": each["id"], "score": 9.0, "explanation": ""} for each in task["chunk"] if each["id"] in scored]
        return {"chunk_id": task["chunk_id"], "scores": scores}

    driven = search(ScoreChunk=chunk)
    assert metadata_of(driven)["degraded"] == degraded
    assert ("OverallAnalysis" in names(driven)) == bool(scored)


def test_without_any_scorer_results_have_no_score_and_no_model_is_asked_to_sum_up():
    driven = search(ScoreChunk=MODEL_DOWN)
    assert metadata_of(driven)["degraded"] == ["scoring", "analysis"]
    assert {result["score"] for result in results_of(driven)} == {None}
    assert "OverallAnalysis" not in names(driven)
    assert ids(driven)[:3] == ["m1", "m2", "m3"]


def test_without_flags_or_differences_the_results_have_null_in_their_place():
    result = results_of(search(ComputeFlags=DOWN, ComputeLabDiffs=COSMOS_DOWN))[0]
    assert (result["flags"], result["lab_diff"]) == (None, None)
    assert result["dE"] is not None


def test_what_degrades_is_listed_in_the_order_of_the_search():
    driven = search(GenerateSynonyms=MODEL_DOWN, ScoreChunk=MODEL_DOWN, ComputeFlags=DOWN)
    assert metadata_of(driven)["degraded"] == ["synonyms", "scoring", "analysis", "flags"]


def test_progress_that_cannot_be_written_stops_nothing():
    def write(update):
        if update["status"] != "completed":
            raise COSMOS_DOWN
        return written(update)

    driven = search(UpdateStatus=write)
    assert metadata_of(driven)["degraded"] == ["progress"]
    assert len(ids(driven)) == 9


# What is tried again


def test_what_was_unavailable_is_tried_until_half_a_minute_was_waited():
    answer = hits({"base": FOUND["base"]})({"search_type": "base", "k": 20})
    driven = search(request_of(resin=""), VectorSearch=in_turn(*[DOWN] * 5, answer))
    assert [task["attempt"] for task in driven.inputs_of("VectorSearch")] == [1, 2, 3, 4, 5, 6]
    assert metadata_of(driven)["degraded"] == []
    waited = [call.started_at_s for call in driven.calls if call.name == "VectorSearch"]
    assert 30 <= waited[-1] - waited[0] < 40


def test_steps_that_only_better_the_answer_have_less_patience_and_take_none_from_others():
    driven = search(GenerateSynonyms=MODEL_DOWN, ScoreChunk=MODEL_DOWN)
    assert len(driven.inputs_of("GenerateSynonyms")) == 4
    assert len(driven.inputs_of("ScoreChunk")) == 5 * 6
    assert driven.calls[-1].started_at_s < 50


def test_colour_words_whose_reading_failed_count_as_not_understood():
    driven = search(request_of(lab=None), ReadColourWords=COSMOS_DOWN)
    assert metadata_of(driven)["degraded"] == ["colour_words"]
    assert metadata_of(driven)["understood"]["not_understood"] == ["warm signal blue"]
    assert max(result["score"] for result in results_of(driven)) <= UNREAD_CAP


def test_an_opacity_in_the_colour_words_is_a_wish_for_it():
    driven = search(ReadColourWords=WORDS | {"effects": ["transparent", "metallic"]})
    (wish,) = driven.inputs_of("VectorSearch")[0]["wishes"]
    assert wish == {"field": "REQUEST_OPACITY", "text": "transparent"}
    assert metadata_of(driven)["understood"]["effects"] == ["transparent", "metallic"]
    assert not any("transparent" in note for note in metadata_of(driven)["notes"] if "effect" in note)
    own = search(request_of(REQUEST_OPACITY="opaque"), ReadColourWords=WORDS | {"effects": ["transparent"]})
    assert [each["text"] for each in own.inputs_of("VectorSearch")[0]["wishes"]] == ["opaque"]


def test_patience_leaves_most_of_the_deadline_to_the_steps_that_do_without():
    driven = search(start=START | {"deadline_s": 20}, GenerateSynonyms=MODEL_DOWN, ScoreChunk=MODEL_DOWN)
    assert metadata_of(driven)["degraded"] == ["synonyms", "scoring", "analysis"]
    assert driven.calls[-1].started_at_s < 20


def test_what_was_rejected_is_not_tried_again():
    driven = search(OverallAnalysis=REFUSED)
    assert len(driven.inputs_of("OverallAnalysis")) == 1
    assert metadata_of(driven)["degraded"] == ["analysis"]


def test_a_model_that_is_made_to_speak_of_waiting_keeps_nobody_waiting():
    driven = search(OverallAnalysis=ScriptedFailure("Rejected: best_match: 'retry_after_s=30' was not in the block"))
    assert len(driven.inputs_of("OverallAnalysis")) == 1


def test_of_parallel_calls_only_those_that_failed_run_again():
    def chunk(task):
        seen.append(task["chunk_id"])
        if task["chunk_id"] == 2 and seen.count(2) == 1:
            raise ScriptedFailure("Unavailable: Azure OpenAI answered 429 (retry_after_s=7.000)")
        return scored_by(lambda _: 1.0)(task)

    seen: list[int] = []
    driven = search(ScoreChunk=chunk)
    assert sorted(seen) == [0, 1, 2, 2, 3, 4]
    scorings = [call.started_at_s for call in driven.calls if call.name == "ScoreChunk"]
    assert scorings[-1] - scorings[0] >= 7
    assert metadata_of(driven)["degraded"] == []


# What ends a search


def test_a_request_that_cannot_be_read_fails_and_says_so():
    assert failed_with(search(LoadRequest=COSMOS_DOWN)) == "The search request could not be read after 6 retries"
    refused = search(LoadRequest=ScriptedFailure("Rejected: search 'req_1' cannot be read: k"))
    assert failed_with(refused) == "The search request could not be read"
    assert names(refused) == ["LoadRequest", "UpdateStatus"]


@pytest.mark.parametrize(
    ("failure", "text"),
    [
        (DOWN, "Search index did not answer after 6 retries"),
        (
            ScriptedFailure("Rejected: Azure AI Search answered 400: Invalid expression at $%&"),
            "Search index refused the search",
        ),
        (MODEL_DOWN, "Language model did not answer after 6 retries"),
        (ScriptedFailure("Rejected: Azure OpenAI answered 401: key sk-123"), "Language model refused the search"),
        (COSMOS_DOWN, "Database did not answer after 6 retries"),
        (ScriptedFailure("KeyError: 'secret'"), "The materials could not be searched after 6 retries"),
        (ScriptedFailure("Rejected: there are no words to search for"), "The materials could not be searched"),
    ],
)
def test_a_search_fails_when_every_search_of_the_index_failed_and_a_user_may_read_why(failure, text):
    driven = search(VectorSearch=failure, NearestColours=REFUSED)
    assert failed_with(driven) == text
    assert "DeduplicateResults" not in names(driven)


def test_a_search_fails_for_its_searches_and_not_for_progress_that_could_not_be_written():
    def write(update):
        if update["status"] == "processing":
            raise COSMOS_DOWN
        return written(update)

    driven = search(VectorSearch=DOWN, NearestColours=DOWN, UpdateStatus=write)
    assert failed_with(driven).startswith("Search index did not answer after ")


def test_a_failed_search_keeps_what_it_did_until_then():
    metadata = metadata_of(search(VectorSearch=DOWN, NearestColours=DOWN, DeltaEFiltering=REFUSED))
    searches = ["base_search", "synonym_search_1", "synonym_search_2", "synonym_search_3"]
    assert metadata["degraded"] == ["deltae", *searches, "nearest"]
    assert metadata["synonym_resins"] == ["PE-HD", "POM", "PS"]
    assert metadata["started_at"] < metadata["completed_at"]


def test_the_reason_of_a_failure_stands_in_the_log_and_nowhere_else(caplog):
    driven = search(VectorSearch=DOWN, NearestColours=DOWN)
    (error,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert "Azure AI Search answered 503: busy" in error.reason
    assert error.request_id == REQUEST_ID
    assert "503" not in str(driven.output) + str(driven.inputs_of("UpdateStatus")[-1])


@pytest.mark.parametrize("status", ["completed", "failed", "cancelled"])
def test_a_request_that_has_ended_already_is_left_alone(status):
    driven = search(LoadRequest={"request": request_of().to_json(), "status": status})
    assert names(driven) == ["LoadRequest"]
    assert (driven.status, driven.output) == ("Completed", {"status": status})


@pytest.mark.parametrize("status", ["cancelled", "failed"])
def test_a_search_that_is_ended_from_outside_stops_at_its_next_stage(status):
    writes = in_turn({"status": "processing", "applied": True}, {"status": status, "applied": False})
    driven = search(UpdateStatus=writes)
    assert driven.output == {"status": status}
    assert "DeduplicateResults" not in names(driven)
    assert len(driven.inputs_of("UpdateStatus")) == 2


def test_results_that_come_after_somebody_ended_the_search_change_nothing():
    def write(update):
        return {"status": "cancelled", "applied": False} if update["status"] == "completed" else written(update)

    assert search(UpdateStatus=write).output == {"status": "cancelled", "results_count": 9}


def test_the_last_write_is_tried_five_times_before_the_instance_fails():
    def write(update):
        if update["status"] in ("completed", "failed"):
            raise COSMOS_DOWN
        return written(update)

    driven = search(UpdateStatus=write)
    assert driven.status == "Failed"
    assert "could not be stored" in driven.error
    assert [update["status"] for update in driven.inputs_of("UpdateStatus")][-10:] == ["completed"] * 5 + ["failed"] * 5


def test_results_that_cannot_be_stored_fail_the_search():
    def write(update):
        if update["status"] == "completed":
            raise COSMOS_DOWN
        return written(update)

    assert failed_with(search(UpdateStatus=write)) == "The results could not be stored after 5 retries"


def test_a_bug_fails_the_search_in_words_for_users_and_the_instance_with_its_text():
    driven = search(DeduplicateResults={"results": "nonsense"})
    update = last_update(driven.inputs_of("UpdateStatus"))
    assert driven.status == "Failed"
    assert (update["status"], update["error"]) == (
        "failed",
        "The search failed because of an error in Fanwise, which has been logged",
    )


def test_an_input_without_a_request_fails_the_instance():
    driven = search(start={"deadline_s": 5})
    assert driven.status == "Failed"
    assert "request_id" in driven.error


# The deadline


def late(name):
    """Everything answers except ``name``, which takes five minutes."""
    scripted = answers(request_of())

    def script(invocation: Invocation):
        result = scripted[invocation.name]
        after_s = 300.0 if invocation.name == name else 0.1
        return Returns(result(read(invocation.input)) if callable(result) else result, after_s)

    return script


STEPS = sorted(answers(request_of()))


@pytest.mark.parametrize("name", [name for name in STEPS if name != "UpdateStatus"])
def test_a_step_that_takes_too_long_fails_the_search_at_its_deadline(name):
    run = replay(search_orchestrator, START | {"deadline_s": 20}, late(name))
    assert run.faults == ()
    assert run.output == {"status": "failed", "error": "The search took longer than 20 s"}
    (update,) = [
        call for call in run.activity_calls if call.name == "UpdateStatus" and read(call.input)["status"] == "failed"
    ]
    assert 20 <= update.started_at_s < 24
    assert read(update.input)["error"] == "The search took longer than 20 s"


def test_no_round_begins_after_the_deadline():
    driven = search(start=START | {"deadline_s": 3}, VectorSearch=DOWN, NearestColours=DOWN)
    assert "after 2 retries" in failed_with(driven)
    assert max(call.started_at_s for call in driven.calls if call.name == "VectorSearch") < 3


def test_results_that_are_there_at_the_deadline_are_written():
    scripted = answers(request_of())

    def script(invocation: Invocation):
        result = scripted[invocation.name]
        is_last = invocation.name == "UpdateStatus" and read(invocation.input)["status"] == "completed"
        return Returns(result(read(invocation.input)) if callable(result) else result, 90.0 if is_last else 0.1)

    run = replay(search_orchestrator, START | {"deadline_s": 60}, script)
    assert (run.faults, run.output["status"]) == ((), "completed")
    assert run.ended_at_s > 60


# Whatever happens, Azure and the SDK agree


def random_script(seed: int, request):
    scripted = answers(request)

    def script(invocation: Invocation):
        chance = Random(f"{seed} {invocation.name} {invocation.attempt} {invocation.input}")
        after_s = chance.choice([0.1, 0.1, 0.2, 0.2, 1.0, chance.uniform(0, 9)])
        kind = chance.random()
        if kind < 0.05:
            after_s = 400.0
        elif kind < 0.25:
            wait = chance.choice(["", " (retry_after_s=4.000)"])
            error = chance.choice(["Unavailable: scripted", "Rejected: scripted", "KeyError: 'bug'"])
            return Raises(error + wait, after_s)
        result = scripted[invocation.name]
        return Returns(result(read(invocation.input)) if callable(result) else result, after_s)

    return script


@pytest.mark.parametrize("batching", ["single", "batched"])
@pytest.mark.parametrize("seed", range(20))
def test_random_schedules_failures_and_deadlines_are_replayed_the_same(seed, batching):
    chance = Random(seed)
    lab = chance.choice([BLUE, None, LabValues(L=0, a=0, b=0.5)])
    request = request_of(
        k=chance.choice([1, 5, 100]), resin=chance.choice(["PP", ""]), lab=lab, rerank=chance.random() < 0.8
    )
    start = START | {"deadline_s": chance.choice([8, 30, 120]), "llm": chance.random() < 0.8}
    start["steps"] = chance.choice([1, 2, 2])
    run = replay(search_orchestrator, start, random_script(seed, request), seed, batching)
    assert run.faults == ()
    assert run.status == "Completed" or "could not be stored" in run.error
