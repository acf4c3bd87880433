"""What a run calls, and what it makes of the answers. Pure: the orchestrator only yields."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from shared.orchestration import Call, Failed, Ok, Outcome, SubCall
from shared.repo_context.bundles import without_parts
from shared.repo_context.contracts import (
    Bundle,
    BundleTask,
    EmbedTask,
    IndexTask,
    Limited,
    ListingTask,
    RepoContextStart,
    RepoNames,
    Segment,
    SegmentTask,
)
from shared.repo_context.trimming import trimmed

SEGMENT = "RepoContextSegmentOrchestrator"
SEGMENT_SIZE = 25
# A run that GitHub keeps waiting this long ends with what it has; the timer starts the next one.
LONGEST_WAIT = timedelta(hours=6)
NOT_IN_TIME = "GitHub's rate limit left no room for this repository"


def read_start(given: object) -> RepoContextStart:
    """Return what a run is asked for: a username alone, or ``{"username", "force"}``."""
    return RepoContextStart.model_validate({"username": given} if isinstance(given, str) else given or {})


def listing(username: str, listed_at: str) -> Call:
    """Return the call that lists an account's repositories."""
    return Call("GetRepoNamesActivity", ListingTask(username=username, listed_at=listed_at).to_json())


def bundles(task: SegmentTask) -> list[Call]:
    """Return a call for each repository of a segment."""
    # One model for all of them: a replay makes these calls again for every answer that has come in.
    shared = BundleTask(username=task.username, repo_name="", listed_at=task.listed_at, max_bytes=task.max_bytes)
    document = shared.to_json()
    return [
        Call("FetchRepoContextBundleActivity", document | {"repo_name": name}, attempt_field="attempt")
        for name in task.names
    ]


def segments(task: SegmentTask) -> list[SubCall]:
    """Return a sub-orchestration for every 25 repositories."""
    return [
        SubCall(SEGMENT, task.model_copy(update={"names": tuple(names)}).to_json())
        for names in _cut(task.names, SEGMENT_SIZE)
    ]


def embedding(username: str, segment: Segment) -> list[Call]:
    """Return the call that makes the vectors of a segment's repositories, none where it has none."""
    names = tuple(bundle.name for bundle in segment.bundles)
    return [Call("EmbedRepositoriesActivity", EmbedTask(username=username, names=names).to_json())] if names else []


def index(username: str, listed_at: str, listed: RepoNames, gathered: Sequence[Bundle]) -> Call:
    """Return the call that makes what was gathered the account's result."""
    task = IndexTask(
        username=username,
        login=listed.login,
        listed_at=listed_at,
        names=listed.names,
        truncated=listed.truncated,
        failed=sum(bool(bundle.errors) for bundle in gathered),
    )
    return Call("StoreRepoIndexActivity", task.to_json())


def segment_of(task: SegmentTask, outcomes: Sequence[Outcome]) -> Segment:
    """Return what the calls of a segment came to; a call that failed for good leaves a bundle with its error."""
    ended: list[Bundle] = []
    limited: dict[str, float] = {}
    for name, outcome in zip(task.names, outcomes, strict=True):
        found = _answer(outcome)
        if isinstance(found, Limited):
            limited[name] = found.limited_for_s
        else:
            ended.append(found or trimmed(without_parts(name, reason(outcome)), task.max_bytes))
    return Segment(bundles=tuple(ended), limited=tuple(limited), limited_for_s=max(limited.values(), default=0))


def merged(calls: Sequence[SubCall], outcomes: Sequence[Outcome]) -> Segment:
    """Return the segments of a run as one; one that failed as a whole leaves a bundle with its error for each."""
    parts = [
        Segment.model_validate(outcome.value)
        if isinstance(outcome, Ok)
        else segment_of(task, [outcome] * len(task.names))
        for call, outcome in zip(calls, outcomes, strict=True)
        for task in [SegmentTask.model_validate(call.payload)]
    ]
    return Segment(
        bundles=tuple(bundle for part in parts for bundle in part.bundles),
        limited=tuple(name for part in parts for name in part.limited),
        limited_for_s=max((part.limited_for_s for part in parts), default=0),
    )


def in_order(names: Sequence[str], gathered: Mapping[str, Bundle], max_bytes: int) -> list[Bundle]:
    """Return a bundle for every name; what the run had no time for has that for an error.

    ``gathered``: by name in lower case.
    """
    return [gathered.get(name.lower()) or trimmed(without_parts(name, NOT_IN_TIME), max_bytes) for name in names]


def goes_on_at(began: datetime, now: datetime, wait_s: float) -> datetime | None:
    """Return when to ask GitHub again, None where the run has waited long enough."""
    wake = now + timedelta(seconds=wait_s)
    return wake if wake - began <= LONGEST_WAIT else None


def may_succeed_later(failure: str) -> bool:
    """Whether a failure's text leaves hope for another attempt."""
    return "failed:  Rejected:" not in failure and "failed:  Refused:" not in failure


def _answer(outcome: Outcome) -> Bundle | Limited | None:
    if not isinstance(outcome, Ok):
        return None
    value = cast("dict[str, Any]", outcome.value)
    return Bundle.model_validate(value) if "metadata" in value else Limited.model_validate(value)


def reason(outcome: Outcome) -> str:
    text = outcome.text if isinstance(outcome, Failed) else "no answer in time"
    return text.partition("failed:")[2].strip() or text


def _cut(names: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (names[start : start + size] for start in range(0, len(names), size))
