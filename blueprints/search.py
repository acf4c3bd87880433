"""Search: the orchestrator that ``SearchQueueStarter`` starts, and the activities that it runs."""

import logging
from collections.abc import Generator, Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any, TypeVar

import azure.durable_functions as df

from activities.runner import as_function
from activities.search import ACTIVITIES
from shared.orchestration import Failed, Late, Ok, Outcome, Patience, gather_outcomes, traced
from shared.orchestration import Progress as OnProgress
from shared.search import decisions, plan
from shared.search.contracts import (
    FINAL,
    AllFlags,
    Analysis,
    Candidate,
    Deduplicated,
    DeltaEFilter,
    LabDiffs,
    LoadedRequest,
    MappedRequest,
    Nearest,
    Progress,
    Ranked,
    RankedResult,
    ReadWords,
    RequestBlock,
    ScoredChunk,
    SearchContract,
    SearchHits,
    SearchRequest,
    SearchStart,
    Status,
    StatusUpdate,
    StatusUpdated,
    Stitched,
    Synonyms,
    Wanted,
)
from shared.search.decisions import Stage
from shared.search.eligibility import deduplicated
from shared.search.failures import (
    SearchFailed,
    may_succeed_later,
    no_search_succeeded,
    not_loaded,
    not_stored,
    too_long,
    unexpected,
)
from shared.search.fusion import NEAREST
from shared.search.journal import Journal
from shared.search.notes import caveats, missing, notes
from shared.search.ranking import ranked
from shared.search.request_documents import timestamp
from shared.search.requested_colour import unread, with_opacity
from shared.search.requested_resin import unmapped
from shared.search.results import document_results, shown_notes, stitched

bp = df.Blueprint()

_logger = logging.getLogger("fanwise.search")

Result = TypeVar("Result", bound=SearchContract)
Outcomes = Mapping[str, Outcome]

for _name, _activity in ACTIVITIES.items():
    bp.activity_trigger(input_name="data", activity=_name)(as_function(_name, _activity))


@bp.function_name("SearchOrchestrator")
@bp.orchestration_trigger(context_name="context")  # pyright: ignore[reportUntypedFunctionDecorator]
def search_orchestrator(context: df.DurableOrchestrationContext) -> Generator[Any, Any, dict[str, object]]:
    """Find, score and explain materials for one request, and keep its document up to date on the way."""
    run = _Run(context, SearchStart.decoded(context.get_input() or {}))
    try:
        return (yield from run.search())
    except _Closed as closed:
        return {"status": closed.status}
    except SearchFailed as failure:
        return (yield from run.fail(failure))
    except Exception as bug:
        # Whoever waits for the search is told now, not when the reconciler finds the failed instance.
        yield from run.fail(unexpected(bug))
        raise


class _Closed(Exception):
    """Somebody else has brought the request to a final status: there is nothing left to do."""

    def __init__(self, status: Status) -> None:
        super().__init__(status)
        self.status: Status = status


