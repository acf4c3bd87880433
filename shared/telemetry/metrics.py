"""Metrics, by the names under which KQL finds them in ``customMetrics``.

Histograms arrive as sum, count, smallest and largest: for percentiles there are spans. Dimensions have few values each;
ids belong into events and spans.
"""

from opentelemetry import metrics

_meter = metrics.get_meter("fanwise")

_queue_depth = _meter.create_gauge("ServiceBus.QueueDepth", "{search}", "Searches sent to the queue, not yet started")
_embedding_ms = _meter.create_histogram("Embedding.Duration", "ms", "One request to the embedding model")
_chunks = _meter.create_counter("Embedding.Chunks", "{chunk}", "Chunks of snippets that have their vector")
_failed_chunks = _meter.create_counter("Embedding.FailedChunks", "{chunk}", "Attempts at a chunk that failed")
_tokens = _meter.create_counter("LanguageModel.Tokens", "{token}", "Tokens as the service counted them")
_model_ms = _meter.create_histogram("LanguageModel.Duration", "ms", "One request to the language model")
_throttled = _meter.create_counter("Service.Throttled", "{answer}", "Answers 429 of a service")
_oldest = _meter.create_gauge("RepoContext.OldestRefresh", "s", "Age of what is kept of the account refreshed last")
_failed_accounts = _meter.create_counter("RepoContext.FailedRefreshes", "{account}", "Refreshes that did not start")
_incomplete = _meter.create_counter("RepoContext.Incomplete", "{repository}", "Repositories gathered in part")

NAMES = (
    "ServiceBus.QueueDepth",
    "Embedding.Duration",
    "Embedding.Chunks",
    "Embedding.FailedChunks",
    "LanguageModel.Tokens",
    "LanguageModel.Duration",
    "Service.Throttled",
    "RepoContext.OldestRefresh",
    "RepoContext.FailedRefreshes",
    "RepoContext.Incomplete",
)
"""Every metric of this module."""


def queue_depth(waiting: int, queue: str) -> None:
    """Tell how many searches wait in a queue."""
    _queue_depth.set(waiting, {"queue": queue})


def embedded(model: str, duration_ms: float, tokens: int) -> None:
    """Tell of a request to the embedding model that was answered."""
    _embedding_ms.record(duration_ms, {"model": model})
    _tokens.add(tokens, {"model": model, "kind": "input"})


def chunk_embedded() -> None:
    """Tell of a chunk that has its vector, new or known."""
    _chunks.add(1)


def chunk_failed(attempt: int) -> None:
    """Tell of a chunk that has no vector after this ``attempt``, counted from 1."""
    _failed_chunks.add(1, {"attempt": str(attempt)})


def answered(model: str, prompt: str, duration_ms: float, input_tokens: int, output_tokens: int) -> None:
    """Tell of an answer of the language model to the prompt of this name."""
    _model_ms.record(duration_ms, {"model": model, "prompt": prompt})
    _tokens.add(input_tokens, {"model": model, "kind": "input"})
    _tokens.add(output_tokens, {"model": model, "kind": "output"})


def throttled(service: str) -> None:
    """Tell that a service answered 429."""
    _throttled.add(1, {"service": service})


def accounts_refreshed(oldest_s: float | None, failed: int) -> None:
    """Tell how old the oldest of the accounts' results is, None where nothing is kept, and how many failed to start."""
    if oldest_s is not None:
        _oldest.set(round(oldest_s))
    _failed_accounts.add(failed)


def repositories_incomplete(count: int) -> None:
    """Tell how many repositories a run gathered in part, or not at all."""
    _incomplete.add(count)
