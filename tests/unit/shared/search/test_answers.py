"""Candidates, tolerance and order together, over drawn catalogues and colours: what a colourist may trust.

The nearest are chosen from the whole catalogue, other candidates and all scores are drawn.
"""

import asyncio
from dataclasses import dataclass, replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.search.nearest_colours import nearest_colours
from shared.colour.cmc import delta_e_cmc
from shared.search.candidates import candidate_of
from shared.search.contracts import (
    Candidate,
    LabValues,
    Nearest,
    NearestTask,
    RankedResult,
    RequestBlock,
    RequestText,
    Score,
    ScoredChunk,
    SearchHits,
    Wanted,
)
from shared.search.eligibility import EQUALLY_NEAR, eligible
from shared.search.fusion import fuse
from shared.search.notes import notes
from shared.search.ranking import ranked
from shared.search.requested_resin import mapped
from shared.search.resins import same_family
from tests.support.fake_resources import FakeCloud
from tests.support.scripted_search import material, request_of

RESINS = ("PP", "PE-HD", "ABS", "PA6")
WISH = RequestText(field="REQUEST_REGULATORY", text="FDA")
TOLERANCES = (2.0, 5.0, 8.0, 12.0, 20.0)


@dataclass(frozen=True)
class Drawn:
    """A catalogue and a colour; ``seed`` draws what words would have found, and every score."""

    seed: int
    asked: LabValues
    resin: str | None
    k: int
    wish: bool

    @property
    def rows(self) -> list[tuple[tuple[float, float, float], str, bool]]:
        """Lab, resin and whether it is approved, of 150 materials."""
        chance = np.random.default_rng(self.seed)
        labs = np.round(chance.uniform([5, -70, -70], [97, 70, 70], (150, 3)), 2).tolist()
        # Some materials share a colour, as those of one pigment in several resins do.
        labs[50:100] = labs[:50]
        return [(tuple(lab), RESINS[chance.integers(len(RESINS))], bool(chance.integers(2))) for lab in labs]


@dataclass(frozen=True)
class Answer:
    results: tuple[RankedResult, ...]
    notes: tuple[str, ...]
    nearest: Nearest


def catalogue_of(drawn: Drawn) -> FakeCloud:
    cloud = FakeCloud()
    for number, (lab, resin, approved) in enumerate(drawn.rows):
        fields = dict(zip("Lab", lab, strict=True)) | {"resin": resin, "regulatory": ["FDA" if approved else "REACH"]}
        cloud.materials.documents.append(material(number) | fields)
        cloud.lab_data.colours[f"m{number}"] = lab
    return cloud


def answer_to(drawn: Drawn, tolerance: float) -> Answer:
    """What a search comes to, its own words and scores being anything."""
    cloud, chance, wishes = catalogue_of(drawn), Random(drawn.seed), (WISH,) if drawn.wish else ()
    task = NearestTask(request_id="r", standards=(drawn.asked,), resin=drawn.resin, wishes=wishes)
    nearest = asyncio.run(nearest_colours(task, cloud.resources))
    found = [candidate_of(each, "base", wishes) for each in chance.sample(cloud.materials.documents, drawn.k)]
    by_words = SearchHits(search_type="base", results=tuple(each for each in found if each))
    hits = [by_words, SearchHits(search_type="nearest", results=nearest.results)]
    wanted = Wanted(lab=drawn.asked, threshold=tolerance, resin=drawn.resin)
    candidates: tuple[Candidate, ...] = eligible(fuse(hits), wanted)
    scores = tuple(Score(id=each.id, score=chance.randrange(101), explanation="drawn") for each in candidates)
    results = ranked(candidates, [ScoredChunk(chunk_id=0, scores=scores)], wanted, drawn.k)
    request = request_of(resin=drawn.resin or "", lab=drawn.asked, deltae_threshold=tolerance)
    block = RequestBlock(request=request, resin=mapped(request).resin)
    return Answer(results, notes(block, nearest, results), nearest)


drawn_searches = st.builds(
    Drawn,
    seed=st.integers(0, 2**32 - 1),
    asked=st.builds(
        LabValues,
        L=st.integers(50, 970).map(lambda tenths: tenths / 10),
        a=st.integers(-700, 700).map(lambda tenths: tenths / 10),
        b=st.integers(-700, 700).map(lambda tenths: tenths / 10),
    ),
    resin=st.sampled_from([None, "PP", "PA6"]),
    k=st.sampled_from([5, 10, 20]),
    wish=st.booleans(),
)


