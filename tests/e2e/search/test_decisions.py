"""What a search does where something was not asked for, one decision each; docs/architecture.md has the table."""

import re

import pytest

from shared.colour.hue_words import hue_words
from shared.colour.lab import Lab
from tests.support.search_client import without

BLUE = {"L": 45.5, "a": 12.3, "b": -25.7}
# Eight of the stack's materials are within 5 of this one, six of them more than 2 away.
SAGE = {"L": 70, "a": -10, "b": 5}
NOWHERE_NEAR = {"L": 50.0, "a": -120.0, "b": 120.0}


def lab_of(result):
    return tuple(result["lab"][axis] for axis in "Lab")


def ids(document):
    return [result["id"] for result in document["results"]["search_results"]]


async def material(client):
    """Return some material of the index."""
    found = await client.search({"k": 1, "rerank": False, "REQUEST_COLOR_DESCR": "vivid yellow"})
    return found["results"]["search_results"][0]


async def test_without_a_threshold_materials_up_to_five_away_are_searched(client, together):
    missing, five = await together({"k": 20, **SAGE}, {"k": 20, **SAGE, "deltaEthresh": 5})
    told = missing["processing_metadata"]["deltae"]
    assert told == five["processing_metadata"]["deltae"]
    assert (told["threshold"], told["filter_applied"]) == (5.0, True)
    results = missing["results"]["search_results"]
    assert 0 < len(results) == min(20, told["matched"])
    assert all(result["dE"] <= 5 for result in results)
    assert {result["within_tolerance"] for result in results} == {True}
    assert max(result["dE"] for result in results) > 2


async def test_a_threshold_of_zero_finds_identical_colours_only(client):
    known = await material(client)
    document = await client.search({"k": 20, "deltaEthresh": 0, **known["lab"]})
    results = document["results"]["search_results"]
    assert known["id"] in ids(document)
    assert {lab_of(result) for result in results} == {lab_of(known)}
    assert {(result["dE"], result["flags"]["colour_match"]) for result in results} == {(0, "indistinguishable")}
    assert document["processing_metadata"]["deltae"]["matched"] == len(results)


async def test_a_threshold_without_a_colour_is_refused(client):
    status, answer, _ = await client.post({"k": 5, "REQUEST_RESIN_FINAL": "PP", "deltaEthresh": 2})
    assert status == 400
    assert answer == {"errors": ["Field 'deltaEthresh' needs the Lab values (L, a, b) that it is measured from"]}


async def test_where_no_material_is_near_all_are_searched_and_the_answer_says_so(client):
    document = await client.search({"k": 5, "deltaEthresh": 0.5, **NOWHERE_NEAR})
    told = document["processing_metadata"]
    assert told["deltae"] == {"threshold": 0.5, "matched": 0, "filter_applied": False}
    assert (told["deltae_filter_applied"], told["deltae_matches_count"], told["degraded"]) == (False, 0, [])
    results = document["results"]["search_results"]
    assert len(results) == 5
    assert {result["flags"]["colour_match"] for result in results} == {"different"}
    assert {result["within_tolerance"] for result in results} == {False}
    assert results[0]["dE"] == min(result["dE"] for result in results)
    (note, *_) = told["notes"]
    assert note.startswith("No material lies within dE 0.5: the nearest is ")
    assert results[0]["id"] in note
    assert document["results"]["overall_scoring_analysis"]["caveats"][0] == note


async def test_all_zeros_are_no_colour_and_one_zero_is_a_value(client, together):
    words = {"k": 3, "REQUEST_COLOR_DESCR": "deep red", "rerank": False}
    none, some = await together(words | {"L": 0, "a": 0.0, "b": 0}, words | {"L": 45.0, "a": 0, "b": 0.0})
    assert none["processing_metadata"]["deltae"] is None
    assert {result["lab_diff"] for result in none["results"]["search_results"]} == {None}
    assert some["processing_metadata"]["deltae"]["threshold"] == 5.0
    assert all(result["lab_diff"] for result in some["results"]["search_results"])


async def test_without_a_resin_there_are_no_synonyms_and_one_search(client, parts):
    document = await client.search({"k": 4, "REQUEST_COLOR_DESCR": "warm grey"})
    told = document["processing_metadata"]
    assert (told["synonym_resins"], told["searches_executed"], told["degraded"]) == ([], 1, [])
    assert await parts.asked("synonym_resins") == 0
    assert {result["flags"]["resin_match"] for result in document["results"]["search_results"]} == {None}


async def test_synonyms_of_a_resin_are_asked_for_once_an_hour(client, parts):
    payload = {"k": 2, "REQUEST_RESIN_FINAL": "PMMA", "REQUEST_COLOR_DESCR": "pale green", "rerank": False}
    first, second = [await client.search(payload) for _ in range(2)]
    assert first["processing_metadata"]["synonym_resins"] == ["SAN", "PC", "PS"]
    assert second["processing_metadata"]["synonym_resins"] == ["SAN", "PC", "PS"]
    # Another test of this stack may have asked before.
    assert await parts.asked("synonym_resins") <= 1


