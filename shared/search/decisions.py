"""What a search does where something is missing or fails, as tables that the orchestrator reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from shared.errors import Rejected, Unavailable
from shared.search.contracts import RequestBlock, SearchRequest, SearchStart, Status
from shared.search.payload import COLOUR_FIELD

STEPS = 2
"""The steps of a run that starts now. 1 are those before colour words were read and distance chose candidates. What
this number decides is stored history: runs of both may be in flight."""

# Rounds of a step that failed, as everywhere.
ATTEMPTS = 3
# The round from which a step makes do without the model that only betters its result: whoever waits has waited 3 s.
MAKE_DO_FROM = 3
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
        "ReadColourWords": "colour_words",
        "DeltaEFiltering": "deltae",
        "NearestColours": "nearest",
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
VECTORS = "vectors"
"""Entry where the embedding model did not answer, and materials were searched by words and colour."""
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


def patience_s(start: SearchStart, *, vital: bool) -> float:
    """Return the seconds that a step may spend on pauses, to ride out a storm of 429 or a failover.

    Of ``patience_s`` those that only better an answer have a third, and no step more than a quarter of the deadline:
    where a service stays away, the steps that do without it need their time too.
    """
    whole = min(float(start.patience_s), start.deadline_s / 4)
    return whole if vital else whole / 3


def makes_do(error: Rejected | Unavailable, attempt: int) -> bool:
    """Return whether a step does without the model that failed: one that refused, or that was asked often enough."""
    return isinstance(error, Rejected) or attempt >= MAKE_DO_FROM


def wants_words_read(start: SearchStart, request: SearchRequest) -> bool:
    """Without colour words there is nothing to read."""
    return start.steps > 1 and bool(request.text(COLOUR_FIELD).strip())


def wants_nearest(start: SearchStart, block: RequestBlock) -> bool:
    """A colour has materials near it, and a resin is in the catalogue or not; without both there is nothing to find."""
    return start.steps > 1 and bool(block.request.lab or block.resin or (block.words and block.words.colours))


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
