"""An account's repositories with their context: from the cache, or gathered by a run that this starts."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from pydantic import ValidationError

from shared.clients.orchestrations import RunStatus
from shared.errors import InvalidRequest, NotFound, Unavailable
from shared.repo_context.accounts import CachedAccount, account_of_run, is_fresh, is_gathered
from shared.repo_context.names import read_account
from shared.repo_context.runs import Runs
from shared.resources import Resources, process_resources

_logger = logging.getLogger("portfolio.api")

# The timer fires a moment before what it gathered last time has grown old: it must not pass over every second hour.
_DUE_AT = 0.9
# After a run that failed, whoever reads waits this long before the next one is started for them.
_FAILURE_STANDS_S = 60.0


class NotGathered(InvalidRequest):
    """The account is not one of those that this app may gather."""

    status_code = 403


@dataclass(frozen=True)
class Found:
    """An account that was gathered. ``fresh``: younger than ``REPO_CONTEXT_FRESH_MINUTES``."""

    account: CachedAccount
    fresh: bool


async def get_all_repos_with_context(username: str, runs: Runs | None = None) -> list[dict[str, Any]] | RunStatus:
    """Return an account's repositories as they are kept, or the status of the run that now gathers them.

    Each is a dict with ``metadata``, ``repoContext``, ``file_types`` and ``languages``, as ``calculate_repo_scores``
    takes them. ``runs``: the durable client; None takes the one that a function of this process was given last.

    Raises:
        InvalidRequest: GitHub allows no such name.
        NotFound: The account is not gathered here, or GitHub has none of this name.
        Unavailable: Neither cache nor task hub answers, or the last run has just failed.
    """
    found = await find_account(username, runs or Runs.of_process(), await process_resources())
    return found.account.repos if isinstance(found, Found) else found


async def find_account(username: str, runs: Runs, resources: Resources) -> Found | RunStatus:
    """Return what is kept of an account, or the status of the run that now gathers it.

    What has grown old is returned all the same, while a run refreshes it.

    Raises:
        InvalidRequest, NotFound, Unavailable: As ``get_all_repos_with_context``.
    """
    name = read_account(username)
    settings = resources.settings.repo_context
    if not is_gathered(name, settings):
        raise NotFound(f"Account '{name}' is not gathered here")
    now = datetime.now(UTC)
    try:
        account = await resources.github_cache.read(name)
    except Unavailable:
        account = await _of_latest_run(name, runs, settings.fresh_minutes, now)
    if account is None:
        return await _start_again(name, runs, now)
    fresh = is_fresh(account.index, settings.fresh_minutes, now)
    if account.index.missing and fresh:
        raise NotFound(f"GitHub has no account '{name}'")
    if account.index.missing:
        return await _start_again(name, runs, now)
    if not fresh:
        await _refresh_meanwhile(name, runs, now)
    return Found(account, fresh)


async def gather(username: object, runs: Runs, resources: Resources, *, force: bool) -> Found | RunStatus:
    """Return what is kept of an account when it is fresh and not ``force``, else the status of a run.

    Raises:
        InvalidRequest: GitHub allows no such name.
        NotGathered: The account is not one of those that may be gathered.
        NotFound: GitHub was asked a moment ago, and has no such account.
        Unavailable: The task hub does not answer.
    """
    name = read_account(username)
    settings = resources.settings.repo_context
    if not is_gathered(name, settings):
        raise NotGathered(f"Account '{name}' may not be gathered; REPO_CONTEXT_USERS names those that may")
    account = None if force else await resources.github_cache.get(name)
    if account is None or not is_fresh(account.index, settings.fresh_minutes, datetime.now(UTC)):
        return await runs.start(name, force=force)
    if account.index.missing:
        raise NotFound(f"GitHub has no account '{name}'")
    return Found(account, fresh=True)


async def refresh_all(runs: Runs, resources: Resources) -> dict[str, str]:
    """Start a run for every account of ``REPO_CONTEXT_USERS`` that is not fresh; return what became of each.

    For one that is fresh this costs one read of the cache.
    """
    settings = resources.settings.repo_context
    outcomes: dict[str, str] = {}
    for name in settings.users:
        try:
            read_account(name, "REPO_CONTEXT_USERS")
            if await _is_young(name, runs, resources, settings.fresh_minutes * _DUE_AT):
                outcomes[name] = "fresh"
            else:
                outcomes[name] = (await runs.start(name)).runtime_status
        except (InvalidRequest, Unavailable) as error:
            _logger.warning("account could not be refreshed", extra={"username": name[:60], "reason": str(error)})
            outcomes[name[:60]] = "failed"
    return outcomes


async def oldest_refresh_s(resources: Resources, now: datetime) -> float | None:
    """Return for how long the account of ``REPO_CONTEXT_USERS`` has not been refreshed that waits longest.

    None where nothing is kept of any, or the cache does not answer.
    """
    ages: list[float] = []
    for name in resources.settings.repo_context.users:
        try:
            index = await resources.github_cache.status(name)
        except Unavailable:
            return None
        if index is not None:
            ages.append((now - datetime.fromisoformat(index.refreshed_at)).total_seconds())
    return max(ages, default=None)


async def warm_up(runs: Runs, resources: Resources) -> list[str]:
    """Start a run for every account of ``REPO_CONTEXT_USERS`` of which nothing is kept; return these accounts."""
    started: list[str] = []
    for name in resources.settings.repo_context.users:
        try:
            if await resources.github_cache.status(read_account(name)) is None:
                await _start_again(name, runs, datetime.now(UTC))
                started.append(name)
        except (InvalidRequest, Unavailable) as error:
            _logger.warning("account could not be warmed up", extra={"username": name[:60], "reason": str(error)})
    return started


async def _is_young(name: str, runs: Runs, resources: Resources, minutes: float) -> bool:
    now = datetime.now(UTC)
    try:
        index = await resources.github_cache.status(name)
    except Unavailable:
        return await _of_latest_run(name, runs, minutes, now) is not None
    return index is not None and is_fresh(index, minutes, now)


async def _of_latest_run(name: str, runs: Runs, minutes: float, now: datetime) -> CachedAccount | None:
    """Return what the latest run handed back, which is trimmed, while the cache does not answer and it is fresh."""
    latest = await runs.latest(name)
    if latest is None or latest.runtime_status != "Completed" or latest.age_s(now) > minutes * 60:
        return None
    try:
        return account_of_run(name, cast("object", latest.output), latest.updated_at or now)
    except ValidationError:  # what another version of the app handed back
        return None


async def _start_again(name: str, runs: Runs, now: datetime) -> RunStatus:
    latest = await runs.latest(name)
    if latest is not None and latest.runtime_status == "Failed" and latest.age_s(now) < _FAILURE_STANDS_S:
        raise Unavailable("the last run failed a moment ago", _FAILURE_STANDS_S - latest.age_s(now))
    return await runs.start(name)


async def _refresh_meanwhile(name: str, runs: Runs, now: datetime) -> None:
    try:
        await _start_again(name, runs, now)
    except Unavailable as error:
        _logger.warning("stale account could not be refreshed", extra={"username": name, "reason": str(error)})