async def test_a_resin_is_known_by_the_name_that_people_type(client):
    payload = {"k": 5, "REQUEST_RESIN_FINAL": "nylon 6", "REQUEST_COLOR_DESCR": "deep green", "rerank": False}
    results = (await client.search(payload))["results"]["search_results"]
    assert {result["flags"]["resin_match"] for result in results if result["resin"] == "PA6"} == {"exact"}


async def test_a_resin_that_nobody_knows_is_searched_as_it_was_typed(client):
    document = await client.search({"k": 3, "REQUEST_RESIN_FINAL": "Unobtainium", "rerank": False})
    assert document["processing_metadata"]["synonym_resins"] == []
    results = document["results"]["search_results"]
    assert {result["flags"]["resin_match"] for result in results} == {"none"}
    assert document["processing_metadata"]["resin"]["known"] is False
    assert (
        'The resin "Unobtainium" is not known: it was searched for as a text.'
        in document["processing_metadata"]["notes"]
    )


async def test_a_resin_that_the_catalogue_lacks_is_named_with_what_is_near_in_kind(client):
    document = await client.search({"k": 3, "REQUEST_RESIN_FINAL": "PEEK", "REQUEST_COLOR_DESCR": "blue"})
    (note,) = [each for each in document["processing_metadata"]["notes"] if "PEEK" in each]
    assert note.startswith("There is no PEEK in the catalogue; near in kind: ")
    assert document["processing_metadata"]["resin"]["in_catalogue"] is False


async def test_what_was_understood_of_a_resin_is_shown(client):
    document = await client.search(
        {"k": 3, "REQUEST_RESIN_FINAL": "Polyamid 6 mit 30 % Glasfaser", "REQUEST_COLOR_DESCR": "blue"}
    )
    told = document["processing_metadata"]
    assert (told["resin"]["code"], told["resin"]["filler"], told["resin"]["known"]) == ("PA6", "GF30", True)
    assert document["results"]["search_results"][0]["flags"]["resin_match"] == "exact"
    assert any("GF30" in note for note in told["notes"])


@pytest.mark.parametrize(
    ("words", "hue"), [("dunkelblau", "blue"), ("rouge vif", "red"), ("RAL 6005", "green"), ("giallo", "yellow")]
)
async def test_colour_words_of_any_language_lead_to_their_colour(client, words, hue):
    document = await client.search({"k": 3, "REQUEST_RESIN_FINAL": "PP", "REQUEST_COLOR_DESCR": words})
    understood = document["processing_metadata"]["understood"]
    assert (understood["colour_words"], understood["not_understood"]) == ([words], [])
    assert hue in understood["colours"][0]["meaning"]
    assert hue in document["results"]["search_results"][0]["colour_words"]


async def test_colour_words_that_nobody_knows_are_named_and_earn_nothing(client):
    document = await client.search({"k": 3, "REQUEST_RESIN_FINAL": "PP", "REQUEST_COLOR_DESCR": "frobnicate"})
    told = document["processing_metadata"]
    assert (told["understood"]["colour_words"], told["understood"]["not_understood"]) == ([], ["frobnicate"])
    assert 'The colour words "frobnicate" were not understood.' in told["notes"]
    assert all(result["score"] <= 60 for result in document["results"]["search_results"])


@pytest.mark.parametrize("strict", [True, False, None])
async def test_a_caller_says_whether_other_resins_may_come_first(client, strict):
    payload = {"k": 20, "REQUEST_RESIN_FINAL": "PP", **BLUE, "deltaEthresh": 20, "REQUEST_RESIN_STRICT": strict}
    results = (await client.search(payload))["results"]["search_results"]
    of_resin = [result["flags"]["resin_match"] == "exact" for result in results]
    assert any(of_resin)
    assert not all(of_resin)
    in_order = of_resin == sorted(of_resin, reverse=True)
    assert in_order if strict else True
    assert of_resin[0] or strict is False


async def test_of_equally_near_materials_the_first_meets_the_wish(client):
    payload = {"k": 5, "REQUEST_RESIN_FINAL": "PP", **SAGE, "deltaEthresh": 30, "REQUEST_REGULATORY": "FDA"}
    document = await client.search(payload)
    first, *others = document["results"]["search_results"]
    nearer = [each for each in others if each["resin"] == "PP" and each["dE"] < first["dE"] - 0.5]
    assert first["flags"]["regulatory"] == "met" or not any(each["flags"]["regulatory"] == "met" for each in nearer)
    assert "regulatory" in first["explanation"]


