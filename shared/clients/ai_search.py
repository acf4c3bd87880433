"""Azure AI Search: the index of materials."""

import asyncio
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from azure.core.credentials import AzureKeyCredential
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import HttpResponseError

from shared.clients.azure_errors import translated
from shared.clients.proxies import proxy_is_set
from shared.errors import Rejected
from shared.search.lab_table import filter_of
from shared.settings import Service
from shared.topology import topology

if TYPE_CHECKING:
    from azure.search.documents.aio import SearchClient

_SERVICE = "Azure AI Search"
Document = dict[str, Any]

SEMANTIC_CONFIGURATION = "my-semantic-config"
SCORING_PROFILE = "textBoostProfile"
VECTOR_FIELD = "content_vector"
_ATTRIBUTES = ["opacity", "heat_stability", "light_fastness", "regulatory"]
# The fields of a candidate, and those by which it answers wishes.
_SELECT = ["id", "name", "resin", "resin_family", "colour_words", "description", "L", "a", "b", *_ATTRIBUTES]
_FACTS = ["id", "resin", *_ATTRIBUTES]
# AI Search hands out as many documents in an answer; the SDK asks for the next by itself.
_PAGE = 1_000
_MOST_OF_A_RESIN = 5_000
# More resins than any catalogue has, so that the facet has all of them.
_MOST_RESINS = 1_000
# The semantic ranker looks at 50 results; more neighbours would not be ranked.
_NEIGHBOURS = 50
_CONNECT_TIMEOUT_S = 5
_READ_TIMEOUT_S = 20
# What the simple query syntax takes for operators. Words of a user are words: what stands between them decides nothing.
_OPERATORS = re.compile(r"""[+|"()*~\\-]+""")


@dataclass(frozen=True)
class MaterialQuery:
    """``text``: words as typed; ``vector``: of the index's dimensions, None to search by words only; ``filter``: OData;
    ``top``: 1 to 1,000."""

    text: str
    vector: Sequence[float] | None
    filter: str | None
    top: int


