"""An accepted search is stored, sent and stamped; a queue that is away costs it nothing but time."""

import asyncio
import time
from datetime import datetime

import pytest

from shared.errors import Rejected, Unavailable
from shared.search import acceptance
from shared.search.acceptance import accept, enqueue
from shared.search.payload import read_payload
from shared.search.request_documents import Sender
from tests.support.host import eventually
from tests.support.searches import ACCEPTED_AT, PAYLOAD, new_request_id


async def accepted(searches, request_id, payload=PAYLOAD, sender=Sender("user:john", "session")):  # noqa: B008 - frozen
    await accept(request_id, payload, read_payload(payload), sender, ACCEPTED_AT, searches.resources)


async def stamped(searches, request_id):
    async def has_stamp():
        return bool((await searches.document(request_id))["enqueued_at"])

    await eventually(has_stamp)


async def test_an_accepted_search_is_stored_sent_and_stamped(searches):
    request_id = new_request_id()
    await accepted(searches, request_id)
    (message,) = searches.queue.messages
    assert message.body == f'{{"request_id": "{request_id}"}}'
    assert (message.message_id, message.session_id) == (request_id, "session")
    assert message.properties == {"user_id": "john", "rerank": True, "has_lab": True}
    await stamped(searches, request_id)
    document = await searches.document(request_id)
    assert (document["status"], document["request_payload"]) == ("queued", PAYLOAD)
    assert datetime.fromisoformat(document["enqueued_at"])


@pytest.mark.parametrize(
    ("payload", "has_lab", "rerank"),
    [
        ({"k": 1, "REQUEST_RESIN_FINAL": "PP", "rerank": False}, False, False),
        ({"k": 1, "REQUEST_RESIN_FINAL": "PP", "L": 0, "a": 0, "b": 0}, False, True),
        ({"k": 1, "L": 0, "a": 0, "b": 1}, True, True),
    ],
)
async def test_a_message_says_what_the_search_needs(searches, payload, has_lab, rerank):
    await accepted(searches, new_request_id(), payload, Sender("", "s"))
    (message,) = searches.queue.messages
    assert message.properties == {"user_id": "", "rerank": rerank, "has_lab": has_lab}


async def test_a_search_that_is_stored_already_is_neither_changed_nor_sent_again(searches):
    request_id = await searches.accepted(status="scoring")
    before = await searches.document(request_id)
    await accepted(searches, request_id)
    assert searches.queue.messages == []
    assert await searches.document(request_id) == before


@pytest.mark.parametrize("error", [Unavailable("the queue is away"), Rejected("no such connection string")])
async def test_a_queue_that_is_away_leaves_the_search_queued_without_a_stamp(searches, error):
    searches.queue.script("send", error)
    request_id = new_request_id()
    await accepted(searches, request_id)
    document = await searches.document(request_id)
    assert (document["status"], document["enqueued_at"]) == ("queued", None)


async def test_a_queue_that_hangs_is_not_waited_for_and_gets_the_message_in_the_end(searches, monkeypatch):
    monkeypatch.setattr(acceptance, "_PATIENCE_S", 0.05)
    answers = asyncio.Event()
    send = searches.queue.send

    async def hangs(message):
        await answers.wait()
        await send(message)

    searches.queue.send = hangs
    request_id = new_request_id()
    began = time.monotonic()
    await accepted(searches, request_id)
    assert time.monotonic() - began < 10
    assert (await searches.document(request_id))["enqueued_at"] is None
    answers.set()
    await stamped(searches, request_id)
    assert searches.queue.sent == [request_id]


async def test_a_search_that_cannot_be_stamped_was_sent_all_the_same(searches):
    request_id = await searches.accepted()

    async def away(*_):
        raise Unavailable("Cosmos DB answered 503")

    searches.resources.search_requests.stamp_enqueued = away
    assert await enqueue(request_id, "session", "john", read_payload(PAYLOAD), searches.resources)
    assert searches.queue.sent == [request_id]