async def test_results_and_the_request_can_be_drawn(client):
    document = await client.search({"k": 3, **BLUE, "deltaEthresh": 30})
    asked = document["processing_metadata"]["colour"]
    assert asked["lab"] == BLUE
    assert (asked["hex"], asked["in_srgb_gamut"], asked["illuminant"]) == ("#696797", True, "D65")
    for result in document["results"]["search_results"]:
        assert re.fullmatch("#[0-9a-f]{6}", result["hex"])
        assert result["lch"]["L"] == pytest.approx(result["lab"]["L"], abs=0.01)


async def test_a_colour_alone_is_searched_by_its_hue_words(client, parts):
    words = hue_words(Lab(**BLUE)).text
    assert words
    # Only a request that embeds these very words fails.
    await parts.openai.set("embeddings", fail_matching=words)
    assert (await client.search({"k": 3, **BLUE}))["processing_metadata"]["degraded"] == ["vectors"]
    await parts.openai.set("embeddings")
    assert (await client.search({"k": 3, **BLUE}))["processing_metadata"]["degraded"] == []


async def test_without_reranking_nothing_is_scored_and_the_rest_is_there(client, parts):
    payload = {"k": 8, "REQUEST_RESIN_FINAL": "PP", "REQUEST_COLOR_DESCR": "blue", **BLUE, "deltaEthresh": 30}
    answers = await client.followed(await client.submit(payload | {"rerank": False}))
    document = answers[-1][1]
    assert "scoring" not in {each["progress"]["stage"] for _, each, _ in answers[:-1]}
    results = document["results"]["search_results"]
    assert document["results"]["overall_scoring_analysis"] is None
    assert {(result["score"], result["explanation"]) for result in results} == {(None, None)}
    # All are within tolerance: the resin asked for first, then by colour.
    order = [(result["flags"]["resin_match"] != "exact", result["dE"]) for result in results]
    assert order == sorted(order)
    assert all(result["flags"] and result["lab_diff"] for result in results)
    told = document["processing_metadata"]
    assert (told["searches_executed"], told["llm_scoring_duration_ms"], told["degraded"]) == (4, None, [])
    assert [await parts.asked(prompt) for prompt in ("score_chunk", "overall_analysis")] == [0, 0]


async def test_all_that_was_found_is_scored_and_the_best_are_kept_in_order(client, parts):
    payload = {"k": 6, "REQUEST_RESIN_FINAL": "PP", "REQUEST_COLOR_DESCR": "blue", **BLUE, "deltaEthresh": 30}
    document = await client.search(payload)
    told, results = document["processing_metadata"], document["results"]["search_results"]
    assert told["total_results_after_dedup"] > len(results) == 6
    assert [await parts.asked(prompt) for prompt in ("score_chunk", "overall_analysis")] == [5, 1]
    order = [(result["flags"]["resin_match"] != "exact", -result["score"]) for result in results]
    assert order == sorted(order)
    of_resin = [result["dE"] for result in results if result["flags"]["resin_match"] == "exact"]
    assert of_resin == sorted(of_resin)


async def test_a_hundred_results_fit_through_every_step(client):
    texts = {f"REQUEST_NOTE_{number}": "für Gehäuse \U0001f3a8 " * 25 for number in range(40)}
    payload = {"k": 100, "REQUEST_RESIN_FINAL": "ABS", **BLUE, "deltaEthresh": 50} | texts
    document = await client.search(payload)
    results = document["results"]["search_results"]
    assert len(results) == 100
    assert document["processing_metadata"]["degraded"] == []
    assert all(result["score"] is not None for result in results)


async def test_wishes_are_answered_by_flags_that_name_what_is_a_sample(client):
    wishes = {
        "REQUEST_OPACITY": "opaque",
        "REQUEST_HEAT_STABILITY": "220 °C",
        "REQUEST_LIGHT_FASTNESS": "7",
        "REQUEST_REGULATORY": "FDA food contact",
    }
    document = await client.search({"k": 10, "REQUEST_RESIN_FINAL": "PP", "rerank": False} | wishes)
    flags = [result["flags"] for result in document["results"]["search_results"]]
    driven = ("opacity", "heat_stability", "light_fastness", "regulatory")
    assert {flag[name] for flag in flags for name in driven} <= {"met", "not_met", "partly"}
    assert all(set(driven) <= set(flag["sample"]) for flag in flags)
    assert {flag["colour_match"] for flag in flags} == {None}


async def test_the_same_search_has_the_same_answer(client, together):
    payload = {"k": 10, "REQUEST_RESIN_FINAL": "ABS", "REQUEST_COLOR_DESCR": "signal orange"}
    first, second = await together(payload, payload)
    assert first["results"] == second["results"]
    changing = ("started_at", "completed_at", "llm_scoring_duration_ms")
    assert without(first["processing_metadata"], *changing) == without(second["processing_metadata"], *changing)
