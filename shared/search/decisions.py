"""What a search does where something is missing or fails, as tables that the orchestrator reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from shared.search.contracts import RequestBlock, SearchRequest, SearchStart, Status

# Rounds of a step that failed, as everywhere: they ride out a throttled minute of a service.
ATTEMPTS = 3
# The last write of a run gets two rounds more, 15 s in all: without it the work of the run would be lost.
FINAL_ATTEMPTS = 5

MAX_SYNONYMS = 3
SYNONYM_K = 5
SCORE_CHUNKS = 5
# Somebody who has to decide reads about the best few; more would only dilute the summary.
ANALYSED_RESULTS = 10

DEGRADES: Mapping[str, str] = MappingProxyType(
    {
        "UpdateStatus": "progress",
        "ResinMapping": "resin_mapping",
        "GenerateSynonyms": "synonyms",
        "DeltaEFiltering": "deltae",
        "DeduplicateResults": "deduplication",
        "MergeScoredResults": "merging",
        "OverallAnalysis": "analysis",
        "ComputeFlags": "flags",
        "ComputeLabDiffs": "lab_diffs",
        "StitchEnrichments": "stitching",
    }
)
"""Entry in ``degraded`` of each activity whose failure a search survives. LoadRequest and every search failing end it.

``VectorSearch`` and ``ScoreChunk``, of which there are several, have words of their own below.
"""

LLM_DISABLED = "llm_disabled"
SCORING_PARTIAL = "scoring_partial"
SCORING = "scoring"
SEARCH_WORDS: Mapping[str, str] = MappingProxyType(
    {"base": "base_search"} | {f"synonym_{n}": f"synonym_search_{n}" for n in range(1, MAX_SYNONYMS + 1)}
)
"""Entry in ``degraded`` of each search that failed while another one succeeded, by its search type."""


@dataclass(frozen=True)
class Stage:
    """A stretch of a run as a user sees it. ``percent``: where it starts; ``detail``: what it is about."""

    name: str
    status: Status
    percent: int
    detail: str


PREPARING = Stage("preparing", "processing", 10, "Finding similar resins and near colours")
SEARCHING = Stage("searching", "processing", 35, "Searching the materials")
SCORING_STAGE = Stage("scoring", "scoring", 55, "Scoring the materials found")
ANALYSING = Stage("analysing", "scoring", 80, "Summing up")
ENRICHING = Stage("enriching", "scoring", 95, "Comparing each material with the request")
COMPLETED = Stage("completed", "completed", 100, "")
FAILED = Stage("failed", "failed", 100, "")


def wants_synonyms(start: SearchStart, block: RequestBlock) -> bool:
    """Without a resin there is nothing to be synonymous with; without a language model nobody to ask."""
    return start.llm and block.resin is not None


def wants_scores(start: SearchStart, request: SearchRequest) -> bool:
    """``rerank=false`` skips scoring, merging and the analysis; mock mode has nobody to ask."""
    return start.llm and request.rerank


def scoring_loss(scored: int, materials: int) -> str | None:
    """Return the entry in ``degraded`` where ``scored`` of ``materials`` have a score, None where all have one.

    Whether their scorer failed or left them out, they miss the same.
    """
    if scored >= materials:
        return None
    return SCORING_PARTIAL if scored else SCORING
