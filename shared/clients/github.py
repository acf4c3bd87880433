"""GitHub's REST API through PyGithub, off the event loop.

PyGithub signs in, keeps the connections and sends; what an answer means is decided here. Its defaults would sleep
inside the thread, between requests and until a rate limit resets: both are off, and a limit is raised instead, for the
orchestration to wait on a durable timer.
"""

import asyncio
import json
import logging
import math
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from hashlib import sha256
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from shared.errors import Rejected, Unavailable
from shared.masked_logs import github_secrets
from shared.secrets import masked
from shared.settings import GitHubAccess

if TYPE_CHECKING:
    import github

    from shared.clients.github_connections import Connections

CONNECTIONS = 32
_TIMEOUT_S = 15
_USER_AGENT = "fanwise"
# What GitHub's documentation asks for when a secondary limit names no time.
_WAIT_UNTOLD_S = 60.0
_LONGEST_WAIT_S = 3700.0
_MAX_MESSAGE_CHARACTERS = 200

_logger = logging.getLogger("portfolio.api")

Decoded = TypeVar("Decoded")


class RateLimited(Unavailable):
    """GitHub asks to be left alone for ``wait_s`` seconds: the hour's requests are spent, or came too fast."""

    def __init__(self, reason: str, wait_s: float) -> None:
        super().__init__(reason, wait_s)
        self.wait_s = wait_s


class Refused(Rejected):
    """GitHub answered, and the answer is no. ``status``: its HTTP status, such as 404, 409 or 451."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"GitHub answered {status}: {message}")
        self.status = status


@dataclass(frozen=True)
class Answer(Generic[Decoded]):
    """``etag``: what to ask with next time; ``last_page``: number of the last page, 1 where there are no others."""

    content: Decoded
    etag: str
    last_page: int


@dataclass(frozen=True)
class _Opened:
    """PyGithub, and the connections that its requests are given."""

    client: "github.Github"
    connections: "Connections"

    def close(self) -> None:
        self.client.close()
        self.connections.close()


class GitHub:
    """A client with 32 connections. ``now`` and ``clock``: seconds that never go back, and seconds since 1970."""

    def __init__(
        self,
        access: GitHubAccess,
        *,
        now: Callable[[], float] = time.monotonic,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._access = access
        self._now = now
        self._clock = clock
        self._executor = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="github")
        self._opening: asyncio.Task[_Opened] | None = None
        self._limited_until = float("-inf")
        self._secrets = github_secrets(access)
        self.credential = _fingerprint(access)

    async def get(
        self,
        path: str,
        decode: Callable[[Any], Decoded],
        *,
        etag: str | None = None,
        parameters: Mapping[str, str] | None = None,
    ) -> Answer[Decoded] | None:
        """Return what ``decode`` makes of the answer, in a thread; None where it is still what ``etag`` names.

        Raises:
            RateLimited: GitHub asks to be left alone. Until then nothing is sent.
            Refused: GitHub answered with another 4xx.
            Unavailable: GitHub failed, answered what cannot be read, or cannot be reached.
        """
        self._leave_alone()
        opened = await self._opened()
        headers = {"If-None-Match": etag} if etag else {}
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(
                self._executor, self._send, opened, path, dict(parameters or {}), headers, decode
            )
        except RateLimited as error:
            if self._limited_until <= self._now():
                _logger.warning("GitHub's rate limit is reached", extra={"wait_s": round(error.wait_s, 1)})
            self._limited_until = max(self._limited_until, self._now() + error.wait_s)
            raise

    async def ping(self) -> None:
        """Ask for something that counts against no limit.

        Raises:
            Refused, Unavailable: As ``get``.
        """
        await self.get("/rate_limit", lambda _: None)

    def close(self) -> None:
        """Let go of the connections; what is under way ends by itself."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        opening = self._opening
        if opening is not None and opening.done() and not opening.cancelled() and opening.exception() is None:
            opening.result().close()

    def _leave_alone(self) -> None:
        wait_s = self._limited_until - self._now()
        if wait_s > 0:
            raise RateLimited("GitHub asked to be left alone", wait_s)

    async def _opened(self) -> _Opened:
        if self._opening is None or (self._opening.done() and self._opening.exception() is not None):
            self._opening = asyncio.create_task(self._open())
        # One opening for all who wait; shielded, so that one who gives up does not end it for the others.
        return await asyncio.shield(self._opening)

    async def _open(self) -> _Opened:
        return await asyncio.get_running_loop().run_in_executor(self._executor, _open, self._access)

    def _send(
        self,
        opened: _Opened,
        path: str,
        parameters: dict[str, str],
        headers: dict[str, str],
        decode: Callable[[Any], Decoded],
    ) -> Answer[Decoded] | None:
        """Send a request and wait for its answer: for a thread of the executor."""
        import requests
        from github import GithubException

        self._leave_alone()  # others may have been told so while this one waited for its thread
        try:
            status, answered, text = opened.client.requester.requestJson(
                "GET", path, parameters, headers, cnx=opened.connections.one()
            )
        except GithubException as error:  # signing in as a GitHub App is a request of its own
            raise self._refusal(error.status, error.headers or {}, error.data) from None
        except (requests.RequestException, OSError) as error:
            raise Unavailable(f"GitHub cannot be reached: {self._shown(error)}") from None
        except (RuntimeError, RecursionError, AssertionError, ValueError) as error:  # a redirection that leads nowhere
            raise Unavailable(f"GitHub answered what cannot be followed: {self._shown(error)}") from None
        if status == HTTPStatus.NOT_MODIFIED:
            return None
        try:
            document = json.loads(text) if text else None
        except (ValueError, RecursionError):
            document = None
            if status < HTTPStatus.BAD_REQUEST:
                raise Unavailable(f"GitHub answered {status} with what is no JSON") from None
        if status >= HTTPStatus.MULTIPLE_CHOICES:
            raise self._refusal(status, answered, document)
        return Answer(decode(document), str(answered.get("etag", "")), _last_page(str(answered.get("link", ""))))

    def _refusal(self, status: int, headers: Mapping[str, Any], document: object) -> Exception:
        """Return what an answer that is none comes to."""
        fields = cast("dict[str, Any]", document) if isinstance(document, dict) else {}
        message = masked(str(fields.get("message", "")), self._secrets)[:_MAX_MESSAGE_CHARACTERS]
        if (wait_s := _limit_s(status, headers, message, self._clock())) is not None:
            return RateLimited(f"GitHub's rate limit is reached: {message}", wait_s)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
            return Unavailable(f"GitHub answered {status}: {message}")
        return Refused(status, message)

    def _shown(self, error: Exception) -> str:
        text = (str(error) or type(error).__name__).splitlines()[0]
        return masked(text, self._secrets)[:_MAX_MESSAGE_CHARACTERS]


