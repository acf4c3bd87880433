"""Flags of every result, and when the index is asked for them."""

import pytest

from activities.search.compute_flags import compute_flags
from shared.errors import Unavailable
from shared.search.contracts import FlagsTask, Material, RequestBlock
from shared.search.requested_resin import mapped
from tests.support.fake_resources import FakeCloud
from tests.support.scripted_search import BLUE, material, request_of


def task_of(**request) -> FlagsTask:
    asked = request_of(**request)
    materials = tuple(Material(id=f"m{number}", resin="PP", lab=BLUE) for number in (2, 1, 9))
    return FlagsTask(
        request_id="r", request_block=RequestBlock(request=asked, resin=mapped(asked).resin), materials=materials
    )


@pytest.fixture
def cloud():
    made = FakeCloud()
    made.materials.documents = [
        material(1, opacity="opaque", sample_attributes=["resin"]),
        material(2, opacity="clear"),
    ]
    return made


async def test_each_result_gets_its_flags_in_the_order_given(cloud):
    flags = (await compute_flags(task_of(REQUEST_OPACITY="opaque"), cloud.resources)).flags
    assert [(each.id, each.opacity) for each in flags] == [("m2", "not_met"), ("m1", "met"), ("m9", "unknown")]
    assert cloud.materials.calls["attributes"] == [(["m2", "m1", "m9"],)]


async def test_a_flag_that_rests_on_a_sample_says_so(cloud):
    flags = (await compute_flags(task_of(), cloud.resources)).flags
    assert {each.id: each.sample for each in flags} == {"m1": ("resin_match",), "m2": (), "m9": ()}


async def test_for_a_colour_alone_nobody_is_asked(cloud):
    flags = (await compute_flags(task_of(resin=""), cloud.resources)).flags
    assert {each.colour_match for each in flags} == {"indistinguishable"}
    assert cloud.materials.calls["attributes"] == []


async def test_an_index_that_fails_is_left_to_the_next_round(cloud):
    cloud.materials.script("attributes", Unavailable("busy"))
    with pytest.raises(Unavailable):
        await compute_flags(task_of(), cloud.resources)
