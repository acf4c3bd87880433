"""Activities that need nothing but their task: the same task gives the same result, run as often as one likes."""

import pytest

from activities.search.compute_lab_diffs import compute_lab_diffs
from activities.search.deduplicate_results import deduplicate_results
from activities.search.merge_scored_results import merge_scored_results
from activities.search.resin_mapping import resin_mapping
from activities.search.stitch_enrichments import stitch_enrichments
from shared.colour.cmc import delta_e_cmc
from shared.search.candidates import candidate_of
from shared.search.contracts import (
    DeduplicateTask,
    Flags,
    LabDiff,
    LabDiffTask,
    LabValues,
    Material,
    MergeTask,
    RankedResult,
    ResinTask,
    Score,
    ScoredChunk,
    SearchHits,
    StitchTask,
    Wanted,
)
from tests.support.fake_resources import FakeCloud
from tests.support.scripted_search import BLUE, material, request_of


@pytest.fixture
def resources():
    return FakeCloud().resources


def candidate(number: int, search_type: str = "base"):
    found = candidate_of(material(number), search_type)
    assert found is not None
    return found


def hits(search_type: str, *numbers: int) -> SearchHits:
    return SearchHits(search_type=search_type, results=tuple(candidate(number, search_type) for number in numbers))


@pytest.mark.parametrize(
    ("given", "code", "known"),
    [("polypropylene", "PP", True), (" nylon 6 ", "PA6", True), ("PP-GF30", "PP", True), ("Foo", "Foo", False)],
)
async def test_a_resin_gets_its_code_and_an_unknown_one_keeps_its_text(resources, given, code, known):
    resin = (await resin_mapping(ResinTask(request_id="r", request=request_of(resin=given)), resources)).resin
    assert (resin.given, resin.code, resin.known) == (given.strip(), code, known)


@pytest.mark.parametrize("given", ["", "  "])
async def test_without_a_resin_there_is_none(resources, given):
    assert (await resin_mapping(ResinTask(request_id="r", request=request_of(resin=given)), resources)).resin is None


async def test_every_material_is_kept_once_and_the_finds_are_counted(resources):
    task = DeduplicateTask(request_id="r", searches=(hits("base", 1, 2), hits("synonym_1", 2, 3)))
    found = await deduplicate_results(task, resources)
    assert found.total_before == 4
    assert [each.id for each in found.results] == ["m2", "m1", "m3"]
    assert found == await deduplicate_results(task, resources)


async def test_scores_are_merged_and_the_best_k_stay(resources):
    chunk = ScoredChunk(chunk_id=0, scores=(Score(id="m3", score=90, explanation="near"),))
    results = tuple(candidate(number) for number in (1, 2, 3))
    task = MergeTask(request_id="r", k=2, lab=BLUE, results=results, chunks=(chunk,))
    # Those of other steps know the colour only; the nearer of the same resin stand before what has a score.
    ranked = (await merge_scored_results(task, resources)).results
    assert [(each.id, each.score) for each in ranked] == [("m1", None), ("m2", None)]
    task = task.model_copy(update={"wanted": Wanted(resin="PP")})
    ranked = (await merge_scored_results(task, resources)).results
    assert [(each.id, each.score) for each in ranked] == [("m3", 90.0), ("m1", None)]


async def test_differences_are_material_minus_request_with_the_request_as_the_standard(resources):
    lab = LabValues(L=55.5, a=12.3, b=-25.7)
    task = LabDiffTask(request_id="r", lab=BLUE, materials=(Material(id="a", lab=lab), Material(id="b")))
    (only,) = (await compute_lab_diffs(task, resources)).lab_diffs
    assert (only.id, only.dL, only.da, only.db, only.words) == ("a", 10.0, 0.0, 0.0, "lighter")
    assert only.dE_cmc == pytest.approx(delta_e_cmc((BLUE.L, BLUE.a, BLUE.b), (lab.L, lab.a, lab.b))[0], abs=1e-4)
    assert only.dE_2000 > 0


async def test_results_are_stitched_by_id_and_every_key_is_there(resources):
    ranked = tuple(RankedResult.of(candidate(number), score=float(number)) for number in (2, 1))
    diff = LabDiff(id="m2", dL=1, da=0, db=0, dC=0, dH=0, dE_cmc=0.5, dE_2000=0.6, words="lighter")
    task = StitchTask(request_id="r", results=ranked, flags=(Flags(id="m1", opacity="met"),), lab_diffs=(diff,))
    second, first = (await stitch_enrichments(task, resources)).search_results
    assert (second["id"], first["id"]) == ("m2", "m1")
    assert (second["flags"], first["flags"]["opacity"]) == (None, "met")
    assert (second["lab_diff"]["words"], first["lab_diff"]) == ("lighter", None)
    assert (second["dE"], first["dE"]) == (0.5, None)
    assert second.keys() == first.keys()
    assert "id" not in first["flags"]