@asynccontextmanager
async def open_github(access: GitHubAccess) -> AsyncGenerator[GitHub]:
    """Open a client; nothing is sent and PyGithub is not loaded before the first request."""
    client = GitHub(access)
    try:
        yield client
    finally:
        client.close()


def _open(access: GitHubAccess) -> _Opened:
    from github import Auth, Github  # 0.4 s, which an app that gathers nothing does not pay

    from shared.clients.github_connections import Connections

    auth: Auth.Auth | None = None
    if access.token:
        auth = Auth.Token(access.token)
    elif access.app:
        try:
            installation = int(access.app.installation_id)
        except ValueError:
            raise Rejected("GITHUB_APP_INSTALLATION_ID must be a number") from None
        auth = Auth.AppAuth(access.app.app_id, access.app.private_key).get_installation_auth(installation)
    client = Github(
        base_url=access.api_url,
        auth=auth,
        timeout=_TIMEOUT_S,
        user_agent=_USER_AGENT,
        per_page=100,
        retry=None,
        pool_size=CONNECTIONS,
        seconds_between_requests=None,
        seconds_between_writes=None,
        lazy=True,
    )
    return _Opened(client, Connections(access.api_url, CONNECTIONS, _TIMEOUT_S))


def _fingerprint(access: GitHubAccess) -> str:
    """Return a name for what signs in: GitHub's ETags hold for it alone. The secret cannot be told from it."""
    app = access.app
    parts = (access.api_url, access.token or (f"{app.app_id} {app.installation_id}" if app else ""))
    return sha256("\n".join(("fanwise etags", *parts)).encode()).hexdigest()[:16]


def _limit_s(status: int, headers: Mapping[str, Any], message: str, clock_s: float) -> float | None:
    """Return for how long GitHub asks to be left alone, None where an answer is no rate limit."""
    if status not in {HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS}:
        return None
    wait_s = _number(headers.get("retry-after"))
    if wait_s is None and str(headers.get("x-ratelimit-remaining", "")) == "0":
        reset_s = _number(headers.get("x-ratelimit-reset"))
        # Counted on GitHub's own clock, which need not be ours. Its limits reset within the second after.
        wait_s = None if reset_s is None else reset_s - _date_s(str(headers.get("date", "")), clock_s) + 1
    if wait_s is None:
        if status != HTTPStatus.TOO_MANY_REQUESTS and "rate limit" not in message.lower():
            return None
        wait_s = _WAIT_UNTOLD_S
    return min(max(wait_s, 1.0), _LONGEST_WAIT_S)


def _number(text: object) -> float | None:
    try:
        number = float(str(text))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _date_s(text: str, otherwise_s: float) -> float:
    try:
        return parsedate_to_datetime(text).timestamp()
    except ValueError:
        return otherwise_s


def _last_page(link: str) -> int:
    """Return the number of the last page from a Link header (RFC 8288)."""
    from urllib.parse import parse_qs, urlsplit

    for part in link.split(","):
        address, _, relation = part.partition(";")
        if 'rel="last"' in relation:
            pages = parse_qs(urlsplit(address.strip().strip("<>")).query).get("page", [""])
            return int(pages[0]) if pages[0].isdecimal() and len(pages[0]) < 6 else 1
    return 1
