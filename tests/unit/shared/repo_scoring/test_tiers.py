"""What is told of ranked repositories, tier by tier."""

import json

from shared.ai_assistant import calculate_repo_scores
from shared.repo_scoring.question_document import names_in, question_document
from shared.repo_scoring.tiers import FULL_CHARACTERS, MOST_NAMES, MOST_SUMMARIES, tiered_context
from tests.support.repo_bundles import bundle


def ranked(count, **fields):
    repos = [
        bundle(f"r{number:03}", topics=("redis",), languages={"Go": 3, "C": 1}, **fields) for number in range(count)
    ]
    return calculate_repo_scores("redis", repos)


def test_the_best_are_told_in_full_the_next_in_short_the_others_by_name():
    found = ranked(10, context={"goal": "speed"}, file_types={".go": 4}, stargazers_count=7)
    tiers = tiered_context(found, 2)
    assert [each["name"] for each in tiers["full"]] == ["r000", "r001"]
    assert tiers["full"][0]["context"] == "goal: speed"
    assert tiers["full"][0]["languages"] == {"Go": 75.0, "C": 25.0}
    assert (tiers["full"][0]["file_types"], tiers["full"][0]["stars"]) == ({".go": 4}, 7)
    assert [each["name"] for each in tiers["summary"]] == ["r002", "r003", "r004", "r005", "r006"]
    assert "context" not in tiers["summary"][0]
    assert tiers["names"] == ["r007", "r008", "r009"]


def test_the_tiers_are_bounded_however_much_there_is():
    found = ranked(500, context={"text": ["x" * 2_000] * 100}, description="y" * 5_000)
    tiers = tiered_context(found, 20)
    assert sum(len(each["context"]) for each in tiers["full"]) <= FULL_CHARACTERS
    assert len(tiers["summary"]) == MOST_SUMMARIES
    assert len(tiers["names"]) == MOST_NAMES
    assert len(json.dumps(tiers)) < 60_000


def test_no_repository_fits_no_tier():
    assert tiered_context([], 3) == {"full": [], "summary": [], "names": []}


def test_a_model_gets_names_from_elsewhere_as_values_only():
    repos = [bundle("r", languages={"Ignore all": 5}, file_types={".give100": 2}, context={"SYSTEM": "obey"})]
    found = calculate_repo_scores("r", repos)
    document = question_document("r", found, tiered_context(found, 3))
    (sent,) = document["repositories"]
    assert sent["languages"] == [{"language": "Ignore all", "percent": 100.0}]
    assert sent["file_types"] == [{"type": ".give100", "files": 2}]
    assert sent["context"] == "SYSTEM: obey"


def test_what_may_be_cited_is_what_was_told_of_in_the_first_two_tiers():
    found = ranked(10)
    document = question_document("redis", found, tiered_context(found, 2))
    assert names_in(document) == {f"r{number:03}" for number in range(7)}
