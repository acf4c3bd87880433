"""What a health check makes of the answers: what is away and why, and whether Fanwise can work without it."""

import asyncio

import pytest

from shared.errors import Unavailable
from shared.health import Ping, health_of


async def answers() -> None:
    pass


async def is_away() -> None:
    raise Unavailable("The task hub could not be asked: no connection")


async def never_answers() -> None:
    await asyncio.Event().wait()


async def test_where_everything_answers_it_is_healthy() -> None:
    found = await health_of({"cosmos": answers, "durable": answers})

    assert (found.healthy, found.status) == (True, "ok")


@pytest.mark.parametrize(
    ("ping", "reason"),
    [
        (is_away, "The task hub could not be asked: no connection"),
        (never_answers, "no answer within 3 s"),
    ],
    ids=["away", "silent"],
)
async def test_without_the_durable_engine_it_is_not_and_says_so(
    ping: Ping, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    found = await health_of({"cosmos": answers, "durable": ping})

    assert (found.healthy, found.status) == (False, "degraded")
    assert found.dependencies()["durable"]["reason"] == reason
    assert found.dependencies()["cosmos"]["status"] == "ok"
    (logged,) = caplog.records
    assert (vars(logged)["dependency"], vars(logged)["reason"]) == ("durable", reason)


async def test_without_github_it_is_healthy_and_says_so() -> None:
    found = await health_of({"cosmos": answers, "github": is_away})

    assert (found.healthy, found.status) == (True, "degraded")
