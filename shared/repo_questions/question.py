"""``POST /api/ai`` as somebody sent it, checked."""

from dataclasses import dataclass
from typing import Any

from shared.errors import InvalidRequest
from shared.repo_context.names import read_account
from shared.request_fields import count_faults, flag_faults, query_faults, unknown_fields

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
    faults = [*unknown_fields(document, FIELDS), *query_faults(document, MOST_CHARACTERS)]
    username = ""
    try:
        username = read_account(document.get("username")) if "username" in document else ""
    except InvalidRequest as error:
        faults.extend(error.faults)
    if "username" not in document:
        faults.append("Missing required field: username")
    faults += count_faults("max_repos", max_repos, MOST_REPOS)
    faults += flag_faults("explain", explain)
    if faults:
        raise InvalidRequest(*faults)
    return Question(str(query), username, int(max_repos), bool(explain))
