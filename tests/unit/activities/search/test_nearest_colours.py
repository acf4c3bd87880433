"""The nearest colours of each group, whatever page of the catalogue they stand on."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.search.nearest_colours import nearest_colours
from shared.colour.cmc import delta_e_cmc
from shared.errors import Unavailable
from shared.search import catalogue
from shared.search.contracts import LabValues, NearestTask, RequestText
from shared.search.resins import same_family
from tests.support.fake_resources import FakeCloud
from tests.support.scripted_search import BLUE, material

FDA = RequestText(field="REQUEST_REGULATORY", text="FDA")
RESINS = ("PP", "PE-HD", "POM", "ABS")


def cloud_of(rows) -> FakeCloud:
    """``rows``: Lab, resin and approvals of each material."""
    cloud = FakeCloud()
    for number, (lab, resin, approvals) in enumerate(rows):
        fields = dict(zip("Lab", lab, strict=True)) | {"resin": resin, "regulatory": approvals}
        cloud.materials.documents.append(material(number) | fields)
        cloud.lab_data.colours[f"m{number}"] = lab
    return cloud


def random_rows(count: int, seed: int = 1, rare: int = 0):
    """Materials of common resins all over; the last ``rare`` ones are PEEK."""
    rng = np.random.default_rng(seed)
    labs = np.round(rng.uniform([10, -60, -60], [95, 60, 60], (count, 3)), 2)
    rows = [
        (tuple(lab), RESINS[rng.integers(len(RESINS))], ["FDA"] if rng.integers(4) == 0 else [])
        for lab in labs.tolist()
    ]
    return [*rows[: count - rare], *((lab, "PEEK", []) for lab, _, _ in rows[count - rare :])]


def task(resin="PP", standards=(BLUE,), wishes=(), synonyms=("POM",)) -> NearestTask:
    return NearestTask(request_id="r", standards=standards, resin=resin, synonyms=synonyms, wishes=wishes)


def nearest_ids(rows, fits, count, standard=BLUE):
    far = delta_e_cmc((standard.L, standard.a, standard.b), [lab for lab, _, _ in rows])
    own = sorted((float(each), f"m{number}") for number, each in enumerate(far) if fits(*rows[number][1:]))
    return [name for _, name in own[:count]]


async def test_every_group_has_its_nearest_by_exact_distance():
    rows = random_rows(600)
    found = await nearest_colours(task(wishes=(FDA,)), cloud_of(rows).resources)
    expected = [
        *nearest_ids(rows, lambda resin, _: resin == "PP", 10),
        *nearest_ids(rows, lambda resin, approvals: resin == "PP" and approvals, 3),
        *nearest_ids(rows, lambda resin, _: resin == "POM" or (resin != "PP" and same_family("PP", resin)), 3),
        *nearest_ids(rows, lambda *_: True, 3),
    ]
    assert [candidate.id for candidate in found.results] == list(dict.fromkeys(expected))
    assert {candidate.found_by for candidate in found.results} == {("nearest",)}
    assert found.results[0].wishes == {"regulatory": "met"} or found.results[0].wishes == {"regulatory": "unknown"}
    assert (found.of_resin.id, found.of_all.id) == (expected[0], nearest_ids(rows, lambda *_: True, 1)[0])
    assert found.of_kin.dE >= found.of_all.dE
    assert (found.in_catalogue, found.near_in_kind) == (True, ("POM", "PE-HD"))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10_000), st.tuples(st.integers(1, 99), st.integers(-60, 60), st.integers(-60, 60)))
async def test_whatever_the_colour_the_ten_nearest_of_the_resin_are_found(seed, lab):
    standard = LabValues(L=lab[0], a=lab[1] or 0.5, b=lab[2])
    rows = random_rows(300, seed)
    found = await nearest_colours(task(standards=(standard,)), cloud_of(rows).resources)
    ids = [candidate.id for candidate in found.results]
    assert ids[:10] == nearest_ids(rows, lambda resin, _: resin == "PP", 10, standard)


async def test_a_rare_resin_is_found_beyond_the_pages_that_are_looked_at(monkeypatch):
    monkeypatch.setattr(catalogue, "PAGE", 50)
    rows = random_rows(1200, rare=4)
    cloud = cloud_of(rows)
    found = await nearest_colours(task(resin="PEEK", synonyms=()), cloud.resources)
    assert [candidate.id for candidate in found.results][:4] == nearest_ids(rows, lambda resin, _: resin == "PEEK", 4)
    assert len(cloud.materials.calls["facts"]) == catalogue.MOST_PAGES
    assert cloud.materials.calls["facts_of_resins"] == [(["PEEK"],)]
    await nearest_colours(task(resin="PEEK", synonyms=(), standards=(LabValues(L=90, a=1, b=1),)), cloud.resources)
    assert len(cloud.materials.calls["facts_of_resins"]) == 1


async def test_what_was_learnt_is_not_asked_for_again_until_the_lab_table_changes():
    cloud = cloud_of(random_rows(200))
    for _ in range(3):
        await nearest_colours(task(), cloud.resources)
    assert (len(cloud.materials.calls["facts"]), len(cloud.materials.calls["resins"])) == (1, 1)
    cloud.lab_data.version = '"2"'
    await nearest_colours(task(), cloud.resources)
    assert (len(cloud.materials.calls["facts"]), len(cloud.materials.calls["resins"])) == (2, 1)


async def test_what_was_learnt_grows_old(monkeypatch):
    cloud = cloud_of(random_rows(50))
    now = [0.0]
    monkeypatch.setattr(cloud.catalogue, "_now", lambda: now[0])
    await nearest_colours(task(), cloud.resources)
    now[0] = 1801.0
    await nearest_colours(task(), cloud.resources)
    assert len(cloud.materials.calls["facts"]) == 2


async def test_an_index_that_is_being_filled_is_looked_at_again_soon(monkeypatch):
    cloud = cloud_of(random_rows(50))
    filled, cloud.materials.documents = cloud.materials.documents, []
    now = [0.0]
    monkeypatch.setattr(cloud.catalogue, "_now", lambda: now[0])
    empty = await nearest_colours(task(), cloud.resources)
    assert (empty.results, empty.in_catalogue) == ((), False)
    cloud.materials.documents = filled
    now[0] = 61.0
    found = await nearest_colours(task(), cloud.resources)
    assert (bool(found.results), found.in_catalogue) == (True, True)


async def test_a_wish_that_nobody_can_read_looks_for_nothing(monkeypatch):
    monkeypatch.setattr(catalogue, "PAGE", 50)
    cloud = cloud_of(random_rows(1200))
    unreadable = RequestText(field="REQUEST_HEAT_STABILITY", text="like the sample")
    await nearest_colours(task(wishes=(unreadable,)), cloud.resources)
    assert (len(cloud.materials.calls["facts"]), cloud.materials.calls["facts_of_resins"]) == (1, [])


async def test_a_resin_that_the_catalogue_lacks_is_not_looked_for_page_by_page(monkeypatch):
    monkeypatch.setattr(catalogue, "PAGE", 50)
    cloud = cloud_of(random_rows(1200))
    found = await nearest_colours(task(resin="LCP", synonyms=()), cloud.resources)
    assert len(cloud.materials.calls["facts"]) == 1
    assert (found.of_resin, bool(found.of_all)) == (None, True)


async def test_without_a_colour_the_lab_values_are_not_asked_for():
    cloud = cloud_of(random_rows(40))
    cloud.lab_data.script("current", Unavailable("gone"))
    assert (await nearest_colours(task(standards=()), cloud.resources)).in_catalogue


async def test_the_nearest_is_named_by_the_colour_that_the_index_has():
    rows = [((50.0, 1.0, 1.0), "PP", []), ((52.0, 1.0, 1.0), "PP", []), ((60.0, 1.0, 1.0), "PP", [])]
    cloud = cloud_of(rows)
    cloud.materials.documents[0]["L"] = None
    cloud.materials.documents[2]["L"] = 51.0
    found = await nearest_colours(task(standards=(LabValues(L=50, a=1, b=1),)), cloud.resources)
    assert found.of_resin.id == "m2"
    assert found.of_resin.dE == pytest.approx(delta_e_cmc((50, 1, 1), (51, 1, 1))[0], abs=1e-4)


async def test_a_material_that_the_index_does_not_have_is_passed_over():
    rows = random_rows(100)
    cloud = cloud_of(rows)
    first = nearest_ids(rows, lambda resin, _: resin == "PP", 2)
    cloud.materials.documents = [each for each in cloud.materials.documents if each["id"] != first[0]]
    found = await nearest_colours(task(), cloud.resources)
    assert found.of_resin.id == first[1]


async def test_without_a_resin_the_nearest_of_all_take_its_place():
    rows = random_rows(300)
    found = await nearest_colours(task(resin=None, synonyms=(), wishes=(FDA,)), cloud_of(rows).resources)
    ids = [candidate.id for candidate in found.results]
    assert ids[:10] == nearest_ids(rows, lambda *_: True, 10)
    assert set(nearest_ids(rows, lambda _, approvals: bool(approvals), 3)) <= set(ids)
    assert (found.of_resin, found.in_catalogue, found.of_all.id) == (None, None, ids[0])


async def test_of_several_colours_the_nearest_counts():
    rows = [((20.0, 1.0, 1.0), "PP", []), ((50.0, 1.0, 1.0), "PP", []), ((90.0, 1.0, 1.0), "PP", [])]
    standards = (LabValues(L=21, a=1, b=1), LabValues(L=89, a=1, b=1))
    found = await nearest_colours(task(standards=standards), cloud_of(rows).resources)
    assert [candidate.id for candidate in found.results] == ["m2", "m0", "m1"]


@pytest.mark.parametrize(("resin", "there"), [("PP", True), ("PEEK", False), ("Unobtainium", False)])
async def test_without_a_colour_it_tells_whether_the_catalogue_has_the_resin(resin, there):
    found = await nearest_colours(task(resin=resin, standards=()), cloud_of(random_rows(40)).resources)
    assert (found.in_catalogue, bool(found.results)) == (there, there)
    assert {candidate.resin for candidate in found.results} <= {resin}


@pytest.mark.parametrize("method", ["resins", "facts", "by_id"])
async def test_an_index_that_fails_is_left_to_the_next_round(method):
    cloud = cloud_of(random_rows(40))
    cloud.materials.script(method, Unavailable("busy"))
    with pytest.raises(Unavailable):
        await nearest_colours(task(), cloud.resources)
    assert (await nearest_colours(task(), cloud.resources)).results


@pytest.mark.parametrize(
    ("asked", "stand_ins", "kin"),
    [("POM-C", ("POM",), ()), ("PP", (), ("PE-HD",)), ("PP-H", ("PP",), ("PE-HD",)), ("PE", ("PE-HD",), ("PP",))],
)
async def test_a_kind_of_the_resin_takes_its_place_where_the_catalogue_has_no_other(asked, stand_ins, kin):
    rows = random_rows(300)
    found = await nearest_colours(task(resin=asked, synonyms=()), cloud_of(rows).resources)
    assert (found.stand_ins, found.in_catalogue) == (stand_ins, not stand_ins)
    assert found.near_in_kind == (*stand_ins, *kin)
    own = stand_ins or (asked,)
    assert [each.id for each in found.results][:10] == nearest_ids(rows, lambda resin, _: resin in own, 10)
    assert found.of_resin.resin == own[0]
