"""What callers are told over HTTP of accounts, repositories and runs."""

from typing import Any

import azure.functions as func

from shared.clients.orchestrations import RunStatus
from shared.etags import etag_of, is_known, quoted
from shared.github_repo_manager import Found
from shared.responses import create_success_response
from shared.started_runs import run_headers

# What somebody committed stands in these answers: no browser may take it for a page.
_SAFE = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-cache"}


def account_answer(req: func.HttpRequest, found: Found) -> func.HttpResponse:
    """Answer with an account's repositories, or 304 where the caller has them already."""
    account = found.account
    index = account.index
    document: dict[str, Any] = {
        "username": index.login or account.username,
        "refreshed_at": index.refreshed_at,
        "count": len(account.repos),
        "truncated": index.truncated,
        "failed": index.failed,
        "repos": account.repos,
    }
    return _cached_answer(req, document, quoted(account.version), found.fresh)


def repository_answer(req: func.HttpRequest, found: Found, repo: dict[str, Any]) -> func.HttpResponse:
    """Answer with one repository, or 304 where the caller has it already."""
    return _cached_answer(req, repo, etag_of(repo), found.fresh)


def gathering_answer(run: RunStatus, links: dict[str, str]) -> func.HttpResponse:
    """Answer 202: nothing is kept yet, and this run gathers it."""
    status_uri = links["statusQueryGetUri"]
    headers = run_headers(links) | {"X-Cache": "miss"}
    return create_success_response(run.to_json() | {"statusQueryGetUri": status_uri}, status_code=202, headers=headers)


def _cached_answer(
    req: func.HttpRequest,
    document: dict[str, Any],
    etag: str,
    fresh: bool,
) -> func.HttpResponse:
    headers = _SAFE | {"ETag": etag, "X-Cache": "hit" if fresh else "stale"}
    if is_known(req.headers.get("if-none-match"), etag):
        return func.HttpResponse(status_code=304, headers=headers)
    return create_success_response(document, headers=headers)
