"""The first calls to a deployed app: its health, a snippet, a search, an account. What they answer is shown."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from azure.core.exceptions import AzureError

from infra.hooks.app_access import open_app
from infra.hooks.console import say
from infra.hooks.failures import HookFailed
from infra.hooks.outputs import Outputs
from infra.hooks.patience import NotYet, Patience, until
from infra.hooks.web import Answer, Site

# The examples of the specifications.
_TEXT = 'def hello():\n    print("Hello, World!")\n    return "success"'
_SEARCH = {
    "REQUEST_RESIN_FINAL": "PP",
    "REQUEST_COLOR_DESCR": "blue",
    "L": 45.5,
    "a": 12.3,
    "b": -25.7,
    "k": 20,
}
# A host that was just deployed answers so until it runs, 401 until it knows its keys.
_STARTING = {401, 404, 429, 502, 503, 504}
_RUN_S = 300.0
_POLL_S = 2.0
# What usually ends soon is not worth a line.
_SILENT_S = 10.0
_LOGS = "azd monitor --logs shows why; azd hooks run postdeploy repeats the calls"


@dataclass(frozen=True)
class _Caller:
    site: Site
    patience: Patience
    username: str

    def accepted(self, what: str, path: str, document: object, statuses: tuple[int, ...] = (202,)) -> Answer:
        """Return the answer to a POST that must be accepted."""

        def attempt() -> Answer:
            answer = _asked(self.site, "POST", path, document)
            if answer.status in _STARTING:
                raise NotYet(f"answers {answer.status} {answer.text}".rstrip())
            return answer

        answer = until(attempt, self.patience, f"POST {path}", _LOGS)
        if answer.status not in statuses:
            raise HookFailed(f"{what}: POST {path} answered {answer.status} {answer.text}", _LOGS)
        return answer

    def ended(self, what: str, address: str, read: Callable[[Answer], str | None]) -> Any:
        """Return the document at ``address`` once ``read`` no longer says what is still going on."""

        def attempt() -> Any:
            answer = _asked(self.site, "GET", address)
            still = f"answers {answer.status}" if answer.status in _STARTING else read(answer)
            if still is not None:
                raise NotYet(still)
            return answer.document

        patience = Patience(min(self.patience.wait_s, _RUN_S), min(self.patience.poll_s, _POLL_S))
        return until(attempt, patience, what, _LOGS, silent_s=_SILENT_S)


def call_the_app(outputs: Outputs) -> None:
    """Call the app as its users will, and show what it answers.

    Raises:
        HookFailed: It does not answer, or not as it should; the first such call ends it.
    """
    site = open_app(outputs)
    if site is None:
        return
    with site:
        users = [user.strip() for user in outputs.get("REPO_CONTEXT_USERS").split(",") if user.strip()]
        caller = _Caller(site, outputs.patience, users[0] if users else "")
        say(f"Calling {site.url} ...")
        for call in (_health, _embeddings, _search, *([_repo_refresh] if users else [])):
            begun = time.monotonic()
            say(f"  {call(caller)} ({time.monotonic() - begun:.1f} s)")
        say("The app answers as it should.")


def _health(caller: _Caller) -> str:
    def attempt() -> str:
        answer = _asked(caller.site, "GET", "/api/health")
        if answer.status != 200:
            raise NotYet(f"answers {answer.status} {answer.text}".rstrip())
        return f"health: {answer.field('status')}"

    return until(
        attempt,
        caller.patience,
        "GET /api/health",
        "the app does not start, or a service behind it does not answer. " + _LOGS,
    )


def _embeddings(caller: _Caller) -> str:
    # A text that is new: the vector of one that is known would come from the cache, whatever the model does.
    text = f"{_TEXT}\n# {datetime.now(UTC).isoformat()}\n"
    snippet = {"projectId": "azd-up", "name": "example.py", "text": text}
    accepted = caller.accepted("embeddings", "/api/orchestrators/embeddings", snippet)
    run = caller.ended("the embeddings run", str(accepted.field("statusQueryGetUri")), _run_under_way)
    output = run.get("output")
    if run["runtimeStatus"] != "Completed" or not isinstance(output, dict) or output.get("ok") is not True:
        raise HookFailed(
            f"embeddings: the run ended {run['runtimeStatus']}: {_brief(output)}",
            f"the embedding model or Cosmos DB refuses the app. {_LOGS}",
        )
    return f"embeddings: snippet {output.get('id')} stored"


def _search(caller: _Caller) -> str:
    document = _searched(caller)
    metadata = document.get("processing_metadata") or {}
    degraded = metadata.get("degraded") or []
    if degraded:
        # Once more: a quota may have been used up at that moment.
        document = _searched(caller)
        metadata = document.get("processing_metadata") or {}
        degraded = metadata.get("degraded") or []
    results = (document.get("results") or {}).get("search_results") or []
    if not results:
        raise HookFailed("search: no result, though the sample catalogue is loaded", _LOGS)
    best = results[0]
    found = (
        f"search: {len(results)} results, the best {best.get('name')}, score {best.get('score')}, dE {best.get('dE')}"
    )
    if not degraded:
        return found
    # All that was asked for is deployed, and works but for a model that is short of tokens or not known yet.
    return (
        f"{found}\n  WARNING: the answer is degraded, without {', '.join(map(str, degraded))}: a model refuses it, "
        f"or has too few tokens a minute (azd env set CHAT_MODEL_CAPACITY, then azd provision). {_LOGS}"
    )


def _searched(caller: _Caller) -> Any:
    accepted = caller.accepted("search", "/search", _SEARCH)
    document = caller.ended("the search", str(accepted.field("status_url")), _search_under_way)
    if document.get("status") != "completed":
        raise HookFailed(f"search: it ended {document.get('status')}: {document.get('error')}", _LOGS)
    return document


def _repo_refresh(caller: _Caller) -> str:
    asked = {"username": caller.username}
    answer = caller.accepted("repo refresh", "/api/orchestrators/repo-context", asked, (200, 202))
    if answer.status == 200:
        return f"repo refresh: {answer.field('count')} repositories of {caller.username}, still fresh"
    run = caller.ended("the repo refresh", str(answer.field("statusQueryGetUri")), _run_under_way)
    output = run.get("output")
    if run["runtimeStatus"] != "Completed" or not isinstance(output, list):
        raise HookFailed(
            f"repo refresh: the run for {caller.username} ended {run['runtimeStatus']}: {_brief(output)}",
            "check REPO_CONTEXT_USERS; without a token GitHub allows 60 requests an hour: "
            f"azd env set-secret FANWISE_GITHUB_TOKEN, then azd up. {_LOGS}",
        )
    return f"repo refresh: {len(output)} repositories of {caller.username} gathered"


def _asked(site: Site, method: str, address: str, document: object = None) -> Answer:
    try:
        return site.call(method, address, document)
    except AzureError as error:
        raise NotYet(f"does not answer ({type(error).__name__})") from error


def _run_under_way(answer: Answer) -> str | None:
    status = answer.field("runtimeStatus")
    if not isinstance(status, str):
        raise HookFailed(f"A run's status was answered with {answer.status} {answer.text}", _LOGS)
    if status not in ("Pending", "Running"):
        return None
    custom = answer.field("customStatus")
    stage = custom.get("stage") if isinstance(custom, dict) else None
    if stage == "waiting":
        raise HookFailed(
            f"A run waits: {custom.get('reason')} until {custom.get('until')}",
            "azd env set-secret FANWISE_GITHUB_TOKEN, then azd up: without a token GitHub allows 60 requests an hour",
        )
    return f"{status}, {stage}" if stage else status


def _search_under_way(answer: Answer) -> str | None:
    status = answer.field("status")
    if not isinstance(status, str):
        raise HookFailed(f"GET /status was answered with {answer.status} {answer.text}", _LOGS)
    return status if answer.status == 202 else None


def _brief(output: object) -> str:
    # A failed run has its traceback below the first line.
    return str(output).partition("\n")[0][:300]
