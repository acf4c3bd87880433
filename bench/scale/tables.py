"""The tables of docs/scale.md, as Markdown."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from bench.scale.capacity import RATES_PER_MIN, Resource, first_bottleneck, resources
from bench.scale.cost import MONTH_MIN, costs
from bench.scale.figures import Figures
from bench.scale.per_search import PerSearch, per_search
from shared.clients.openai_allowance import ROOM_TO_THINK


def tables(measured: dict[str, Any], given: Figures) -> dict[str, str]:
    """Return every table by the name that its markers have."""
    search = per_search(measured, given)
    found = resources(search, given)
    return {
        "search": _search(search, measured),
        "carries": _carries(found),
        "load": _load(found),
        "change": _change(found),
        "tokens": _token_limit(search, given),
        "cost": _cost(search, given, measured["models"], found),
        "scheduler": _break_even(search, given),
        "assumed": _assumed(given),
        "documented": _documented(given),
    }


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def _search(search: PerSearch, measured: dict[str, Any]) -> str:
    units = " + ".join(f"{value:.0f} in `{name}`" for name, value in search.request_units.items())
    calls = ", ".join(f"{name} {each['calls'] / measured['searches']:.0f}" for name, each in measured["chat"].items())
    rows = [
        ("Activities", f"{search.activities:.0f}"),
        ("Actions of the Durable Task Scheduler", f"{search.actions:.0f}: 1, and 2 for each activity"),
        ("Episodes of the orchestrator", f"{search.episodes:.1f}"),
        ("History", f"{search.history_kb:,.0f} KB"),
        ("Requests to Cosmos DB", f"{search.cosmos_requests:.0f}"),
        ("Request units", f"{search.all_request_units:.0f}: {units}"),
        ("Service Bus", f"{search.messages:.0f}: sent, received, settled"),
        ("Queries of the index", f"{search.semantic_queries:.0f} semantic, {search.plain_queries:.0f} plain"),
        ("Calls of the chat model", f"{search.chat_calls:.0f}: {calls}"),
        ("Tokens read, written", f"{search.input_tokens:,.0f}, {search.output_tokens:,.0f}"),
        ("Tokens that the rate limit counts", f"{search.counted_tokens:,.0f}"),
        ("Tokens embedded", f"{search.embedding_tokens:,.0f}"),
        ("HTTP requests", f"{search.http_requests:.0f}: 1 accepted, {search.polls} polls"),
        ("CPU of the host", f"{search.cpu_s * 1000:,.0f} ms"),
        ("Lines of log", f"{search.log_lines:.0f}"),
    ]
    table = _table(("One search asks for", "How much"), rows)
    return f"{table}\n\nMean of {measured['searches']} searches; {measured['machine']}"


def _carries(found: Sequence[Resource]) -> str:
    rows = [
        (
            each.name,
            f"{_short(each.asks)} {each.unit}",
            each.deployed.name,
            f"{_short(each.deployed.carries)} {each.unit} a minute",
            _short(each.searches_per_min(each.deployed)),
        )
        for each in found
    ]
    return _table(("What", "One search asks for", "As deployed", "Which has", "Searches a minute"), rows)


def _load(found: Sequence[Resource]) -> str:
    first = first_bottleneck(found)

    def row(each: Resource) -> list[str]:
        cells = [each.name, *(_percent(each.load(rate)) for rate in RATES_PER_MIN)]
        return [f"**{cell}**" for cell in cells] if each is first else cells

    heads = [f"{rate:,} a minute" for rate in RATES_PER_MIN]
    return _table(("How full, as deployed", *heads), map(row, found))


def _change(found: Sequence[Resource]) -> str:
    def cell(each: Resource, rate: float) -> str:
        needed, month_usd = each.needed(rate)
        if needed == each.deployed.name:
            return "as deployed"
        return needed if month_usd is None else f"{needed} ({month_usd:,.0f} USD a month)"

    rows = [[each.name, *(cell(each, rate) for rate in RATES_PER_MIN)] for each in found]
    return _table(("What carries it", *(f"{rate:,} a minute" for rate in RATES_PER_MIN)), rows)


def _token_limit(search: PerSearch, given: Figures) -> str:
    limit = given["chat_tokens_min"]

    def row(what: str, tokens: float) -> tuple[str, str, str]:
        return what, f"{tokens:,.0f}", _short(limit * given["target_load"] / tokens)

    rows = [
        row(f"`{effort}`, {room:,} tokens to think{', as deployed' * (effort == search.effort)}", tokens)
        for effort, room in sorted(ROOM_TO_THINK.items(), key=lambda item: item[1])
        for tokens in [search.counted_tokens_at(effort)]
    ]
    rows.append(row("What is spent, by what is assumed of `low`", search.input_tokens + search.output_tokens))
    return _table(("Effort", "Tokens of one search", f"{limit:,.0f} a minute carry, searches a minute"), rows)


def _cost(search: PerSearch, given: Figures, models: dict[str, str], found: Sequence[Resource]) -> str:
    tiers = {each.name: each for each in found}
    by_rate = [costs(search, given, models, tiers, rate) for rate in RATES_PER_MIN]
    rows: list[list[str]] = []
    for items in zip(*by_rate, strict=True):
        cells = [
            f"{item.unknown}: no price published" if item.unknown else f"{item.per_thousand(rate):,.2f}"
            for item, rate in zip(items, RATES_PER_MIN, strict=True)
        ]
        rows.append([items[0].name, *cells])
    totals = [
        sum(item.per_thousand(rate) for item in items) for items, rate in zip(by_rate, RATES_PER_MIN, strict=True)
    ]
    marks = ["" if not any(item.unknown for item in items) else " and the scheduler" for items in by_rate]
    rows.append(["**All**", *(f"**{total:,.2f}**{mark}" for total, mark in zip(totals, marks, strict=True))])
    return _table(("USD for 1,000 searches", *(f"{rate:,} a minute" for rate in RATES_PER_MIN)), rows)


def _break_even(search: PerSearch, given: Figures) -> str:
    a_search = search.actions * given["dts_action_usd"]
    rows = [
        (f"{rate:,}", f"{rate * MONTH_MIN:,.0f}", f"{rate * MONTH_MIN * a_search:,.0f} USD")
        for rate in RATES_PER_MIN[:2]
    ]
    return _table(("Searches a minute, all month", "Searches a month", "Actions by the price above"), rows)


def _assumed(given: Figures) -> str:
    rows = [(f"`{name}`", f"{each.value:g} {each.unit}", each.note) for name, each in given.assumed.items()]
    return _table(("Assumed", "Value", "Of what"), rows)


def _documented(given: Figures) -> str:
    def where(source: str) -> str:
        return f"<{source}>" if source.startswith("https://") else source

    read: Callable[[bool], str] = lambda is_read: "" if is_read else "from memory, "  # noqa: E731
    rows = [
        (f"`{name}`", f"{each.value:,.15g} {each.unit}", where(each.source), f"{read(each.read)}{each.date}", each.note)
        for name, each in given.documented.items()
    ]
    units = given.request_units
    charges = "; ".join(
        f"{name} of 1 KB {of[0]:.2f} RU, of {units.kb[5]} KB {of[5]:.2f} RU"
        for name, of in (("read", units.read), ("write", units.write))
    )
    rows.append(("`request_units`", charges, where(units.source), str(units.date), "by the size of the item"))
    return _table(("Figure", "Value", "Source", "Read", "Note"), rows)


def _percent(load: float) -> str:
    return f"{load * 100:,.0f} %" if load >= 0.01 else "under 1 %"


def _short(value: float) -> str:
    """Return a figure with as many digits as mean something."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}".removesuffix(".0") if value >= 1 else f"{value:.2g}"
