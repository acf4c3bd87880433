"""An Azure OpenAI account: one connection for all of its deployments, by either of the two addresses that reach it."""

import asyncio
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from importlib import import_module
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiohttp import ClientConnectionError
from azure.core.credentials_async import AsyncTokenCredential

from shared.clients.azure_errors import THROTTLED, translated
from shared.errors import Rejected, Unavailable
from shared.retry_after import retry_after_s
from shared.settings import ModelAccount
from shared.telemetry.metrics import throttled

if TYPE_CHECKING:
    from openai import APIStatusError, AsyncOpenAI

# A request that a person's query waits for; the SDK's own 600 s would hold an activity for ten minutes.
_TIMEOUT_S = 30.0
# The longest that a service may ask this process to be left alone; beyond that the round fails.
LONGEST_PAUSE_S = 30.0
_SIGN_IN_SCOPE = "https://cognitiveservices.azure.com/.default"
_TRY_LATER = frozenset({408, 409, 429})
_RETRY_AFTER_HEADERS = (("retry-after-ms", 0.001), ("retry-after", 1.0))
_ABOUT_INPUT = frozenset({400, 413, 422})
_TOO_LONG_CODES = frozenset({"context_length_exceeded", "string_above_max_length"})
_TOO_LONG = re.compile(r"maximum (?:context|input) length", re.IGNORECASE)


class Account:
    """One SDK client, made on the first call and closed with ``open_account``.

    Importing the SDK takes 0.7 s, for which no request should wait that needs no model, such as one that is only
    accepted.
    """

    def __init__(self, connect: Callable[[], Awaitable["AsyncOpenAI"]]) -> None:
        self._connect = connect
        self._connecting = asyncio.Lock()
        self._client: AsyncOpenAI | None = None

    async def client(self) -> "AsyncOpenAI":
        """Return the client; those who ask while it is being made wait for the same one."""
        async with self._connecting:
            if self._client is None:
                self._client = await self._connect()
            return self._client


class Deployment:
    """Calls of this process to one deployment. While the service asks to be left alone, they wait."""

    def __init__(self, account: Account, name: str) -> None:
        self.name = name
        self._account = account
        self._resume_at = 0.0

    async def client(self, patience_s: float) -> "AsyncOpenAI":
        """Return the client once the service may be called; wait at most ``patience_s`` for that.

        Raises:
            Unavailable: The service asked to be left alone for longer.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + patience_s
        while (pause_s := self._resume_at - loop.time()) > 0:
            if self._resume_at > deadline:
                raise Unavailable("Azure OpenAI asked to be left alone for a while", pause_s)
            await asyncio.sleep(pause_s)
        return await self._account.client()

    @contextmanager
    def translated(self, expected: str) -> Generator[None]:
        """Turn what the SDK raises inside into ``Unavailable`` or ``Rejected``; ``expected``: what the answer is to be.

        Only around calls of a ``client``: the SDK is loaded with it.
        """
        from openai import APIConnectionError, APIStatusError, APITimeoutError, OpenAIError

        try:
            with translated("Sign-in to Azure OpenAI"):
                yield
        except APIStatusError as error:
            raise self._refusal(error) from error
        except APIConnectionError as error:
            reason = error.__cause__ or error
            if isinstance(error, APITimeoutError) and not _is_refused(reason):
                raise Unavailable("Azure OpenAI did not answer in time") from error
            raise Unavailable(f"Azure OpenAI cannot be reached: {reason}") from error
        except (OpenAIError, ValueError, TypeError, AttributeError) as error:
            # What a proxy in between answers in its own words ends up here: HTML, half a body, no data.
            raise Unavailable(f"Azure OpenAI answered what is no {expected}: {error}") from error

    def _refusal(self, error: "APIStatusError") -> Unavailable | Rejected:
        if error.status_code == THROTTLED:
            throttled("Azure OpenAI")
        text = f"Azure OpenAI answered {error.status_code}: {error.message[:300]}"
        if error.status_code not in _TRY_LATER and error.status_code < 500:
            about_input = error.status_code in _ABOUT_INPUT
            return Rejected(text, is_about_input=about_input, is_too_long=about_input and _is_too_long(error))
        pause_s = retry_after_s(error.response.headers, _RETRY_AFTER_HEADERS)
        if pause_s is not None:
            resume_at = asyncio.get_running_loop().time() + min(pause_s, LONGEST_PAUSE_S)
            self._resume_at = max(self._resume_at, resume_at)
        return Unavailable(text, pause_s)


def _is_too_long(error: "APIStatusError") -> bool:
    """Whether an input has too many tokens. Azure often leaves the code out, so that the text has to tell."""
    return error.code in _TOO_LONG_CODES or bool(_TOO_LONG.search(error.message))


def _is_refused(reason: BaseException) -> bool:
    """Whether there was no connection: the SDK's transport calls that a connect timeout, too."""
    met = reason.__cause__
    return isinstance(met, ClientConnectionError) and not isinstance(met, TimeoutError)


@asynccontextmanager
async def open_account(account: ModelAccount, credential: AsyncTokenCredential | None) -> AsyncGenerator[Account]:
    """Open the account, signing in with the key or with ``credential``."""
    async with AsyncExitStack() as stack:

        async def connect() -> "AsyncOpenAI":
            # In a thread, so that the worker's only event loop goes on meanwhile.
            await asyncio.to_thread(import_module, "openai")
            opened = _project_client if account.api == "project" else _account_client
            return await opened(account, credential, stack)

        yield Account(connect)


async def _account_client(
    account: ModelAccount, credential: AsyncTokenCredential | None, stack: AsyncExitStack
) -> "AsyncOpenAI":
    from openai import AsyncAzureOpenAI, DefaultAioHttpClient

    client = AsyncAzureOpenAI(
        azure_endpoint=account.service.endpoint,
        api_version=account.api_version,
        api_key=account.service.key,
        azure_ad_token_provider=None if account.service.key else _token_provider(credential),
        timeout=_TIMEOUT_S,
        max_retries=0,
        # The SDK's other transport takes twice the time of this process.
        http_client=DefaultAioHttpClient(timeout=_TIMEOUT_S),
    )
    return await stack.enter_async_context(client)


async def _project_client(
    account: ModelAccount, credential: AsyncTokenCredential | None, stack: AsyncExitStack
) -> "AsyncOpenAI":
    # Up to 2.5 s, so only where the project is all that is configured.
    await asyncio.to_thread(import_module, "azure.ai.projects.aio")
    from azure.ai.projects.aio import AIProjectClient
    from azure.identity.aio import DefaultAzureCredential

    # The client demands a credential even where a key makes it idle.
    signed_in = credential or await stack.enter_async_context(DefaultAzureCredential())
    project = await stack.enter_async_context(AIProjectClient(account.service.endpoint, signed_in))
    # A project's own routes answer 404 to embeddings (Azure/azure-sdk-for-python#44532); its account's do not.
    parts = urlsplit(account.service.endpoint)
    client = project.get_openai_client(
        base_url=f"{parts.scheme}://{parts.netloc}/openai/v1",
        timeout=_TIMEOUT_S,
        max_retries=0,
        **({"api_key": account.service.key} if account.service.key else {}),
    )
    return await stack.enter_async_context(client)


def _token_provider(credential: AsyncTokenCredential | None) -> Callable[[], Awaitable[str]] | None:
    from azure.identity.aio import get_bearer_token_provider

    return get_bearer_token_provider(credential, _SIGN_IN_SCOPE) if credential else None
