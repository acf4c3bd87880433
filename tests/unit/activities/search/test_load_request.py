"""LoadRequest: a search as it was accepted."""

import pytest

from activities.search import ACTIVITIES
from shared.errors import Rejected, Unavailable
from shared.search.contracts import LabValues, LoadedRequest
from tests.support.searches import new_request_id

ACTIVITY = ACTIVITIES["LoadRequest"]


async def load(searches, request_id):
    return await ACTIVITY.run(ACTIVITY.decode({"request_id": request_id}), searches.resources)


async def test_a_search_is_loaded_as_it_was_accepted(searches):
    loaded = await load(searches, await searches.accepted())
    assert loaded.request.lab == LabValues(L=45.5, a=12.3, b=-25.7)
    assert (loaded.request.k, loaded.request.text("REQUEST_RESIN_FINAL"), loaded.status) == (20, "PP", "queued")
    assert LoadedRequest.model_validate(loaded.to_json()) == loaded


async def test_a_search_that_was_closed_shows_it(searches):
    assert (await load(searches, await searches.accepted(status="cancelled"))).status == "cancelled"


async def test_a_search_that_cannot_be_seen_yet_is_left_to_the_next_round(searches):
    with pytest.raises(Unavailable, match="cannot be seen"):
        await load(searches, new_request_id())


async def test_a_payload_that_is_not_accepted_any_more_is_rejected(searches):
    request_id = await searches.accepted(request_payload={"k": 1000, "REQUEST_RESIN_FINAL": "PP"})
    with pytest.raises(Rejected, match="Field 'k' must be integer"):
        await load(searches, request_id)
