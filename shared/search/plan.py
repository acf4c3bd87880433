"""What each step of a search asks of its activities. Pure: the orchestrator only runs it."""

from collections.abc import Sequence
from itertools import pairwise

from shared.orchestration import Call
from shared.search import decisions
from shared.search.candidates import EXPLANATION_BYTES, shortened
from shared.search.contracts import (
    AnalysisTask,
    Candidate,
    DeduplicateTask,
    DeltaETask,
    Flags,
    FlagsTask,
    LabDiff,
    LabDiffTask,
    Material,
    MergeTask,
    Nearest,
    NearestTask,
    RankedResult,
    RequestBlock,
    RequestRef,
    ResinTask,
    Score,
    ScoredChunk,
    ScoreTask,
    SearchContract,
    SearchHits,
    SearchRequest,
    SearchStart,
    StatusUpdate,
    StitchTask,
    SynonymTask,
    VectorTask,
    Wanted,
    WordsTask,
)
from shared.search.flags import wishes_of
from shared.search.payload import COLOUR_FIELD
from shared.search.query import query_of

_ATTEMPT = "attempt"

Calls = dict[str, Call]
"""Calls that run at once, by a key under which their outcomes come back."""


def load(start: SearchStart) -> Calls:
    """The request as it was accepted."""
    return _one("LoadRequest", RequestRef(request_id=start.request_id))


def status(update: StatusUpdate) -> Calls:
    """One write to the request's document."""
    return _one("UpdateStatus", update)


def resin(start: SearchStart, request: SearchRequest) -> Calls:
    """The requested resin by its code."""
    return _one("ResinMapping", ResinTask(request_id=start.request_id, request=request))


def preparations(start: SearchStart, block: RequestBlock) -> Calls:
    """Synonyms, colour words and the Delta-E filter need nothing of each other; each only where it is wanted."""
    calls: Calls = {}
    if decisions.wants_words_read(start, block.request):
        words = WordsTask(request_id=start.request_id, text=block.request.text(COLOUR_FIELD).strip())
        calls["ReadColourWords"] = _attempted("ReadColourWords", words)
    if block.resin is not None and decisions.wants_synonyms(start, block):
        calls |= _one("GenerateSynonyms", SynonymTask(request_id=start.request_id, resin=block.resin))
    if block.request.lab is not None:
        threshold = block.request.deltae_threshold
        task = DeltaETask(request_id=start.request_id, lab=block.request.lab, threshold=threshold)
        calls |= _one("DeltaEFiltering", task)
    return calls


def searches(start: SearchStart, block: RequestBlock, odata_filter: str | None) -> Calls:
    """One search for what was asked and one, for five results, for each synonym; keys are the search types."""
    wishes = wishes_of(block.request) if start.steps > 1 else ()

    def search(search_type: str, query: str, k: int) -> Call:
        task = VectorTask(
            request_id=start.request_id, search_type=search_type, query=query, filter=odata_filter, k=k, wishes=wishes
        )
        return _attempted("VectorSearch", task) if start.steps > 1 else Call("VectorSearch", task.encoded())

    calls = {"base": search("base", query_of(block, block.resin), block.request.k)}
    for number, synonym in enumerate(block.synonyms[: decisions.MAX_SYNONYMS], start=1):
        search_type = f"synonym_{number}"
        calls[search_type] = search(search_type, query_of(block, synonym), decisions.SYNONYM_K)
    return calls


def nearest(start: SearchStart, block: RequestBlock) -> Calls:
    """The nearest to the colour asked for, or to what its words mean; without both some of the resin asked for."""
    if not decisions.wants_nearest(start, block):
        return {}
    meant = tuple(colour.lab for colour in block.words.colours) if block.words else ()
    task = NearestTask(
        request_id=start.request_id,
        standards=(block.request.lab,) if block.request.lab else meant,
        resin=block.resin and block.resin.code,
        synonyms=tuple(synonym.code for synonym in block.synonyms),
        wishes=wishes_of(block.request),
        query="" if block.request.lab or meant else query_of(block, block.resin),
    )
    return _one("NearestColours", task)


def deduplication(start: SearchStart, hits: Sequence[SearchHits], wanted: Wanted) -> Calls:
    """The finds of all searches as one list."""
    task = DeduplicateTask(
        request_id=start.request_id, searches=tuple(hits), wanted=None if start.steps == 1 else wanted
    )
    return _one("DeduplicateResults", task)


