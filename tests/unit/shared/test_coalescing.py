"""Many callers, few requests."""

import asyncio

import pytest

from shared.coalescing import Coalescer


class Requests:
    """Counts batches and answers each item in upper case; items starting with ``bad`` fail."""

    def __init__(self):
        self.batches = []

    async def handle(self, items):
        self.batches.append(list(items))
        if "down" in items:
            raise ConnectionError("service is down")
        return [ValueError(item) if item.startswith("bad") else item.upper() for item in items]


async def test_concurrent_calls_share_requests():
    requests = Requests()
    coalescer = Coalescer(requests.handle, size=64, wait_s=0.01)
    results = await asyncio.gather(*(coalescer.submit(f"a{i}") for i in range(150)))
    assert results == [f"A{i}" for i in range(150)]
    assert [len(batch) for batch in requests.batches] == [64, 64, 22]


async def test_one_bad_item_fails_alone():
    coalescer = Coalescer(Requests().handle, size=3, wait_s=10)
    good, bad, other = await asyncio.gather(
        coalescer.submit("a"), coalescer.submit("bad"), coalescer.submit("b"), return_exceptions=True
    )
    assert (good, other) == ("A", "B")
    assert isinstance(bad, ValueError)


async def test_an_outage_reaches_every_caller_of_the_batch_and_no_other():
    coalescer = Coalescer(Requests().handle, size=2, wait_s=10)
    first = await asyncio.gather(coalescer.submit("a"), coalescer.submit("down"), return_exceptions=True)
    assert all(isinstance(result, ConnectionError) for result in first)
    assert await asyncio.gather(coalescer.submit("b"), coalescer.submit("c")) == ["B", "C"]


async def test_a_caller_that_gives_up_leaves_the_others_their_results():
    coalescer = Coalescer(Requests().handle, size=2, wait_s=10)
    leaving = asyncio.create_task(coalescer.submit("a"))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await coalescer.submit("b") == "B"
    with pytest.raises(asyncio.CancelledError):
        await leaving
