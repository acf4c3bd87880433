"""What a run notes on its way: the ``processing_metadata`` of its document."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.search.contracts import DeltaEFilter, MappedResin, Usage
from shared.search.request_documents import timestamp


@dataclass
class Journal:
    """Facts of one run, noted as they come. Each replay writes it anew, and the same.

    ``degraded``: what the results lack, in words of ``shared.search.decisions``, in the order of their failing.
    """

    started_at: datetime
    degraded: list[str] = field(default_factory=list)
    synonyms: tuple[MappedResin, ...] = ()
    deltae: DeltaEFilter | None = None
    searches_executed: int = 0
    total_before_dedup: int = 0
    total_after_dedup: int = 0
    scoring_ms: int | None = None
    usage: Usage | None = None

    def degrade(self, word: str | None) -> None:
        """Note that something is missing; None notes nothing, a word twice is one."""
        if word is not None and word not in self.degraded:
            self.degraded.append(word)

    def spend(self, usage: Usage | None) -> None:
        """Add the tokens that an activity says its result took."""
        if usage is None or not usage.total:
            return
        before = self.usage or Usage()
        self.usage = Usage(
            prompt_tokens=before.prompt_tokens + usage.prompt_tokens,
            completion_tokens=before.completion_tokens + usage.completion_tokens,
        )

    def metadata(self, completed_at: datetime, results: Sequence[object]) -> dict[str, Any]:
        """Return ``processing_metadata`` of a search that ended at ``completed_at`` with ``results``."""
        found = self.deltae
        return {
            "started_at": timestamp(self.started_at),
            "completed_at": timestamp(completed_at),
            "synonym_resins": [resin.code for resin in self.synonyms],
            "deltae_filter_applied": bool(found and found.filter),
            "deltae_matches_count": found.matched if found else None,
            "deltae": found
            and {"threshold": found.threshold, "matched": found.matched, "filter_applied": bool(found.filter)},
            "searches_executed": self.searches_executed,
            "total_results_before_dedup": self.total_before_dedup,
            "total_results_after_dedup": self.total_after_dedup,
            "llm_scoring_duration_ms": self.scoring_ms,
            "total_results": len(results),
            "degraded": list(self.degraded),
        }