def scoring(start: SearchStart, block: RequestBlock, candidates: Sequence[Candidate]) -> Calls:
    """Up to five parts of nearly the same size, none of them empty."""
    calls: Calls = {}
    for number, part in enumerate(parts(candidates, decisions.SCORE_CHUNKS)):
        task = ScoreTask(request_id=start.request_id, chunk_id=number, request_block=block, chunk=tuple(part))
        calls[f"chunk_{number}"] = Call("ScoreChunk", task.encoded())
    return calls


def parts(candidates: Sequence[Candidate], count: int) -> list[Sequence[Candidate]]:
    """Cut ``candidates`` into ``count`` consecutive parts, of sizes that differ by one at most; none is empty."""
    bounds = [len(candidates) * number // count for number in range(count + 1)]
    cut = [candidates[first:last] for first, last in pairwise(bounds)]
    return [part for part in cut if part]


def wanted(start: SearchStart, block: RequestBlock, nearest: Nearest | None) -> Wanted:
    """What decides which candidates stay, and the order of results."""
    request, words = block.request, block.words
    if start.steps == 1:
        return Wanted(lab=request.lab if request.rerank else None)
    return Wanted(
        lab=request.lab,
        threshold=request.deltae_threshold,
        colours=words.colours if words else (),
        unread=bool(words and words.not_understood and not words.colours),
        resin=block.resin and block.resin.code,
        synonyms=tuple(synonym.code for synonym in block.synonyms),
        stand_ins=nearest.stand_ins if nearest else (),
        strict=request.resin_strict,
    )


def merging(
    start: SearchStart,
    request: SearchRequest,
    candidates: Sequence[Candidate],
    chunks: Sequence[ScoredChunk],
    wanted: Wanted,
) -> Calls:
    """Candidates and scores as the best ``k`` results; explanations are cut to what a payload has room for."""
    task = MergeTask(
        request_id=start.request_id,
        k=request.k,
        lab=request.lab,
        wanted=None if start.steps == 1 else wanted,
        results=tuple(candidates),
        chunks=tuple(_within_budget(chunk) for chunk in chunks),
    )
    return _one("MergeScoredResults", task)


def analysis(start: SearchStart, block: RequestBlock, results: Sequence[RankedResult]) -> Calls:
    """The best ten results, summed up."""
    best = tuple(results[: decisions.ANALYSED_RESULTS])
    return _one("OverallAnalysis", AnalysisTask(request_id=start.request_id, request_block=block, results=best))


def enrichments(start: SearchStart, block: RequestBlock, results: Sequence[RankedResult]) -> Calls:
    """Flags for every result; differences only where a colour was asked for."""
    materials = tuple(Material(id=result.id, resin=result.resin, lab=result.lab) for result in results)
    # Flags rest on the texts of the request alone.
    bare = block.model_copy(update={"words": None, "notes": ()})
    calls = _one("ComputeFlags", FlagsTask(request_id=start.request_id, request_block=bare, materials=materials))
    if block.request.lab is not None:
        task = LabDiffTask(request_id=start.request_id, lab=block.request.lab, materials=materials)
        calls |= _one("ComputeLabDiffs", task)
    return calls


def stitching(
    start: SearchStart, results: Sequence[RankedResult], flags: tuple[Flags, ...], lab_diffs: tuple[LabDiff, ...]
) -> Calls:
    """Results, flags and differences as the user gets them; both are empty where they failed or were not asked for."""
    task = StitchTask(request_id=start.request_id, results=tuple(results), flags=flags, lab_diffs=lab_diffs)
    return _one("StitchEnrichments", task)


def _one(activity: str, task: SearchContract) -> Calls:
    return {activity: Call(activity, task.encoded())}


def _attempted(activity: str, task: SearchContract) -> Call:
    """A call whose activity is told which attempt it is, and makes do with less in later ones."""
    # The field is written by whoever schedules the attempt.
    return Call(activity, task.model_dump_json(exclude_none=True, exclude={_ATTEMPT}), attempt_field=_ATTEMPT)


def _within_budget(chunk: ScoredChunk) -> ScoredChunk:
    """A chunk whose explanations take no more room than a payload of a hundred results has for them."""
    return chunk.model_copy(update={"scores": tuple(_with_shorter_explanation(score) for score in chunk.scores)})


def _with_shorter_explanation(score: Score) -> Score:
    shorter = shortened(score.explanation, EXPLANATION_BYTES)
    return score if shorter == score.explanation else score.model_copy(update={"explanation": shorter})
