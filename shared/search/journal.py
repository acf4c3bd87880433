"""What a run notes on its way: the ``processing_metadata`` of its document."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.search.candidates import shortened
from shared.search.contracts import DeltaEFilter, LabValues, MappedResin, ReadWords, Usage
from shared.search.drawing import drawn
from shared.search.notes import ILLUMINANT, OBSERVER
from shared.search.request_documents import timestamp


@dataclass
class Journal:
    """Facts of one run, noted as they come. Each replay writes it anew, and the same.

    ``degraded``: what the results lack, in words of ``shared.search.decisions``, in the order of their failing.
    ``lab``: the colour asked for; ``warnings``: what of the payload was not used; ``notes``: what has to be said of the
    results.
    """

    started_at: datetime
    degraded: list[str] = field(default_factory=list)
    lab: LabValues | None = None
    resin: MappedResin | None = None
    in_catalogue: bool | None = None
    words: ReadWords | None = None
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
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
            "resin": self.resin and _resin(self.resin, self.in_catalogue),
            "understood": self.words and _understood(self.words),
            "colour": self.lab and _colour(self.lab),
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
            "warnings": [_shown(each) for each in self.warnings],
            "notes": list(self.notes),
        }


# Texts that users typed are shown as far as they tell which one is meant: in six or twelve bytes a character they would
# leave no room for results.
_TEXT_BYTES = 240


def _shown(text: str) -> str:
    return shortened(text, _TEXT_BYTES)


def _resin(resin: MappedResin, in_catalogue: bool | None) -> dict[str, Any]:
    return {
        "given": _shown(resin.given),
        "code": resin.code if resin.known else None,
        "name": resin.name,
        "filler": resin.filler,
        "attributes": list(resin.attributes),
        "known": resin.known,
        "in_catalogue": in_catalogue,
    }


def _understood(words: ReadWords) -> dict[str, Any]:
    return {
        "colour_words": [_shown(colour.text) for colour in words.colours],
        "not_understood": [_shown(each) for each in words.not_understood],
        "effects": [_shown(each) for each in words.effects],
        "colours": [
            {
                "text": _shown(colour.text),
                "meaning": _shown(colour.meaning),
                "source": colour.source,
                "lab": colour.lab.model_dump(),
                **drawn(colour.lab),
            }
            for colour in words.colours
        ],
    }


def _colour(lab: LabValues) -> dict[str, Any]:
    return {"lab": lab.model_dump(), **drawn(lab), "illuminant": ILLUMINANT, "observer": OBSERVER}