def distances(drawn: Drawn) -> "np.typing.NDArray[np.float64]":
    return np.round(delta_e_cmc(tuple(drawn.asked.model_dump().values()), [lab for lab, _, _ in drawn.rows]), 4)


@settings(max_examples=60, deadline=None)
@given(drawn_searches, st.sampled_from(TOLERANCES))
def test_the_nearest_of_the_resin_of_its_kin_and_of_all_are_among_the_results(drawn, tolerance):
    far, rows = distances(drawn), drawn.rows
    shown = {int(result.id[1:]) for result in answer_to(drawn, tolerance).results}
    groups = {"all": np.ones(len(rows), dtype=bool)}
    if drawn.resin:
        groups["resin"] = np.array([resin == drawn.resin for _, resin, _ in rows])
        groups["kin"] = np.array([same_family(drawn.resin, resin) for _, resin, _ in rows])
    for name, group in groups.items():
        best = far[group].min()
        if best <= tolerance or name == "resin":
            assert min(far[number] for number in shown if group[number]) == best, name
    own = groups.get("resin", groups["all"])
    three = [each for each in np.sort(far[own])[:3] if each <= tolerance]
    have = sorted(far[number] for number in shown if own[number])
    found = sum(one <= other for one, other in zip(have, three, strict=False))
    assert found == len(three) or drawn.k == 5
    assert found >= len(three) - 1


@settings(max_examples=40, deadline=None)
@given(drawn_searches, st.sampled_from(TOLERANCES))
def test_the_first_is_not_beaten_by_any_material_of_the_catalogue(drawn, tolerance):
    far, rows = distances(drawn), drawn.rows
    (first, *_) = answer_to(drawn, tolerance).results
    at = int(first.id[1:])
    of_resin = [number for number, (_, resin, _) in enumerate(rows) if resin == first.resin]
    if not drawn.wish:
        nearer = [number for number in of_resin if far[number] < far[at]]
        assert drawn.resin is None or not nearer
    elif drawn.resin and rows[at][2]:
        assert not [number for number in of_resin if rows[number][2] and far[number] < far[at]]
    elif drawn.resin:
        assert not [number for number in of_resin if rows[number][2] and far[number] <= far[at] + EQUALLY_NEAR]


@settings(max_examples=25, deadline=None)
@given(drawn_searches)
def test_a_wider_tolerance_never_makes_the_best_worse(drawn):
    best = []
    for tolerance in TOLERANCES:
        results = answer_to(drawn, tolerance).results
        best.append(min(each.dE for each in results if drawn.resin in (None, each.resin)))
    assert best == sorted(best, reverse=True)


@settings(max_examples=60, deadline=None)
@given(drawn_searches, st.sampled_from(TOLERANCES))
def test_an_answer_says_that_nothing_is_within_exactly_where_nothing_is(drawn, tolerance):
    far = distances(drawn)
    own = np.array([drawn.resin in (None, resin) for _, resin, _ in drawn.rows])
    answer = answer_to(drawn, tolerance)
    said = [note for note in answer.notes if " lies within dE " in note]
    assert bool(said) == (far[own].min() > tolerance)
    if said:
        # An equally near one that meets the wish may stand before the nearest, which is named all the same.
        assert answer.results[0].dE <= far[own].min() + (EQUALLY_NEAR if drawn.wish else 0)
        assert answer.results[0].within_tolerance is False
        named = answer.nearest.of_resin or answer.nearest.of_all
        assert named is not None
        assert (named.dE, named.id in said[0]) == (far[own].min(), True)


@pytest.mark.parametrize("k", [1, 2, 3])
def test_the_shortest_list_has_the_nearest_of_the_resin(k):
    drawn = Drawn(seed=3, asked=LabValues(L=50, a=10, b=10), resin="PP", k=5, wish=False)
    far = distances(drawn)
    best = min(far[number] for number, (_, resin, _) in enumerate(drawn.rows) if resin == "PP")
    assert best in [each.dE for each in answer_to(replace(drawn, k=k), 20.0).results]
