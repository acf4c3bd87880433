"""Repo context: what gathers an account's repositories, and what starts it: a timer, HTTP, a cold cache."""

import logging
from collections.abc import Generator
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from activities.repo_context import ACTIVITIES
from activities.runner import as_function
from shared.errors import InvalidRequest
from shared.github_repo_manager import Found, gather, refresh_all
from shared.http import answered, json_type, read_json_object
from shared.orchestration import Ok, gather_outcomes
from shared.repo_context import plan
from shared.repo_context.answers import account_answer, run_answer
from shared.repo_context.contracts import ATTEMPTS, Bundle, RepoNames, Segment, SegmentTask
from shared.repo_context.runs import Runs
from shared.repo_context.trimming import share_of
from shared.resources import process_resources
from shared.settings import current_settings
from shared.snippets.submission import unknown_fields

bp = df.Blueprint()

_logger = logging.getLogger("portfolio.api")
_MAX_BODY_BYTES = 4096

for _name, _activity in ACTIVITIES.items():
    bp.activity_trigger(input_name="data", activity=_name)(as_function(_name, _activity))


@bp.function_name("http_start_repo_context")
@bp.route(route="api/orchestrators/repo-context", methods=["POST"])
@bp.durable_client_input(client_name="client")
@answered
async def start_repo_context(req: func.HttpRequest, client) -> func.HttpResponse:  # pyright: ignore[reportMissingParameterType, reportUnknownParameterType]
    """Gather an account: answer 202 with the run's management URLs, or 200 with what is kept while it is fresh."""
    document = await read_json_object(req, _MAX_BODY_BYTES)
    force = document.get("force", False)
    faults = unknown_fields(document, ("username", "force"))
    if not isinstance(force, bool):
        faults = [*faults, f"Field 'force' must be true or false, got {json_type(force)}"]
    if faults:
        raise InvalidRequest(*faults)
    found = await gather(document.get("username"), Runs(client), await process_resources(), force=force)
    if isinstance(found, Found):
        return account_answer(req, found)
    return run_answer(client.get_client_response_links(req, found.instance_id))


@bp.function_name("refresh_repo_context")
@bp.timer_trigger(arg_name="timer", schedule=current_settings().repo_context.schedule, run_on_startup=True)
@bp.durable_client_input(client_name="client")
async def refresh_repo_context(timer: func.TimerRequest, client) -> None:  # pyright: ignore[reportMissingParameterType, reportUnknownParameterType]  # noqa: ARG001
    """Refresh the accounts that are due. Every new worker runs this at once; for what is fresh it costs one read."""
    if current_settings().repo_context.users:
        outcomes = await refresh_all(Runs(client), await process_resources())
        _logger.info("repo context refreshed", extra={"accounts": outcomes})


@bp.function_name("RepoContextOrchestrator")
@bp.orchestration_trigger(context_name="context")  # pyright: ignore[reportUntypedFunctionDecorator]
def repo_context_orchestrator(context: df.DurableOrchestrationContext) -> Generator[Any, Any, list[dict[str, object]]]:
    """Gather every public repository of an account, each by an activity of its own, and keep what was found."""
    start = plan.read_start(context.get_input())
    return (yield from _Run(context, start.username.lower()).gather())


@bp.function_name(plan.SEGMENT)
@bp.orchestration_trigger(context_name="context")  # pyright: ignore[reportUntypedFunctionDecorator]
def repo_context_segment_orchestrator(
    context: df.DurableOrchestrationContext,
) -> Generator[Any, Any, dict[str, object]]:
    """Gather up to 25 repositories, so that the history of no orchestration grows large."""
    task = SegmentTask.model_validate(context.get_input())
    calls = plan.bundles(task)
    outcomes = yield from gather_outcomes(context, calls, attempts=ATTEMPTS, retriable=plan.may_succeed_later)
    return plan.segment_of(task, outcomes).to_json()


class ListingFailed(Exception):
    """Nothing is known of the account's repositories; the text says why."""


class _Run:
    """One run. Its steps decide nothing: ``plan`` says what to call and what the answers mean."""

    def __init__(self, context: df.DurableOrchestrationContext, username: str) -> None:
        self._context = context
        self._username = username
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
        self._show("embedding", total, total)
        # Questions are answered by words alone where vectors are missing: they fail no run.
        yield from gather_outcomes(self._context, plan.embedding(self._username, listed.names), attempts=2)
        self._show("storing", total, total)
        yield from gather_outcomes(
            self._context, [plan.index(self._username, self._listed_at, listed, bundles)], attempts=ATTEMPTS
        )
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
                [plan.listing(self._username, self._listed_at)],
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
            task = SegmentTask(username=self._username, names=left, listed_at=self._listed_at, max_bytes=max_bytes)
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
            outcomes = yield from gather_outcomes(
                self._context,
                plan.bundles(task),
                attempts=ATTEMPTS,
                retriable=plan.may_succeed_later,
                on_progress=report,
            )
            return plan.segment_of(task, outcomes)
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
