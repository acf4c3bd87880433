"""From a measurement to searches a minute and dollars."""

import pytest

from bench.scale.capacity import Resource, Rung, first_bottleneck, resources
from bench.scale.cost import MONTH_MIN, costs
from bench.scale.figures import figures
from bench.scale.per_search import per_search
from shared.clients.openai_allowance import ROOM_TO_THINK

GIVEN = figures()
UNITS = GIVEN.request_units
# Two searches of three activities each.
MEASURED = {
    "searches": 2,
    "reasoning_effort": "low",
    "durable": {
        "activities": {"LoadRequest": 2, "VectorSearch": 4},
        "timers_created": 8,
        "timers_fired": 2,
        "episodes": 6,
        "history_bytes": 4096,
    },
    "cosmos": {
        "search-requests/create": {"2": 2},
        "search-requests/patch": {"1": 2},
        "search-requests/read": {"2": 2},
        "search-requests/query": {"1": 9},
        "search-cache/upsert": {"1": 2},
    },
    "chat": {
        "score_chunk": {"calls": 4, "prompt_tokens": 2000, "completion_tokens": 400, "counted_tokens": 40_000},
    },
    "embeddings": {"requests": 2, "texts": 4, "tokens": 60},
    "index": {"semantic": {"queries": 4, "answered_bytes": 1}},
    "messages": {"sent": 2, "delivered": 2, "settled": 2},
    "host": {"cpu_ms": 400, "log_lines": 20, "log_bytes": 1},
    "last_polls": {"cosmos": {"search-requests/read": {"32": 2}}, "answered_bytes": 1},
}
SEARCH = per_search(MEASURED, GIVEN)
LADDER = (Rung("small", 100, 10.0), Rung("large", 1000, 100.0))


def test_an_activity_is_two_actions_and_a_timer_that_fired_is_one() -> None:
    assert (SEARCH.activities, SEARCH.actions) == (3, 1 + 2 * 3 + 1)


def test_request_units_are_those_of_each_operation_and_of_the_polls() -> None:
    # A patch is charged by the item that it changes; timers' queries belong to no search.
    polls = (SEARCH.polls - 1) * UNITS.of("read", 2) + UNITS.of("read", 32)
    operations = 2 * UNITS.of("create", 2) + UNITS.of("read", 2)

    assert SEARCH.request_units["search-requests"] == pytest.approx(operations + polls)
    assert SEARCH.request_units["search-cache"] == pytest.approx(UNITS.of("upsert", 1))


def test_what_a_model_thinks_is_written_too() -> None:
    assert SEARCH.output_tokens == 200 + 2 * GIVEN["thinking_tokens"]


def test_less_room_to_think_is_less_that_the_limit_counts() -> None:
    assert SEARCH.counted_tokens_at("low") == SEARCH.counted_tokens == 20_000
    assert SEARCH.counted_tokens_at("none") == 20_000 - 2 * ROOM_TO_THINK["low"]


def test_requests_a_minute_come_with_tokens_a_minute() -> None:
    (requests,) = (each for each in resources(SEARCH, GIVEN) if each.name == "Chat model, requests")

    assert requests.deployed.carries == GIVEN["chat_tokens_min"] / 1000
    assert requests.asks == 2


@pytest.mark.parametrize(("item_bytes", "kb"), [(1, 1), (1024, 1), (1025, 2), (20_000, 32), (1024 * 1024, 1024)])
def test_an_item_between_two_sizes_counts_as_the_larger(item_bytes, kb) -> None:
    assert UNITS.size_class(item_bytes) == kb


def test_an_item_larger_than_any_documented_is_refused() -> None:
    with pytest.raises(ValueError, match="2000000 bytes"):
        UNITS.size_class(2_000_000)


def test_charges_never_fall_with_the_size() -> None:
    assert len(UNITS.kb) == len(UNITS.read) == len(UNITS.write)
    assert list(UNITS.read) == sorted(UNITS.read)
    assert list(UNITS.write) == sorted(UNITS.write)


def test_a_tier_is_not_filled_beyond_the_target() -> None:
    resource = Resource("x", "units", 2, LADDER, 0.5)

    assert resource.searches_per_min(LADDER[0]) == 25
    assert resource.load(25) == 0.5


@pytest.mark.parametrize(
    ("rate", "needed"), [(25, ("small", 10.0)), (26, ("large", 100.0)), (251, ("2 times large", 200.0))]
)
def test_a_rate_takes_the_smallest_tier_that_carries_it(rate, needed) -> None:
    assert Resource("x", "units", 2, LADDER, 0.5).needed(rate) == needed


def test_the_fullest_is_the_first_bottleneck() -> None:
    wide, narrow = (Resource(name, "units", asks, LADDER, 0.5) for name, asks in (("wide", 1), ("narrow", 3)))

    assert first_bottleneck((wide, narrow)) is narrow


def test_tiers_of_every_ladder_grow() -> None:
    for resource in resources(SEARCH, GIVEN):
        carried = [rung.carries for rung in resource.ladder]
        assert carried == sorted(carried), resource.name


def test_what_is_paid_by_the_month_is_shared_by_the_searches_of_a_month() -> None:
    by_rate = {rate: items(rate) for rate in (1, 100)}

    assert by_rate[1]["Chat model"].per_thousand(1) == by_rate[100]["Chat model"].per_thousand(100)
    bus = by_rate[1]["Service Bus"].per_thousand(1)
    assert bus == pytest.approx(GIVEN["bus_month_usd"] * 1000 / MONTH_MIN)


def test_a_tier_without_a_price_is_said_to_have_none() -> None:
    assert items(1)["Durable Task Scheduler"].unknown == ""
    assert items(100_000)["Durable Task Scheduler"].unknown.endswith("Dedicated, 3 units")


def test_a_model_without_a_price_is_named() -> None:
    with pytest.raises(ValueError, match="no-such-model"):
        items(1, chat="no-such-model")


def items(rate, chat="gpt-5.4-mini"):
    tiers = {each.name: each for each in resources(SEARCH, GIVEN)}
    models = {"chat": chat, "embedding": "text-embedding-3-small"}
    return {each.name: each for each in costs(SEARCH, GIVEN, models, tiers, rate)}
