"""Which searches a minute each tier carries, and which tier a given rate needs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil

from bench.scale.figures import Figures
from bench.scale.per_search import PerSearch

RATES_PER_MIN = (1, 100, 10_000)


@dataclass(frozen=True)
class Rung:
    """A tier. ``carries``: units of its resource a minute; ``month_usd``: what it costs idle, None where that is by use
    or nobody publishes it."""

    name: str
    carries: float
    month_usd: float | None = None


@dataclass(frozen=True)
class Resource:
    """``asks``: units that one search takes; ``ladder``: tiers, the one that is deployed first, smallest to largest."""

    name: str
    unit: str
    asks: float
    ladder: tuple[Rung, ...]
    target: float

    @property
    def deployed(self) -> Rung:
        return self.ladder[0]

    def searches_per_min(self, rung: Rung) -> float:
        """Return what ``rung`` carries while it is no fuller than the target."""
        return rung.carries * self.target / self.asks

    def load(self, rate_per_min: float) -> float:
        """Return how full the deployed tier is at a rate: 1 is all that it has."""
        return rate_per_min * self.asks / self.deployed.carries

    def rung_for(self, rate_per_min: float) -> Rung | None:
        """Return the smallest tier that carries a rate, None where one alone does not."""
        return next((rung for rung in self.ladder if self.searches_per_min(rung) >= rate_per_min), None)

    def needed(self, rate_per_min: float) -> tuple[str, float | None]:
        """Return what carries a rate, the largest tier several times if need be, and what that costs a month."""
        if rung := self.rung_for(rate_per_min):
            return rung.name, rung.month_usd
        largest = self.ladder[-1]
        count = ceil(rate_per_min / self.searches_per_min(largest))
        cost = None if largest.month_usd is None else count * largest.month_usd
        return f"{count} times {largest.name}", cost


def resources(search: PerSearch, given: Figures) -> tuple[Resource, ...]:
    """Return everything that a search passes through, in that order."""
    target = given["target_load"]
    fullest = max(search.request_units.values())
    return (
        Resource("Functions, HTTP", "requests", search.http_requests, tuple(_http(given)), target),
        Resource("Functions, cores", "core seconds", search.cpu_s, tuple(_cores(given)), target),
        Resource(
            "Functions, activities at once", "activity seconds", search.activity_s, tuple(_at_once(given)), target
        ),
        Resource("Service Bus", "credits", search.messages, tuple(_bus(given)), target),
        Resource("Durable Task Scheduler", "actions", search.actions, tuple(_scheduler(given)), target),
        Resource("Cosmos DB, fullest container", "RU", fullest, tuple(_cosmos(given)), target),
        Resource("AI Search, semantic ranker", "queries", search.semantic_queries, tuple(_ranker(given)), target),
        Resource("Chat model, tokens", "tokens counted", search.counted_tokens, tuple(_tokens("chat", given)), target),
        Resource("Chat model, requests", "requests", search.chat_calls, tuple(_requests(given)), target),
        Resource("Embedding model", "tokens", search.embedding_tokens, tuple(_tokens("embedding", given)), target),
    )


def first_bottleneck(found: Sequence[Resource]) -> Resource:
    """Return what is full first as it is deployed, whatever the rate: loads grow in proportion."""
    return max(found, key=lambda resource: resource.load(1))


def _http(given: Figures) -> Iterator[Rung]:
    for most in (given["flex_max_instances"], 1000):
        yield Rung(f"{most:,.0f} instances", most * given["flex_http_concurrency"] / given["http_s"] * 60)


def _cores(given: Figures) -> Iterator[Rung]:
    for most in (given["flex_max_instances"], 200, 500, 1000):
        yield Rung(f"{most:,.0f} instances", most * given["flex_cores"] * 60)


def _at_once(given: Figures) -> Iterator[Rung]:
    for most in (given["flex_max_instances"], 200, 500, 1000):
        yield Rung(f"{most:,.0f} instances", most * given["flex_activities"] * 60)


def _bus(given: Figures) -> Iterator[Rung]:
    yield Rung("Standard", given["bus_credits_s"] * 60, given["bus_month_usd"])


def _scheduler(given: Figures) -> Iterator[Rung]:
    yield Rung("Consumption", given["dts_consumption_actions_s"] * 60)
    for units in range(1, int(given["dts_most_units"]) + 1):
        yield Rung(f"Dedicated, {units} unit{'s' * (units > 1)}", units * given["dts_unit_actions_s"] * 60)


def _cosmos(given: Figures) -> Iterator[Rung]:
    yield Rung("serverless", given["cosmos_serverless_ru_s"] * 60)
    for ru_s in (10_000, 20_000, 50_000, 100_000, given["cosmos_most_ru_s"]):
        usd = ru_s / 100 * given["cosmos_autoscale_100_ru_s_usd"]
        yield Rung(f"autoscale to {ru_s:,.0f} RU/s", ru_s * 60, usd)


def _ranker(given: Figures) -> Iterator[Rung]:
    per_min = 60 / given["semantic_query_s"]
    for tier, units in (("basic", (1, 2, 3, 6, 9)), ("s1", (9, 12, 24, 36)), ("s2", (36,))):
        for count in units:
            carried = count * given[f"ranker_{tier}"] * per_min
            yield Rung(f"{tier}, {count} unit{'s' * (count > 1)}", carried, count * given[f"{tier}_month_usd"])


def _requests(given: Figures) -> Iterator[Rung]:
    for rung in _tokens("chat", given):
        yield replace(rung, carries=rung.carries / given["chat_tokens_per_request"])


def _tokens(kind: str, given: Figures) -> Iterator[Rung]:
    deployed = given[f"{kind}_tokens_min"]
    for capacity in sorted({deployed, *(size * 1000 for size in (250, 500, 1000, 2000, 5000, 10_000))}):
        if capacity >= deployed:
            yield Rung(f"capacity {capacity / 1000:,.0f}", capacity)
