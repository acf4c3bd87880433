"""What a search does where something was not asked for, one decision each; docs/architecture.md has the table."""

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
    assert await parts.searched() == 1
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


async def test_a_colour_alone_is_searched_by_its_hue_words(client, parts):
    words = hue_words(Lab(**BLUE)).text
    assert words
    # Only a request that embeds these very words fails.
    await parts.openai.set("embeddings", fail_matching=words)
    assert (await client.failure({"k": 3, **BLUE}))["error"] == "Language model did not answer after 3 retries"
    await parts.openai.set("embeddings")
    assert ids(await client.search({"k": 3, **BLUE}))


async def test_without_reranking_nothing_is_scored_and_the_rest_is_there(client, parts):
    payload = {"k": 8, "REQUEST_RESIN_FINAL": "PP", "REQUEST_COLOR_DESCR": "blue", **BLUE, "deltaEthresh": 30}
    answers = await client.followed(await client.submit(payload | {"rerank": False}))
    document = answers[-1][1]
    assert "scoring" not in {each["progress"]["stage"] for _, each, _ in answers[:-1]}
    results = document["results"]["search_results"]
    assert document["results"]["overall_scoring_analysis"] is None
    assert {(result["score"], result["explanation"]) for result in results} == {(None, None)}
    assert ids(document) == [
        result["id"] for result in sorted(results, key=lambda result: (-result["fused_score"], result["id"]))
    ]
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
    order = [(-result["score"], result["dE"], result["id"]) for result in results]
    assert order == sorted(order)
    # Among those that the searches found first are others: some were brought up by their score.
    unscored = await client.search(payload | {"rerank": False})
    assert set(ids(unscored)) != set(ids(document))


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
