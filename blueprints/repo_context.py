"""Repo context: the orchestrators that gather an account's repositories, and the activities that they run."""

from collections.abc import Generator
from typing import Any

import azure.durable_functions as df

from activities.repo_context import ACTIVITIES
from activities.runner import as_function
from shared.orchestration import Ok, Progress, gather_outcomes, traced
from shared.repo_context import plan
from shared.repo_context.contracts import ATTEMPTS, Bundle, RepoNames, Segment, SegmentTask
from shared.repo_context.trimming import share_of

bp = df.Blueprint()

# The next run makes the vectors that this one could not: nobody waits long for them.
EMBED_ATTEMPTS = 2

for _name, _activity in ACTIVITIES.items():
    bp.activity_trigger(input_name="data", activity=_name)(as_function(_name, _activity))


@bp.function_name("RepoContextOrchestrator")
@bp.orchestration_trigger(context_name="context")  # pyright: ignore[reportUntypedFunctionDecorator]
def repo_context_orchestrator(context: df.DurableOrchestrationContext) -> Generator[Any, Any, list[dict[str, object]]]:
    """Gather every public repository of an account, each by an activity of its own, and keep what was found."""
    start = plan.read_start(context.get_input())
    return (yield from _Run(context, start.username.lower(), start.traceparent).gather())


@bp.function_name(plan.SEGMENT)
@bp.orchestration_trigger(context_name="context")  # pyright: ignore[reportUntypedFunctionDecorator]
def repo_context_segment_orchestrator(
    context: df.DurableOrchestrationContext,
) -> Generator[Any, Any, dict[str, object]]:
    """Gather up to 25 repositories, so that the history of no orchestration grows large."""
    segment = yield from _fetch_segment(context, SegmentTask.model_validate(context.get_input()))
    return segment.to_json()


def _fetch_segment(
    context: df.DurableOrchestrationContext, task: SegmentTask, on_progress: Progress | None = None
) -> Generator[Any, Any, Segment]:
    """Fetch the repositories of a segment and make their vectors, while other segments are still being fetched."""
    outcomes = yield from gather_outcomes(
        context,
        traced(plan.bundles(task), task.traceparent),
        attempts=ATTEMPTS,
        retriable=plan.may_succeed_later,
        on_progress=on_progress,
    )
    segment = plan.segment_of(task, outcomes)
    # Questions are answered by words alone where vectors are missing: they fail no run.
    embedding = traced(plan.embedding(task.username, segment), task.traceparent)
    yield from gather_outcomes(context, embedding, attempts=EMBED_ATTEMPTS)
    return segment


class ListingFailed(Exception):
    """Nothing is known of the account's repositories; the text says why."""


class _Run:
    """One run. Its steps decide nothing: ``plan`` says what to call and what the answers mean."""

    def __init__(self, context: df.DurableOrchestrationContext, username: str, traceparent: str | None) -> None:
        self._context = context
        self._username = username
        self._traceparent = traceparent
        self._began = context.current_utc_datetime
        # Names the run, too: what it has stored is known by it.
        self._listed_at = self._began.isoformat()

    def gather(self) -> Generator[Any, Any, list[dict[str, object]]]:
        """Return a bundle for each repository, small enough to make one payload together."""
        self._show("listing", 0, 0)
        listed = yield from self._list()
        total = len(listed.names)
        if listed.missing:
            self._show("missing", 0, 0)
            return []
        bundles = yield from self._fetch(listed)
        self._show("storing", total, total)
        storing = traced([plan.index(self._username, self._listed_at, listed, bundles)], self._traceparent)
        yield from gather_outcomes(self._context, storing, attempts=ATTEMPTS)
        failed = sum(bool(bundle.errors) for bundle in bundles)
        self._show("completed", total, total, **({"failed": failed} if failed else {}))
        return [bundle.to_json() for bundle in bundles]

    def _list(self) -> Generator[Any, Any, RepoNames]:
        """List the account's repositories, however long GitHub asks to wait.

        Raises:
            ListingFailed: GitHub does not answer, or refuses.
        """
        while True:
            (outcome,) = yield from gather_outcomes(
                self._context,
                traced([plan.listing(self._username, self._listed_at)], self._traceparent),
                attempts=ATTEMPTS,
                retriable=plan.may_succeed_later,
            )
            if not isinstance(outcome, Ok):
                self._show("failed", 0, 0)
                raise ListingFailed(plan.reason(outcome))
            listed = RepoNames.model_validate(outcome.value)
            if listed.limited_for_s is None:
                return listed
            if not (yield from self._wait(listed.limited_for_s, 0, 0)):
                self._show("failed", 0, 0)
                raise ListingFailed("GitHub's rate limit left no room for the listing")

    def _fetch(self, listed: RepoNames) -> Generator[Any, Any, list[Bundle]]:
        """Fetch every repository, those last that GitHub asked to wait with."""
        max_bytes = share_of(len(listed.names))
        left = listed.names
        gathered: dict[str, Bundle] = {}
        while left:
            task = SegmentTask(
                username=self._username,
                names=left,
                listed_at=self._listed_at,
                max_bytes=max_bytes,
                traceparent=self._traceparent,
            )
            segment = yield from self._round(task, len(gathered), len(listed.names))
            gathered |= {bundle.name.lower(): bundle for bundle in segment.bundles}
            left = segment.limited
            if left and not (yield from self._wait(segment.limited_for_s, len(gathered), len(listed.names))):
                break
        return plan.in_order(listed.names, gathered, max_bytes)

    def _round(self, task: SegmentTask, done_before: int, total: int) -> Generator[Any, Any, Segment]:
        self._show("fetching", done_before, total)
        few = len(task.names) <= plan.SEGMENT_SIZE
        each = 1 if few else plan.SEGMENT_SIZE

        def report(done: int, _: int) -> None:
            self._show("fetching", min(done_before + done * each, done_before + len(task.names)), total)

        if few:
            return (yield from _fetch_segment(self._context, task, report))
        calls = plan.segments(task)
        # A segment makes its own rounds, so it is started once.
        outcomes = yield from gather_outcomes(self._context, calls, attempts=1, on_progress=report)
        return plan.merged(calls, outcomes)

    def _wait(self, wait_s: float, done: int, total: int) -> Generator[Any, Any, bool]:
        """Wait as long as GitHub asks to; return False where the run has waited long enough."""
        wake = plan.goes_on_at(self._began, self._context.current_utc_datetime, wait_s)
        if wake is None:
            return False
        self._show("waiting", done, total, reason="GitHub's rate limit", until=wake.isoformat())
        yield self._context.create_timer(wake)
        return True

    def _show(self, stage: str, done: int, total: int, **more: object) -> None:
        self._context.set_custom_status({"stage": stage, "done": done, "total": total, **more})
