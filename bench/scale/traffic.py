"""What recorded exchanges were: operations of Cosmos DB, prompts, embeddings, queries of the index."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from bench.scale.figures import RequestUnits
from bench.scale.recorder import Exchange

Totals = dict[str, dict[str, float]]


def cosmos_operations(exchanges: Iterable[Exchange], units: RequestUnits) -> dict[str, dict[str, int]]:
    """Count requests by ``container/operation`` and the size class of their item, in KB.

    What a write sends and what a read answers is the item. A patch tells neither: it counts by what it sends.
    """
    totals: dict[str, Counter[str]] = defaultdict(Counter)
    for each in exchanges:
        if operation := _operation(each):
            container = each.path.strip("/").split("/")[3]
            size = units.size_class(max(each.sent_bytes, each.answered_bytes))
            totals[f"{container}/{operation}"][str(size)] += 1
    return {name: dict(sorted(counted.items(), key=lambda item: int(item[0]))) for name, counted in totals.items()}


def _operation(each: Exchange) -> str | None:
    parts = each.path.strip("/").split("/")
    if len(parts) < 5 or parts[4] != "docs" or each.status >= 500:
        return None
    missing = each.status == 404
    match each.method:
        case "GET":
            return "read of nothing" if missing else "read" if len(parts) > 5 else "feed"
        case "POST" if each.headers.get("x-ms-documentdb-isquery", "").lower() == "true":
            return "query"
        case "POST" if each.headers.get("x-ms-cosmos-is-batch-request", "").lower() == "true":
            return "batch"
        case "POST" if each.headers.get("x-ms-documentdb-is-upsert", "").lower() == "true":
            return "upsert"
        case "POST" if each.headers.get("x-ms-cosmos-is-query-plan-request", "").lower() == "true":
            return None
        case "POST":
            return "create"
        case "PUT":
            return "replace"
        case method:
            return method.lower()


def prompts(exchanges: Iterable[Exchange]) -> Totals:
    """Sum calls and tokens of the language model by prompt.

    ``counted_tokens`` is what the rate limit counts when the call arrives: the prompt and the longest answer allowed.
    """
    totals: Totals = defaultdict(lambda: {"calls": 0, "prompt_tokens": 0, "completion_tokens": 0, "counted_tokens": 0})
    for each in exchanges:
        if not each.path.endswith("/chat/completions") or each.status != 200:
            continue
        counted = totals[each.sent["response_format"]["json_schema"]["name"]]
        usage = each.answered["usage"]
        longest = each.sent.get("max_completion_tokens") or each.sent["max_tokens"]
        counted["calls"] += 1
        counted["prompt_tokens"] += usage["prompt_tokens"]
        counted["completion_tokens"] += usage["completion_tokens"]
        counted["counted_tokens"] += usage["prompt_tokens"] + longest
    return dict(totals)


def embeddings(exchanges: Iterable[Exchange]) -> dict[str, float]:
    """Sum requests, texts and tokens of the embedding model."""
    found = [each for each in exchanges if each.path.endswith("/embeddings") and each.status == 200]
    return {
        "requests": len(found),
        "texts": sum(_count(each.sent["input"]) for each in found),
        "tokens": sum(each.answered["usage"]["total_tokens"] for each in found),
    }


def _count(texts: Any) -> int:
    return len(texts) if isinstance(texts, list) else 1


def index_queries(exchanges: Iterable[Exchange]) -> Totals:
    """Sum queries of the index and the bytes they answered, by whether the semantic ranker ordered the results."""
    totals: Totals = defaultdict(lambda: {"queries": 0, "answered_bytes": 0})
    for each in exchanges:
        if each.method == "POST" and each.path.endswith("docs/search.post.search") and each.status < 300:
            counted = totals["semantic" if each.sent.get("queryType") == "semantic" else "plain"]
            counted["queries"] += 1
            counted["answered_bytes"] += each.answered_bytes
    return dict(totals)