class _Run:
    """One search. Its steps decide nothing: ``plan`` says what to call, ``decisions`` what a failure means."""

    def __init__(self, context: df.DurableOrchestrationContext, start: SearchStart) -> None:
        self._context = context
        self._start = start
        # One instant for the whole run; each wait makes a timer of its own for it.
        self._until = context.current_utc_datetime + timedelta(seconds=start.deadline_s)
        self._journal = Journal(context.current_utc_datetime)

    def search(self) -> Generator[Any, Any, dict[str, object]]:
        """Bring the request to ``completed``.

        Raises:
            SearchFailed: There is no result.
            _Closed: The request has a final status already.
        """
        request = yield from self._load()
        block = yield from self._prepare(request)
        candidates, nearest = yield from self._find(block)
        best, is_scored = yield from self._rank(block, candidates, plan.wanted(self._start, block, nearest))
        block = self._noted(block, nearest, best)
        results, analysis = (yield from self._explain(block, best, is_scored)) if best else ((), None)
        return (yield from self._complete(results, analysis))

    def fail(self, failure: SearchFailed) -> Generator[Any, Any, dict[str, object]]:
        """Bring the request to ``failed``, past the deadline too."""
        self._log(logging.ERROR, "search failed", reason=failure.reason or str(failure))
        update = StatusUpdate(
            request_id=self._start.request_id,
            status="failed",
            error=str(failure),
            metadata=self._journal.metadata(self._context.current_utc_datetime, ()),
            usage=self._journal.usage,
        )
        self._show(decisions.FAILED, str(failure))
        status = yield from self._close(update)
        return {"status": status, "error": str(failure)}

    def _load(self) -> Generator[Any, Any, SearchRequest]:
        outcomes = yield from self._gather(plan.load(self._start))
        outcome = outcomes["LoadRequest"]
        if isinstance(outcome, Failed):
            raise not_loaded(outcome)
        loaded = _read(LoadedRequest, outcome.value if isinstance(outcome, Ok) else None)
        if loaded.status in FINAL:
            raise _Closed(loaded.status)
        self._journal.lab, self._journal.warnings = loaded.request.lab, loaded.request.warnings
        # They are told in the end; on the way they would only take room in payloads.
        return loaded.request.model_copy(update={"warnings": ()})

    def _prepare(self, request: SearchRequest) -> Generator[Any, Any, RequestBlock]:
        """Resin, synonyms, what the colour words mean, and the Delta-E filter, which the journal keeps."""
        if not self._start.llm:
            self._journal.degrade(decisions.LLM_DISABLED)
        outcomes = yield from self._stage(decisions.PREPARING, plan.resin(self._start, request), vital=False)
        mapped = self._result(outcomes, "ResinMapping", MappedRequest) or unmapped(request)
        block = RequestBlock(request=request, resin=mapped.resin)
        outcomes = yield from self._gather(plan.preparations(self._start, block), vital=False)
        synonyms = self._result(outcomes, "GenerateSynonyms", Synonyms) or Synonyms()
        self._journal.synonyms = synonyms.resins[: decisions.MAX_SYNONYMS]
        self._journal.deltae = self._result(outcomes, "DeltaEFiltering", DeltaEFilter)
        self._journal.resin = block.resin
        words = self._result(outcomes, "ReadColourWords", ReadWords)
        if words is None and "ReadColourWords" in outcomes:
            words = unread(request)
        if words is not None and not words.complete:
            self._journal.degrade(decisions.DEGRADES["ReadColourWords"])
        self._journal.words = words
        understood = block.model_copy(update={"synonyms": self._journal.synonyms, "words": words})
        return with_opacity(understood) if self._start.steps > 1 else understood

    def _find(self, block: RequestBlock) -> Generator[Any, Any, tuple[tuple[Candidate, ...], Nearest | None]]:
        """Every material that a search found, or that is near in colour, once; and what the nearest are."""
        near = self._journal.deltae
        searches = plan.searches(self._start, block, near.filter if near else None)
        outcomes = yield from self._stage(decisions.SEARCHING, searches | plan.nearest(self._start, block))
        failures = [outcome for name in searches if isinstance(outcome := outcomes[name], Failed)]
        found = {name: self._result(outcomes, name, SearchHits, decisions.SEARCH_WORDS[name]) for name in searches}
        hits = [each for each in found.values() if each is not None]
        if not all(each.by_vector for each in hits):
            self._journal.degrade(decisions.VECTORS)
        self._journal.searches_executed = len(hits)
        nearest = self._result(outcomes, "NearestColours", Nearest)
        if nearest is not None:
            self._journal.in_catalogue = nearest.in_catalogue
            hits += [SearchHits(search_type=NEAREST, results=nearest.results)] if nearest.results else []
        if not hits:
            raise no_search_succeeded(failures)
        wanted = plan.wanted(self._start, block, nearest)
        outcomes = yield from self._gather(plan.deduplication(self._start, hits, wanted))
        unique = self._result(outcomes, "DeduplicateResults", Deduplicated) or deduplicated(hits, wanted)
        self._journal.total_before_dedup = sum(len(each.results) for each in hits)
        self._journal.total_after_dedup = len(unique.results) if unique.total_after is None else unique.total_after
        return unique.results, nearest

    def _rank(
        self, block: RequestBlock, candidates: tuple[Candidate, ...], wanted: Wanted
    ) -> Generator[Any, Any, tuple[tuple[RankedResult, ...], bool]]:
        """The results that the user gets, and whether they have scores that can be summed up."""
        request = block.request
        if not candidates:
            return (), False
        if not request.rerank:
            return ranked(candidates, (), wanted, request.k), False
        chunks = yield from self._score(block, candidates)
        outcomes = yield from self._gather(plan.merging(self._start, request, candidates, chunks, wanted))
        merged = self._result(outcomes, "MergeScoredResults", Ranked)
        best = merged.results if merged else ranked(candidates, chunks, wanted, request.k)
        return best, bool(chunks)

    def _score(
        self, block: RequestBlock, candidates: tuple[Candidate, ...]
    ) -> Generator[Any, Any, tuple[ScoredChunk, ...]]:
        """What the scorers say; empty in mock mode and where nothing was scored."""
        if not decisions.wants_scores(self._start, block.request):
            return ()
        stage = decisions.SCORING_STAGE
        calls = plan.scoring(self._start, block, candidates)
        began = self._context.current_utc_datetime

        def show(done: int, total: int) -> None:
            self._show(stage, stage.detail, (decisions.ANALYSING.percent - stage.percent) * done // total)

        outcomes = yield from self._stage(stage, calls, show)
        self._journal.scoring_ms = (self._context.current_utc_datetime - began) // timedelta(milliseconds=1)
        answers = [outcomes[name] for name in calls]
        chunks = tuple(_read(ScoredChunk, answer.value) for answer in answers if isinstance(answer, Ok))
        for chunk in chunks:
            self._journal.spend(chunk.usage)
        loss = decisions.scoring_loss(sum(len(chunk.scores) for chunk in chunks), len(candidates))
        self._journal.degrade(loss)
        for answer in answers:
            if isinstance(answer, Failed):
                self._log(logging.WARNING, "search degraded", degraded=loss, reason=answer.text)
        if loss != decisions.SCORING:
            return chunks
        # A model that cannot score cannot sum up scores either: asking it would cost time and change nothing.
        self._journal.degrade(decisions.DEGRADES["OverallAnalysis"])
        return ()

    def _noted(self, block: RequestBlock, nearest: Nearest | None, best: tuple[RankedResult, ...]) -> RequestBlock:
        """The request with what the search has established about it, which the journal keeps too."""
        found = shown_notes(notes(block, nearest, best))
        self._journal.notes = (*found, *caveats(block))
        return block.model_copy(update={"notes": found})

    def _explain(
        self, block: RequestBlock, best: tuple[RankedResult, ...], is_scored: bool
    ) -> Generator[Any, Any, tuple[tuple[dict[str, Any], ...], Analysis | None]]:
        """Each result compared with the request, while the language model sums them up where it has scored them."""
        calls = plan.enrichments(self._start, block, best)
        if is_scored:
            calls = plan.analysis(self._start, block, best) | calls
            outcomes = yield from self._stage(decisions.ANALYSING, calls, vital=False)
        else:
            self._show(decisions.ENRICHING)
            outcomes = yield from self._gather(calls, vital=False)
        analysis = self._result(outcomes, "OverallAnalysis", Analysis)
        flags = (self._result(outcomes, "ComputeFlags", AllFlags) or AllFlags()).flags
        diffs = (self._result(outcomes, "ComputeLabDiffs", LabDiffs) or LabDiffs()).lab_diffs
        outcomes = yield from self._gather(plan.stitching(self._start, best, flags, diffs))
        whole = self._result(outcomes, "StitchEnrichments", Stitched)
        return (whole.search_results if whole else stitched(best, flags, diffs)), analysis

    def _complete(
        self, results: tuple[dict[str, Any], ...], analysis: Analysis | None
    ) -> Generator[Any, Any, dict[str, object]]:
        """Write what was found; not under the deadline, because the results are there."""
        self._journal.notes = (*shown_notes(missing(self._journal.degraded)), *self._journal.notes)
        update = StatusUpdate(
            request_id=self._start.request_id,
            status="completed",
            progress=_progress(decisions.COMPLETED),
            results=document_results(results, analysis, self._journal.notes),
            metadata=self._journal.metadata(self._context.current_utc_datetime, results),
            usage=self._journal.usage,
        )
        status = yield from self._close(update)
        self._show(decisions.COMPLETED)
        return {"status": status, "results_count": len(results)}

    def _close(self, update: StatusUpdate) -> Generator[Any, Any, Status]:
        """Write the final status and return what it is then."""
        calls = traced(plan.status(update).values(), self._start.traceparent)
        (outcome,) = yield from gather_outcomes(
            self._context, calls, attempts=decisions.FINAL_ATTEMPTS, retriable=may_succeed_later
        )
        if isinstance(outcome, Ok):
            return _read(StatusUpdated, outcome.value).status
        raise not_stored(outcome)

    def _stage(
        self, stage: Stage, calls: plan.Calls, on_progress: OnProgress | None = None, *, vital: bool = True
    ) -> Generator[Any, Any, Outcomes]:
        """Run a stage's calls while the request's document is told about it.

        Raises:
            _Closed: The document has a final status: somebody cancelled the search or gave it up.
        """
        self._show(stage)
        update = StatusUpdate(
            request_id=self._start.request_id,
            status=stage.status,
            progress=_progress(stage),
            metadata={"started_at": timestamp(self._journal.started_at)} if stage is decisions.PREPARING else None,
        )
        outcomes = yield from self._gather(plan.status(update) | calls, on_progress, vital=vital)
        updated = self._result(outcomes, "UpdateStatus", StatusUpdated)
        if updated is not None and updated.status in FINAL:
            raise _Closed(updated.status)
        return outcomes

    def _gather(
        self, calls: plan.Calls, on_progress: OnProgress | None = None, *, vital: bool = True
    ) -> Generator[Any, Any, Outcomes]:
        """Run all calls at once, failed ones in further rounds, until the deadline; longer where they are ``vital``.

        Raises:
            SearchFailed: The deadline has come.
        """
        if self._context.current_utc_datetime >= self._until:
            raise too_long(self._start.deadline_s)
        outcomes = yield from gather_outcomes(
            self._context,
            traced(calls.values(), self._start.traceparent),
            attempts=decisions.ATTEMPTS,
            until=self._until,
            retriable=may_succeed_later,
            on_progress=on_progress,
            patience=Patience(decisions.patience_s(self._start, vital=vital)),
        )
        if any(isinstance(outcome, Late) for outcome in outcomes):
            raise too_long(self._start.deadline_s)
        return dict(zip(calls, outcomes, strict=True))

    def _result(self, outcomes: Outcomes, name: str, contract: type[Result], word: str | None = None) -> Result | None:
        """What a call handed back; None where it was not made, or failed, which the journal then notes as ``word``."""
        outcome = outcomes.get(name)
        if isinstance(outcome, Ok):
            found = _read(contract, outcome.value)
            self._journal.spend(getattr(found, "usage", None))
            return found
        if isinstance(outcome, Failed):
            word = word or decisions.DEGRADES[name]
            self._journal.degrade(word)
            self._log(logging.WARNING, "search degraded", degraded=word, reason=outcome.text)
        return None

    def _show(self, stage: Stage, detail: str | None = None, further: int = 0) -> None:
        self._context.set_custom_status(_progress(stage, detail, further).to_json())

    def _log(self, level: int, message: str, **fields: Any) -> None:
        if not self._context.is_replaying:
            _logger.log(level, message, extra={"request_id": self._start.request_id, **fields})


def _read(contract: type[Result], value: object) -> Result:
    """What an activity handed back."""
    return _read_text(contract, value) if isinstance(value, str) else contract.decoded(value)


@lru_cache(maxsize=256)
def _read_text(contract: type[Result], text: str) -> Result:
    # Each replay meets the same texts again, and nobody can change what they were read to.
    return contract.decoded(text)


def _progress(stage: Stage, detail: str | None = None, further: int = 0) -> Progress:
    return Progress(
        stage=stage.name, percent=stage.percent + further, detail=stage.detail if detail is None else detail
    )
