"""``POST /api/ai`` as somebody sent it, checked."""

from dataclasses import dataclass
from typing import Any

from shared.errors import InvalidRequest
from shared.http import json_type
from shared.repo_context.names import read_account
from shared.snippets.submission import shown, unicode_faults, unknown_fields

FIELDS = ("query", "username", "max_repos", "explain")
DEFAULT_REPOS = 3
MOST_REPOS = 20
# Some 500 words, and within what an embedding model takes in whatever script.
MOST_CHARACTERS = 2_000
MOST_BODY_BYTES = 32 * 1024


@dataclass(frozen=True)
class Question:
    """``username``: in lower case. ``explain``: the language model is to answer it, too."""

    query: str
    username: str
    max_repos: int
    explain: bool


def read_question(document: dict[str, Any]) -> Question:
    """Return the question that a request's body asks.

    Raises:
        InvalidRequest: Fields are missing, unknown or wrong; all of them are named.
    """
    query, explain = document.get("query"), document.get("explain", False)
    max_repos = document.get("max_repos", DEFAULT_REPOS)
    faults = [*unknown_fields(document, FIELDS), *_query_faults(document)]
    username = ""
    try:
        username = read_account(document.get("username")) if "username" in document else ""
    except InvalidRequest as error:
        faults.extend(error.faults)
    if "username" not in document:
        faults.append("Missing required field: username")
    if type(max_repos) is not int or not 1 <= max_repos <= MOST_REPOS:
        got = shown(str(max_repos)) if type(max_repos) is int else json_type(max_repos)
        faults.append(f"Field 'max_repos' must be an integer from 1 to {MOST_REPOS}, got {got}")
    if not isinstance(explain, bool):
        faults.append(f"Field 'explain' must be true or false, got {json_type(explain)}")
    if faults:
        raise InvalidRequest(*faults)
    return Question(str(query), username, int(max_repos), bool(explain))


def _query_faults(document: dict[str, Any]) -> list[str]:
    if "query" not in document:
        return ["Missing required field: query"]
    query = document["query"]
    expected = f"must be a string of 1 to {MOST_CHARACTERS} characters, not all blank"
    if not isinstance(query, str):
        return [f"Field 'query' {expected}, got {json_type(query)}"]
    if not query.strip() or len(query) > MOST_CHARACTERS:
        return [f"Field 'query' {expected}, got {len(query)} characters"]
    return unicode_faults("query", query)