class Materials:
    """The index ``materials``. Its client is made on the first call: importing the SDK takes 0.3 s."""

    def __init__(self, connect: Callable[[], Awaitable["SearchClient"]]) -> None:
        self._connect = connect
        self._connecting = asyncio.Lock()
        self._client: SearchClient | None = None

    async def search(self, query: MaterialQuery) -> list[Document]:
        """Return the documents that match best, best first: hybrid, ranked again by meaning, with captions.

        A text without a single word, such as "***", is searched by its vector alone.

        Raises:
            Unavailable: The service throttled, failed, timed out or could not be reached.
            Rejected: The service refused the query.
        """
        words = _words(query.text)
        options: dict[str, Any] = {"search_text": words or None}
        if words:
            options |= {
                "query_type": "semantic",
                "semantic_configuration_name": SEMANTIC_CONFIGURATION,
                # A string: the SDK sends its own constant as the text "QueryCaptionType.EXTRACTIVE".
                "query_caption": "extractive",
                "scoring_profile": SCORING_PROFILE,
            }
        client = await self._connected()
        if query.vector is not None:
            from azure.search.documents.models import VectorizedQuery  # loaded with the client

            nearest = VectorizedQuery(vector=[], k_nearest_neighbors=_NEIGHBOURS, fields=VECTOR_FIELD)
            # Not to the constructor, which tries whether each number is a date: 4 ms for the 1,536 of a vector.
            nearest["vector"] = list(query.vector)
            options["vector_queries"] = [nearest]
        return await _documents(client, filter=query.filter, select=_SELECT, top=query.top, **options)

    async def attributes(self, ids: Sequence[str]) -> dict[str, Document]:
        """Return opacity, heat stability, light fastness and approvals of materials by id; unknown ids are missing.

        Raises:
            Unavailable: The service throttled, failed, timed out or could not be reached.
            Rejected: The service refused the query.
        """
        select = ["id", *_ATTRIBUTES, "sample_attributes"]
        documents = await self._selected(filter_of(ids), select, len(ids)) if ids else []
        return {document["id"]: document for document in documents if isinstance(document.get("id"), str)}

    async def by_id(self, ids: Sequence[str]) -> list[Document]:
        """Return the documents of at most 1,000 ids as searches do, in any order; unknown ids are missing.

        Raises:
            Unavailable: The service throttled, failed, timed out or could not be reached.
            Rejected: The service refused the query.
        """
        return await self._selected(filter_of(ids), _SELECT, len(ids)) if ids else []

    async def of_resins(self, resins: Sequence[str], text: str, top: int) -> list[Document]:
        """Return materials whose field ``resin`` is one of these texts as searches do, those that fit ``text`` first.

        Raises:
            Unavailable: The service throttled, failed, timed out or could not be reached.
            Rejected: The service refused the query.
        """
        found: dict[str, Document] = {}
        client = await self._connected()
        # Where the words find too few, any others of the resins come after them.
        for words in (_words(text), "*") if resins else ():
            if words and len(found) < top:
                page = await _documents(client, search_text=words, filter=_of_resins(resins), select=_SELECT, top=top)
                found = {document["id"]: document for document in [*found.values(), *page]}
        return list(found.values())[:top]

    async def facts(self, ids: Sequence[str]) -> list[Document]:
        """Return resin and attributes of at most 1,000 materials by id, in any order; unknown ids are missing.

        Raises:
            Unavailable: The service throttled, failed, timed out or could not be reached.
            Rejected: The service refused the query.
        """
        return await self._selected(filter_of(ids), _FACTS, len(ids)) if ids else []

    async def facts_of_resins(self, resins: Sequence[str]) -> tuple[list[Document], bool]:
        """Return the same of the materials whose field ``resin`` is one of these texts, and whether these are all.

        At most about 5,000 are read, the darkest first.

        Raises:
            Unavailable: The service throttled, failed, timed out or could not be reached.
            Rejected: The service refused the query.
        """
        if not resins:
            return [], True
        found: dict[str, Document] = {}
        further = ""
        while len(found) < _MOST_OF_A_RESIN:
            page = await self._selected(f"({_of_resins(resins)}){further}", [*_FACTS, "L"], _PAGE, order_by=["L asc"])
            before = len(found)
            found |= {document["id"]: document for document in page}
            if len(page) < _PAGE:
                return list(found.values()), True
            # Not by $skip: among equally dark materials the service keeps no order from one page to the next.
            darkest_left = page[-1].get("L")
            if len(found) == before or not isinstance(darkest_left, int | float):
                break
            further = f" and L ge {darkest_left!r}"
        return list(found.values()), False

    async def resins(self) -> list[str]:
        """Return every text that the field ``resin`` of any material has.

        Raises:
            Unavailable: The service throttled, failed, timed out or could not be reached.
            Rejected: The service refused the query.
        """
        client = await self._connected()
        with _own_words():
            pages = await client.search(search_text="*", facets=[f"resin,count:{_MOST_RESINS}"], top=0)
            facets = await pages.get_facets() or {}
        return [str(facet["value"]) for facet in facets.get("resin", [])]

    async def ping(self) -> None:
        """Raise ``Unavailable`` or ``Rejected`` unless the index answers."""
        client = await self._connected()
        with _own_words():
            await client.get_document_count()

    async def _selected(self, odata: str | None, select: list[str], top: int, **more: Any) -> list[Document]:
        client = await self._connected()
        return await _documents(client, search_text="*", filter=odata, select=select, top=top, **more)

    async def _connected(self) -> "SearchClient":
        async with self._connecting:
            if self._client is None:
                self._client = await self._connect()
            return self._client


async def _documents(client: "SearchClient", **options: Any) -> list[Document]:
    with _own_words():
        pages = await client.search(**options)
        return [document async for document in pages]


def _words(text: str) -> str:
    """The words of a user, none of which is an operator."""
    return " ".join(_OPERATORS.sub(" ", text).split())


def _of_resins(resins: Sequence[str]) -> str:
    quoted = (resin.replace("'", "''") for resin in resins)
    return " or ".join(f"resin eq '{each}'" for each in quoted)


@contextmanager
def _own_words() -> Generator[None]:
    try:
        with translated(_SERVICE):
            yield
    except HttpResponseError as error:
        # What is missing is the index: nobody asks for a single document.
        raise Rejected(f"{_SERVICE} answered {error.status_code}: {error.message[:300]}") from error


@asynccontextmanager
async def open_materials(service: Service, credential: AsyncTokenCredential | None) -> AsyncGenerator[Materials]:
    """Open the index that the topology names, signing in with the key or with ``credential``."""
    async with AsyncExitStack() as stack:

        async def connect() -> "SearchClient":
            # In a thread, so that the worker's only event loop goes on meanwhile.
            await asyncio.to_thread(import_module, "azure.search.documents.aio")
            from azure.search.documents.aio import SearchClient

            client = SearchClient(
                service.endpoint,
                topology().search_indexes["materials"].name,
                # Settings demand one of both.
                AzureKeyCredential(service.key) if service.key else cast("AsyncTokenCredential", credential),
                retry_total=0,
                connection_timeout=_CONNECT_TIMEOUT_S,
                read_timeout=_READ_TIMEOUT_S,
                use_env_settings=proxy_is_set(),
            )
            return await stack.enter_async_context(client)

        yield Materials(connect)
