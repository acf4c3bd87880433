"""What was gathered of GitHub accounts, read over HTTP, and the cache that holds it."""

import azure.durable_functions as df
import azure.functions as func

from shared.errors import InvalidRequest, NotFound
from shared.github_repo_manager import Found, find_account
from shared.http import answered, read_json_object
from shared.repo_context.accounts import told
from shared.repo_context.answers import account_answer, gathering_answer, repository_answer
from shared.repo_context.housekeeping import clean_up
from shared.repo_context.names import read_account, read_repository
from shared.repo_context.runs import Runs
from shared.request_fields import flag_faults, unknown_fields
from shared.resources import process_resources
from shared.responses import create_success_response

bp = df.Blueprint()

_MAX_BODY_BYTES = 4096


@bp.function_name("read_repos_with_context")
@bp.route(route="api/github/repos/{username}/with-context", methods=["GET"])
@bp.durable_client_input(client_name="client")
@answered
async def read_repos_with_context(req: func.HttpRequest, client) -> func.HttpResponse:  # pyright: ignore[reportMissingParameterType, reportUnknownParameterType]
    """Answer with an account's repositories from the cache; 202 while the first run gathers them."""
    username = read_account(req.route_params.get("username"))
    found = await find_account(username, Runs(client), await process_resources())
    if isinstance(found, Found):
        return account_answer(req, found)
    return gathering_answer(found, client.get_client_response_links(req, found.instance_id))


@bp.function_name("read_repo_with_context")
@bp.route(route="api/github/repos/{username}/{repo:regex(^(?!with-context$))}", methods=["GET"])
@bp.durable_client_input(client_name="client")
@answered
async def read_repo_with_context(req: func.HttpRequest, client) -> func.HttpResponse:  # pyright: ignore[reportMissingParameterType, reportUnknownParameterType]
    """Answer with one repository from the cache; 202 while the first run gathers its account."""
    username = read_account(req.route_params.get("username"))
    name = read_repository(req.route_params.get("repo"))
    resources = await process_resources()
    found = await find_account(username, Runs(client), resources)
    if not isinstance(found, Found):
        return gathering_answer(found, client.get_client_response_links(req, found.instance_id))
    repo = found.account.repository(name)
    if repo is None:
        raise NotFound(f"Account '{username}' has no public repository '{name}'")
    kept = await resources.github_cache.known(username, name) if repo.get("truncated") else None
    return repository_answer(req, found, told(kept.bundle) if kept else repo)


@bp.function_name("github_cache_stats")
@bp.route(route="api/github/cache/stats", methods=["GET"])
@answered
async def read_cache_stats(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - the name is the binding's
    """Answer what the cache holds, by account."""
    resources = await process_resources()
    return create_success_response(await resources.github_cache.stats())


@bp.function_name("github_cache_cleanup")
@bp.route(route="api/github/cache/cleanup", methods=["POST"])
@answered
async def clean_up_cache(req: func.HttpRequest) -> func.HttpResponse:
    """Remove what nobody reads any more, or all of one account; with ``dry_run``, which is the default, say what."""
    document = await read_json_object(req, _MAX_BODY_BYTES)
    dry_run = document.get("dry_run", True)
    if faults := [*unknown_fields(document, ("dry_run", "username")), *flag_faults("dry_run", dry_run)]:
        raise InvalidRequest(*faults)
    username = read_account(document["username"]) if "username" in document else None
    resources = await process_resources()
    cleaned = await clean_up(resources.github_cache, resources.settings.repo_context, username, dry_run=dry_run)
    return create_success_response(cleaned.to_json())
