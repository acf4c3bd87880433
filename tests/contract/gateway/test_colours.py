"""Which of two apps gets a request."""

import asyncio

import pytest

from tests.support.gateway import gateway_under_test


@pytest.mark.parametrize(("weight", "greens"), [(0, 0), (10, 2), (50, 10), (100, 20)])
async def test_requests_are_shared_out_by_weight(weight, greens) -> None:
    async with gateway_under_test(green_weight=weight) as gateway:
        await asyncio.gather(*(gateway.post("/search") for _ in range(20)))

        assert (len(gateway.blue.asked), len(gateway.green.asked)) == (20 - greens, greens)


@pytest.mark.parametrize("weight", [0, 50, 100])
async def test_a_run_is_followed_where_it_was_started_whatever_the_weights(weight) -> None:
    async with gateway_under_test(green_weight=weight) as gateway:
        for _ in range(3):
            await gateway.get("/instances/blue/run-b")
            await gateway.get("/instances/green/run-g")

        assert {asked.path for asked in gateway.blue.asked} == {"/instances/blue/run-b"}
        assert {asked.path for asked in gateway.green.asked} == {"/instances/green/run-g"}


@pytest.mark.parametrize("colour", ["red", "pool", "Blue", "blue%2F..", "api-blue"])
async def test_a_colour_that_nobody_has_is_not_found(colour) -> None:
    async with gateway_under_test() as gateway:
        answer = await gateway.get(f"/instances/{colour}/run")

        assert (answer.status, answer.json) == (404, {"error": "Instance not found"})
        assert gateway.blue.asked + gateway.green.asked == []


async def test_where_there_is_no_green_its_runs_are_not_found() -> None:
    async with gateway_under_test(has_green=False) as gateway:
        answer = await gateway.get("/instances/green/run")

        assert (answer.status, answer.json) == (404, {"error": "Instance not found"})
        assert (await gateway.get("/instances/blue/run")).status == 200
