"""Why a search failed, in sentences that a user may read: no stack, no secret, no words of an SDK."""

import re
from collections.abc import Sequence

from shared.orchestration import Failed, Outcome
from shared.search.decisions import FINAL_ATTEMPTS

# The host writes "Activity function 'X' failed:  <exception>: <text>"; our clients begin their texts with the service.
_FAILURE = re.compile(r"failed:\s+(?P<error>\w+): (?P<text>.*)")
_SERVICES = {
    "Azure AI Search": "Search index",
    "Azure OpenAI": "Language model",
    "Sign-in to Azure OpenAI": "Language model",
    "Cosmos DB": "Database",
    "Blob storage": "Storage",
}


class SearchFailed(Exception):
    """The search has no result. Its text is for the user; ``reason`` is for the log."""

    def __init__(self, text: str, reason: str = "") -> None:
        super().__init__(text)
        self.reason = reason


def may_succeed_later(failure: str) -> bool:
    """Whether another round can help: not where a service, or we, refused the call for good."""
    found = _FAILURE.search(failure)
    return found is None or found["error"] != "Rejected"


def too_long(deadline_s: int) -> SearchFailed:
    """The deadline came first."""
    return SearchFailed(f"The search took longer than {deadline_s} s", "deadline")


def not_loaded(outcome: Failed) -> SearchFailed:
    """``LoadRequest`` failed."""
    return SearchFailed(f"The search request could not be read{_retries(outcome)}", outcome.text)


def not_stored(outcome: Outcome) -> SearchFailed:
    """The last write of a run failed, so that its results are lost."""
    reason = outcome.text if isinstance(outcome, Failed) else ""
    return SearchFailed(f"The results could not be stored after {FINAL_ATTEMPTS} retries", reason)


def unexpected(bug: Exception) -> SearchFailed:
    """Something went wrong that nobody foresaw."""
    return SearchFailed("The search failed because of an error in Fanwise, which has been logged", repr(bug))


def no_search_succeeded(failures: Sequence[Failed]) -> SearchFailed:
    """Every search failed; the first one, which is for what was asked itself, says why."""
    return SearchFailed(_sentence(failures[0]), "; ".join(failure.text for failure in failures))


def _sentence(failure: Failed) -> str:
    found = _FAILURE.search(failure.text)
    text = found["text"] if found else ""
    service = next((ours for theirs, ours in _SERVICES.items() if text.startswith(theirs)), None)
    if service is None:
        return f"The materials could not be searched{_retries(failure)}"
    if not may_succeed_later(failure.text):
        return f"{service} refused the search"
    return f"{service} did not answer{_retries(failure)}"


def _retries(failure: Failed) -> str:
    return f" after {failure.attempts} retries" if may_succeed_later(failure.text) else ""
