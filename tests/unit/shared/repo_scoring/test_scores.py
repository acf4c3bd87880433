"""``calculate_repo_scores``: what decides, with which parts, in which order."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ai_assistant import calculate_repo_scores
from shared.repo_scoring.index import RepoIndex
from shared.repo_scoring.parts import WEIGHTS, rarity
from shared.repo_scoring.vectors import FIELD
from tests.support.repo_bundles import bundle

ACCOUNT = [
    bundle(
        "orbit",
        description="Deploys services",
        topics=("kubernetes", "helm"),
        languages={"Go": 9_000, "Makefile": 1_000},
        file_types={".go": 40, ".yaml": 12, "Dockerfile": 1},
    ),
    bundle(
        "shop",
        description="A web shop",
        context={"stack": ["AKS", "PostgreSQL"]},
        languages={"Python": 6_000, "HTML": 4_000},
        file_types={".py": 30, ".html": 20, ".sql": 2},
    ),
    bundle("notes", description="Notes on cooking", languages={"Python": 100}, file_types={".md": 9, ".py": 1}),
]


def names(query, repos=ACCOUNT, vector=None):
    return [each["name"] for each in calculate_repo_scores(query, repos, vector)]


def scored(query, name, repos=ACCOUNT, vector=None):
    return next(each for each in calculate_repo_scores(query, repos, vector) if each["name"] == name)


def test_words_alone_find_what_a_question_asks_for():
    found = calculate_repo_scores("which of my repositories show Kubernetes experience?", ACCOUNT)
    assert [each["name"] for each in found] == ["orbit", "shop", "notes"]
    assert found[0]["score"] > found[1]["score"] > found[2]["score"] == 0


def test_a_word_is_found_by_what_says_the_same():
    assert names("k8s")[0] == "orbit"
    assert scored("k8s", "orbit")["parts"]["words"]["matched"] == {"k8s": ["topics"]}


def test_a_narrower_word_shows_the_general_one_but_less():
    part = scored("kubernetes", "shop")["parts"]["words"]
    assert part["matched"] == {"kubernetes": ["context"]}
    assert part["score"] < scored("kubernetes", "orbit")["parts"]["words"]["score"]


def test_every_score_comes_with_its_parts_and_matched_terms():
    found = scored("kubernetes in Go with docker", "orbit")
    assert set(found["parts"]) == set(WEIGHTS)
    assert found["parts"]["words"]["matched"]["kubernetes"] == ["topics"]
    assert found["parts"]["language"]["matched"] == {"Go": 0.9}
    assert found["parts"]["file_types"]["matched"] == {".go": 40, "Dockerfile": 1}
    assert {"kubernetes", "Go", ".go", "Dockerfile"} <= set(found["matched_terms"])


def test_a_score_is_the_weighted_mean_of_its_parts():
    repos = [each | {FIELD: bundle("x", vector=[1.0, place])[FIELD]} for place, each in enumerate(ACCOUNT)]
    for found in calculate_repo_scores("python web shop", repos, [1.0, 0.5]):
        counting = [part for part in found["parts"].values() if part["score"] is not None]
        assert found["score"] == pytest.approx(sum(part["score"] * part["weight"] for part in counting), abs=2e-4)
        assert sum(part["weight"] for part in counting) == pytest.approx(1, abs=3e-4)


def test_a_part_that_the_question_says_nothing_of_does_not_count():
    parts = scored("cooking", "notes")["parts"]
    assert parts["semantic"] == {"score": None, "weight": 0.0, "by": None}
    assert parts["language"]["score"] is None
    assert parts["file_types"]["score"] is None
    assert parts["words"]["weight"] == 1


@pytest.mark.parametrize(
    ("question", "name", "score"),
    [
        ("Python", "shop", 0.6),
        ("py", "notes", 1.0),
        ("golang", "orbit", 0.9),
        ("Python and Go", "notes", 0.5),
        ("python or html", "shop", 0.9),
    ],
)
def test_a_language_counts_by_its_share_of_bytes(question, name, score):
    assert scored(question, name)["parts"]["language"]["score"] == pytest.approx(score)


def test_half_and_half_answers_a_question_for_two_languages_best():
    repos = [
        bundle("half", languages={"Python": 50, "Go": 50}),
        bundle("python", languages={"Python": 100}),
        bundle("mostly", languages={"Python": 90, "Go": 10}),
    ]
    assert names("Python and Go", repos) == ["half", "mostly", "python"]
    assert scored("Python and Go", "half", repos)["parts"]["language"]["score"] == 1


def test_a_variant_of_a_language_counts_to_it():
    repos = [bundle("ui", languages={"TSX": 30, "TypeScript": 30, "CSS": 40})]
    assert scored("ts", "ui", repos)["parts"]["language"]["matched"] == {"TypeScript": 0.6}


def test_what_is_written_in_a_language_tells_its_name():
    assert scored("golang", "orbit")["parts"]["words"]["matched"] == {"golang": ["languages"]}


def test_file_types_that_a_word_lets_one_expect_are_a_signal():
    assert scored("docker", "orbit")["parts"]["file_types"]["matched"] == {"Dockerfile": 1}
    assert scored("databases", "shop")["parts"]["file_types"]["matched"] == {".sql": 2}
    assert scored("documentation", "notes")["parts"]["file_types"]["matched"] == {".md": 9}
    assert scored("anything with .YAML files", "orbit")["parts"]["file_types"]["matched"] == {".yaml": 12}


def test_each_word_that_lets_one_expect_files_counts_by_itself():
    many_python, with_sql = bundle("a", file_types={".py": 99}), bundle("b", file_types={".py": 50, ".sql": 10})
    assert names("Python with SQL", [many_python, with_sql]) == ["b", "a"]


def test_extensions_may_come_without_their_dot():
    repos = [bundle("a", file_types={"tf": 3, "Makefile": 1})]
    assert scored("terraform", "a", repos)["parts"]["file_types"]["matched"] == {".tf": 3}


def test_meaning_decides_where_there_are_vectors():
    repos = [bundle("near", vector=[1.0, 0.1]), bundle("far", vector=[0.1, 1.0]), bundle("opposite", vector=[-1.0, 0])]
    assert names("something else entirely", repos, [1.0, 0.0]) == ["near", "far", "opposite"]
    part = scored("something else entirely", "near", repos, [2.0, 0.0])["parts"]["semantic"]
    assert (part["by"], part["score"]) == ("vector", pytest.approx(1 / math.hypot(1, 0.1), abs=1e-4))
    assert scored("something", "opposite", repos, [1.0, 0.0])["parts"]["semantic"]["score"] == 0


def test_a_question_of_languages_alone_is_decided_by_what_is_written_in_them():
    repos = [
        bundle("alike", vector=[1.0, 0.0], languages={"Go": 1}),
        bundle("few", vector=[0.0, 1.0], languages={"C": 1}),
    ]
    assert names("C code", repos, [1.0, 0.0]) == ["few", "alike"]
    assert scored("C code", "alike", repos, [1.0, 0.0])["score"] == 0
    assert names("C code for compression", repos, [1.0, 0.0])[0] == "alike"


def test_words_stand_in_for_a_repository_that_alone_has_no_vector():
    repos = [bundle("known", vector=[0.6, 0.8], topics=("redis",)), bundle("new", topics=("redis",)), bundle("other")]
    found = {each["name"]: each["parts"]["semantic"] for each in calculate_repo_scores("redis", repos, [1.0, 0.0])}
    assert found["known"] == {"score": 0.6, "weight": pytest.approx(0.6), "by": "vector"}
    assert found["new"] == {"score": 0.6, "weight": pytest.approx(0.6), "by": "words"}
    assert found["other"] == {"score": 0.0, "weight": pytest.approx(0.6), "by": "words"}


@pytest.mark.parametrize(
    "damaged",
    [
        None,
        "vector",
        {},
        {"model": "m", "dimensions": 2},
        {"model": "m", "dimensions": 2, "vector": "???"},
        {"model": "m", "dimensions": 2, "vector": "AAAA"},
        {"model": "m", "dimensions": 2, "vector": "AAAAAAAAAAA="},
        {"model": "m", "dimensions": 2, "vector": "AADAfwAAwH8="},
        {"model": "m", "dimensions": 3, "vector": "AACAPwAAAAA="},
    ],
    ids=str,
)
def test_a_damaged_vector_is_as_good_as_none(damaged):
    (found,) = calculate_repo_scores("a", [bundle("a") | {FIELD: damaged}], [1.0, 0.0])
    assert found["parts"]["semantic"]["by"] is None


@pytest.mark.parametrize("vector", [None, [], [0.0, 0.0], [math.nan, 1.0], [1.0, 0.0, 0.0]])
def test_without_a_usable_vector_of_the_question_words_alone_decide(vector):
    repos = [bundle("a", vector=[1.0, 0.0]), bundle("kubernetes", vector=[0.0, 1.0])]
    assert names("kubernetes", repos, vector) == ["kubernetes", "a"]


def test_vectors_of_another_model_are_not_compared():
    index = RepoIndex([bundle("a", vector=[1.0, 0.0], model="old")], model="new")
    assert index.vectors(2) == 0
    assert index.scores("a", [1.0, 0.0])[0]["parts"]["semantic"]["by"] is None


def test_equal_scores_are_in_the_order_of_names():
    repos = [bundle(name, topics=("redis",)) for name in ("b", "C", "a")]
    assert names("redis", repos) == names("redis", repos[::-1]) == ["a", "b", "C"]


def test_the_order_of_bundles_decides_nothing():
    questions = ["kubernetes", "python web", "go", "notes on postgres"]
    assert all(names(each) == names(each, ACCOUNT[::-1]) for each in questions)


def test_a_rare_word_counts_more_than_one_that_all_tell():
    repos = [bundle(f"r{number}", topics=("python",)) for number in range(9)] + [bundle("x", topics=("terraform",))]
    assert names("python terraform", repos)[0] == "x"
    assert rarity(1, 10) > rarity(9, 10) > 0


def test_a_word_that_nobody_tells_lowers_every_score():
    assert scored("kubernetes quantum", "orbit")["score"] < scored("kubernetes", "orbit")["score"]
    assert names("kubernetes quantum") == names("kubernetes")


def test_scoring_changes_nothing_and_hands_the_bundles_back():
    before = json.dumps(ACCOUNT)
    found = calculate_repo_scores("python", ACCOUNT)
    assert json.dumps(ACCOUNT) == before
    assert {id(each["repo"]) for each in found} == set(map(id, ACCOUNT))


def test_an_index_made_once_gives_the_same_scores():
    index = RepoIndex(ACCOUNT)
    for question in ("kubernetes", "python"):
        assert calculate_repo_scores(question, index) == calculate_repo_scores(question, ACCOUNT)


def test_no_repositories_have_no_scores():
    assert calculate_repo_scores("python", [], [1.0]) == []


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)
BUNDLES = st.fixed_dictionaries(
    {},
    optional={
        "metadata": ANYTHING
        | st.dictionaries(st.sampled_from(["name", "full_name", "topics", "description"]), ANYTHING),
        "repoContext": ANYTHING,
        "file_types": ANYTHING | st.dictionaries(st.sampled_from([".py", "tf", "Dockerfile", "é"]), ANYTHING),
        "languages": ANYTHING | st.dictionaries(st.sampled_from(["Python", "url", "Go"]), ANYTHING),
        FIELD: ANYTHING,
    },
)


@given(query=st.text(max_size=80), repos=st.lists(BUNDLES, max_size=4))
def test_whatever_bundles_hold_scores_are_numbers_from_0_to_1(query, repos):
    found = calculate_repo_scores(f"{query} python go docker .tf", repos, [1.0, 2.0])
    assert len(found) == len(repos)
    assert all(0 <= each["score"] <= 1 for each in found)
    assert found == sorted(found, key=lambda each: -each["score"])
    json.dumps([each["parts"] for each in found], allow_nan=False)
