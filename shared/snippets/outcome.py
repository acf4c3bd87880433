"""What runs hand back: the outputs of the orchestrators of embeddings, of batches and of reindexing."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.contracts import PersistResult, Snippet
from shared.orchestration import Failed, Late
from shared.snippets.aggregate import Aggregate
from shared.snippets.file_contracts import FileOutcome, FinishedBatch

# All of them would not fit into an orchestration's output; how many there are is in the error's text.
MAX_FAILED_CHUNKS = 1000
MAX_REFUSED_CHUNKS = 100
MAX_REFUSED_OF_FILE = 5
MAX_FAILURES = 100
_TOLD_OF_FAILURES = ("name", "error", "refusedChunks")
_LONGEST_REASON = 300
# What the host puts before the text of an exception: "Activity function 'x' failed:  Unavailable: ".
_HOST_PREFIX = re.compile(r"^Activity function '[^']*' failed:\s+\w+: ")


def stored(snippet: Snippet, aggregate: Aggregate, persisted: dict[str, Any]) -> dict[str, object]:
    """The snippet is stored, or a run accepted later had stored its own (``superseded``)."""
    result = PersistResult.model_validate(persisted)
    return {
        "ok": True,
        "id": snippet.name,
        "chunks": aggregate.chunks,
        "embedded": result.embedded,
        "reused": result.reused,
        "dimensions": result.dimensions,
        **({"superseded": True} if result.superseded else {}),
    }


def could_not_embed(snippet: Snippet, aggregate: Aggregate, attempts: int) -> dict[str, object]:
    """Chunks stayed without a vector; what was stored before is unchanged.

    ``refusedChunks``: those that the model refuses, with its reason; they were not tried again.
    """
    failures = [
        f"{count} of {aggregate.chunks} chunks {what}"
        for count, what in (
            (len(aggregate.failed) - len(aggregate.refused), f"could not be embedded after {attempts} retries"),
            (len(aggregate.refused), "were refused by the embedding model"),
        )
        if count
    ]
    refused = [refusal.to_json() for refusal in aggregate.refused[:MAX_REFUSED_CHUNKS]]
    return {
        "ok": False,
        "id": snippet.name,
        "failedChunks": list(aggregate.failed[:MAX_FAILED_CHUNKS]),
        **({"refusedChunks": refused} if refused else {}),
        "error": "; ".join(failures),
    }


def could_not_store(snippet: Snippet, outcome: Failed | Late, attempts: int) -> dict[str, object]:
    """All chunks have vectors, but the snippet could not be switched to them; what was stored before is unchanged."""
    return {
        "ok": False,
        "id": snippet.name,
        "failedChunks": [],
        "error": f"The snippet could not be stored after {attempts} retries: {first_line(outcome)}",
    }


def first_line(outcome: Failed | Late) -> str:
    """Return why a call failed, without what the host puts before it and the stack it puts behind it."""
    if isinstance(outcome, Late):
        return "it took too long"
    return _HOST_PREFIX.sub("", outcome.text.split("\n", 1)[0].strip())[:_LONGEST_REASON]


def file_outcome(name: str, output: Mapping[str, object]) -> FileOutcome:
    """Return how a file of a larger run ended. ``output``: that of its own run, of which refused chunks are bounded."""
    outcome = FileOutcome.model_validate({**output, "name": name})
    refused = outcome.refused_chunks
    return outcome.model_copy(update={"refused_chunks": refused[:MAX_REFUSED_OF_FILE]}) if refused else outcome


def batch_output(
    outcomes: Sequence[FileOutcome], finished: FinishedBatch | None, error: str | None
) -> dict[str, object]:
    """Return the output of ``embeddings_batch_orchestrator``. ``error``: why what is missing could not be deleted."""
    failed = sum(not outcome.ok for outcome in outcomes)
    superseded = sum(outcome.superseded for outcome in outcomes)
    unchanged = sum(outcome.unchanged for outcome in outcomes)
    deleted = finished or FinishedBatch()
    return {
        "ok": not failed and error is None,
        "stored": len(outcomes) - failed - superseded - unchanged,
        "unchanged": unchanged,
        "superseded": superseded,
        "failed": failed,
        "deleted": deleted.deleted,
        "chunks": sum(outcome.chunks for outcome in outcomes),
        "embedded": sum(outcome.embedded for outcome in outcomes),
        "reused": sum(outcome.reused for outcome in outcomes),
        "files": [outcome.to_json() for outcome in outcomes],
        "deletedNames": list(deleted.names),
        **({"error": f"The batch could not be finished: {error}"} if error else {}),
    }


@dataclass
class ReindexTally:
    """What a reindexing run has done so far. The first failures are kept with their reasons."""

    files: int = 0
    unchanged: int = 0
    chunks: int = 0
    embedded: int = 0
    reused: int = 0
    failed: int = 0
    failures: list[dict[str, object]] = field(default_factory=list[dict[str, object]])

    def add(self, outcomes: Sequence[FileOutcome]) -> None:
        """Count the outcomes of a page."""
        for outcome in outcomes:
            self.files += 1
            self.unchanged += outcome.unchanged
            self.chunks += outcome.chunks
            self.embedded += outcome.embedded
            self.reused += outcome.reused
            self.failed += not outcome.ok
            if not outcome.ok and len(self.failures) < MAX_FAILURES:
                told = outcome.to_json()
                self.failures.append({field: told[field] for field in _TOLD_OF_FAILURES if field in told})

    def output(self) -> dict[str, object]:
        """Return the output of ``reindex_orchestrator``."""
        return {
            "ok": not self.failed,
            "files": self.files,
            "reindexed": self.files - self.unchanged - self.failed,
            "unchanged": self.unchanged,
            "failed": self.failed,
            "chunks": self.chunks,
            "embedded": self.embedded,
            "reused": self.reused,
            "failures": self.failures,
        }

    def stopped(self, reason: str) -> dict[str, object]:
        """Return the output where the snippets could not be listed any further."""
        return self.output() | {"ok": False, "error": f"The snippets could not be listed: {reason}"}
