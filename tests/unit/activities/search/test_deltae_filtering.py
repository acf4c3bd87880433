"""Which materials are near a colour: computed once, known for half an hour."""

import pytest

from activities.search.deltae_filtering import deltae_filtering
from shared.errors import Rejected, Unavailable
from shared.search.contracts import DeltaETask, LabValues
from tests.support.fake_resources import FakeCloud

TASK = DeltaETask(request_id="r", lab=LabValues(L=50, a=0, b=0), threshold=2.0)


@pytest.fixture
def cloud():
    made = FakeCloud()
    made.lab_data.colours = {"near": (51, 0, 0), "far": (90, 0, 0)}
    return made


async def test_the_filter_names_what_is_near(cloud):
    found = await deltae_filtering(TASK, cloud.resources)
    assert (found.filter, found.matched) == ("search.in(id, 'near', '|')", 1)


async def test_the_same_colour_again_is_known_here_and_in_every_other_process(cloud):
    first = await deltae_filtering(TASK, cloud.resources)
    (item,) = cloud.search_cache.items.values()
    assert item["ttl"] == 1800
    assert await deltae_filtering(TASK, cloud.resources) == first
    assert len(cloud.search_cache.calls["upsert_item"]) == 1


@pytest.mark.parametrize("change", [{"threshold": 1.0}, {"lab": LabValues(L=50, a=0, b=0.1)}])
async def test_another_colour_or_threshold_is_computed_anew(cloud, change):
    await deltae_filtering(TASK, cloud.resources)
    await deltae_filtering(TASK.model_copy(update=change), cloud.resources)
    assert len(cloud.search_cache.items) == 2


async def test_a_new_upload_makes_what_was_known_worthless(cloud):
    await deltae_filtering(TASK, cloud.resources)
    cloud.lab_data.colours["closer"] = (50, 0, 0)
    cloud.lab_data.version = '"2"'
    found = await deltae_filtering(TASK, cloud.resources)
    assert (found.matched, found.data_version) == (2, '"2"')


async def test_that_nothing_is_near_is_known_too(cloud):
    cloud.lab_data.colours.pop("near")
    for _ in range(2):
        found = await deltae_filtering(TASK, cloud.resources)
        assert (found.filter, found.matched) == (None, 0)
    assert len(cloud.search_cache.calls["upsert_item"]) == 1


async def test_a_cache_that_fails_changes_nothing(cloud):
    cloud.search_cache.script("read_item", TimeoutError())
    cloud.search_cache.script("upsert_item", TimeoutError())
    assert (await deltae_filtering(TASK, cloud.resources)).matched == 1


@pytest.mark.parametrize("error", [Unavailable("Blob storage answered 503"), Rejected("MTL_Lab_active.csv is gone")])
async def test_without_lab_values_the_orchestrator_decides(cloud, error):
    cloud.lab_data.script("current", error)
    with pytest.raises(type(error)):
        await deltae_filtering(TASK, cloud.resources)
