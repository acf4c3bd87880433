"""Metrics, by the names under which KQL finds them in ``customMetrics``.

Histograms arrive as sum, count, smallest and largest: for percentiles there are spans. Dimensions have few values each;
ids belong into events and spans.
"""

from collections.abc import Iterable, Mapping

from opentelemetry import metrics
from opentelemetry.metrics import CallbackOptions, Observation

_meter = metrics.get_meter("fanwise")


class _Readings:
    """A gauge that is sent once for each reading.

    OpenTelemetry's own repeats the last value for as long as the process lives. What a timer reads it reads on one
    instance, today on this one and tomorrow on that, and every former one would go on telling its last reading.
    """

    def __init__(self, name: str, unit: str, description: str) -> None:
        self._latest: dict[tuple[tuple[str, str], ...], Observation] = {}
        _meter.create_observable_gauge(name, [self._sent], unit, description)

    def set(self, value: float, dimensions: Mapping[str, str] | None = None) -> None:
        """Tell a reading; of several before the next sending the last is sent."""
        known = dict(dimensions or {})
        self._latest[tuple(sorted(known.items()))] = Observation(value, known)

    def _sent(self, _options: CallbackOptions) -> Iterable[Observation]:
        latest, self._latest = self._latest, {}
        return latest.values()


_queue_depth = _Readings("ServiceBus.QueueDepth", "{search}", "Searches sent to the queue, not yet started")
_embedding_ms = _meter.create_histogram("Embedding.Duration", "ms", "One request to the embedding model")
_chunks = _meter.create_counter("Embedding.Chunks", "{chunk}", "Chunks of snippets that have their vector")
_failed_chunks = _meter.create_counter("Embedding.FailedChunks", "{chunk}", "Attempts at a chunk that failed")
_tokens = _meter.create_counter("LanguageModel.Tokens", "{token}", "Tokens as the service counted them")
_model_ms = _meter.create_histogram("LanguageModel.Duration", "ms", "One request to the language model")
_throttled = _meter.create_counter("Service.Throttled", "{answer}", "Answers 429 of a service")
_oldest = _Readings("RepoContext.OldestRefresh", "s", "Age of what is kept of the account refreshed last")
_failed_accounts = _meter.create_counter("RepoContext.FailedRefreshes", "{account}", "Refreshes that did not start")
_incomplete = _meter.create_counter("RepoContext.Incomplete", "{repository}", "Repositories gathered in part")

DIMENSIONS: dict[str, tuple[str, ...]] = {
    "ServiceBus.QueueDepth": ("queue",),
    "Embedding.Duration": ("model",),
    "Embedding.Chunks": (),
    "Embedding.FailedChunks": ("attempt",),
    "LanguageModel.Tokens": ("model", "kind"),
    "LanguageModel.Duration": ("model", "prompt"),
    "Service.Throttled": ("service",),
    "RepoContext.OldestRefresh": (),
    "RepoContext.FailedRefreshes": (),
    "RepoContext.Incomplete": (),
}
"""The dimensions of every metric of this module, by its name."""


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
