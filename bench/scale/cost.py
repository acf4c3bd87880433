"""What 1,000 searches cost at a steady rate, by list prices."""

from dataclasses import dataclass

from bench.scale.capacity import Resource
from bench.scale.figures import Figures
from bench.scale.per_search import PerSearch
from shared.telemetry.prices import prices

# As the Durable Task Scheduler's documentation reckons a month.
MONTH_MIN = 2_628_000 / 60
_MILLION = 1_000_000


@dataclass(frozen=True)
class Cost:
    """``by_use``: USD for 1,000 searches, whatever the rate; ``a_month``: USD, shared by all of a month's."""

    name: str
    by_use: float
    a_month: float = 0.0
    unknown: str = ""

    def per_thousand(self, rate_per_min: float) -> float:
        return self.by_use + self.a_month * 1000 / (rate_per_min * MONTH_MIN)


def costs(
    search: PerSearch, given: Figures, models: dict[str, str], tiers: dict[str, Resource], rate_per_min: float
) -> tuple[Cost, ...]:
    """Return each item at a rate, with the tiers that the rate needs.

    Raises:
        ValueError: A model has no list price.
    """
    chat = _tokens_usd(models["chat"], search.input_tokens, search.output_tokens)
    embedding = _tokens_usd(models["embedding"], search.embedding_tokens, 0)
    logs_gb = search.log_lines * 1000 * given["log_row_bytes"] / 1e9
    return (
        Cost("Chat model", 1000 * chat),
        Cost("Embedding model", 1000 * embedding),
        _scheduler(search, given, tiers["Durable Task Scheduler"], rate_per_min),
        _functions(search, given, rate_per_min),
        _cosmos(search, given, tiers["Cosmos DB, fullest container"], rate_per_min),
        Cost(
            "AI Search",
            search.semantic_queries * given["ranker_thousand_usd"],
            tiers["AI Search, semantic ranker"].needed(rate_per_min)[1] or 0.0,
        ),
        _bus(search, given, tiers["Service Bus"], rate_per_min),
        Cost("Logs", logs_gb * given["logs_gb_usd"]),
    )


def _tokens_usd(model: str, read: float, written: float) -> float:
    price = prices().of(model)
    if price is None:
        raise ValueError(f"{model} has no list price in shared/telemetry/prices.yaml")
    return price.usd(read, written)


def _scheduler(search: PerSearch, given: Figures, tiers: Resource, rate_per_min: float) -> Cost:
    needed, _ = tiers.needed(rate_per_min)
    if needed == tiers.deployed.name:
        return Cost("Durable Task Scheduler", 1000 * search.actions * given["dts_action_usd"])
    return Cost("Durable Task Scheduler", 0.0, unknown=needed)


def _functions(search: PerSearch, given: Figures, rate_per_min: float) -> Cost:
    """Instances are billed while at work: alone, a search holds one; many share as many as their cores need."""
    per_s = rate_per_min / 60
    in_flight = per_s * given.search_s
    durable = max(min(1.0, in_flight), per_s * search.cpu_s / given["flex_cores"] / given["target_load"])
    # A request at work is billed a second at least.
    at_once = given["flex_http_concurrency"] * given["target_load"]
    http = max(min(1.0, per_s * search.http_requests), per_s * search.http_requests * given["http_s"] / at_once)
    gb_s = (durable + http) / per_s * given["flex_memory_gb"]
    executions = search.executions * given["flex_million_executions_usd"] / _MILLION
    return Cost("Functions", 1000 * (gb_s * given["flex_gb_s_usd"] + executions), given["flex_always_ready_usd"])


def _cosmos(search: PerSearch, given: Figures, tiers: Resource, rate_per_min: float) -> Cost:
    needed, month_usd = tiers.needed(rate_per_min)
    if needed == tiers.deployed.name:
        return Cost("Cosmos DB", search.all_request_units * 1000 / _MILLION * given["cosmos_million_ru_usd"])
    # The other container is as much smaller as it is asked for less.
    share = search.all_request_units / max(search.request_units.values())
    return Cost("Cosmos DB", 0.0, (month_usd or 0.0) * share)


def _bus(search: PerSearch, given: Figures, tiers: Resource, rate_per_min: float) -> Cost:
    operations = search.messages * rate_per_min * MONTH_MIN
    above = max(0.0, operations - given["bus_included_operations"])
    month_usd = (tiers.needed(rate_per_min)[1] or 0.0) + above / _MILLION * given["bus_million_operations_usd"]
    return Cost("Service Bus", 0.0, month_usd)
