"""Questions about somebody's repositories, answered from the cache."""

import azure.durable_functions as df
import azure.functions as func

from shared.github_repo_manager import Found, find_account
from shared.http import answered, read_json_object
from shared.repo_context.answers import gathering_answer
from shared.repo_context.runs import Runs
from shared.repo_questions.answering import answer_question
from shared.repo_questions.indexes import RepoIndexes
from shared.repo_questions.question import MOST_BODY_BYTES, read_question
from shared.resources import process_resources
from shared.responses import create_success_response

bp = df.Blueprint()

# Worked out from the cache and nothing else, so that it needs no closing.
_indexes = RepoIndexes()


@bp.function_name("ask_about_repositories")
@bp.route(route="api/ai", methods=["POST"])
@bp.durable_client_input(client_name="client")
@answered
async def ask_about_repositories(req: func.HttpRequest, client) -> func.HttpResponse:  # pyright: ignore[reportMissingParameterType, reportUnknownParameterType]
    """Answer which repositories of an account answer a question best, and why; 202 while the first run gathers it."""
    question = read_question(await read_json_object(req, MOST_BODY_BYTES))
    resources = await process_resources()
    found = await find_account(question.username, Runs(client), resources)
    if not isinstance(found, Found):
        return gathering_answer(found, client.get_client_response_links(req, found.instance_id))
    document = await answer_question(question, found, resources, _indexes)
    # What strangers committed stands in the answer: no browser may take it for a page.
    headers = {"X-Cache": "hit" if found.fresh else "stale", "X-Content-Type-Options": "nosniff"}
    return create_success_response(document, headers=headers)
