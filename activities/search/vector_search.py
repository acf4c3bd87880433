"""One search of the index: words and meaning at once."""

import asyncio
from collections.abc import Sequence

from activities.runner import log_progress
from shared.clients.ai_search import Document, MaterialQuery
from shared.errors import Rejected, Unavailable
from shared.resources import Resources
from shared.search.candidates import candidate_of
from shared.search.contracts import Candidate, RequestText, SearchHits, VectorTask
from shared.search.decisions import makes_do


async def vector_search(task: VectorTask, resources: Resources) -> SearchHits:
    """Return at most ``k`` materials for the query, best first; in mock mode by words only.

    So too where the embedding model refuses, or does not answer by the third attempt: words and colour still find.

    Raises:
        Rejected: The query is empty, or the index refused it.
        Unavailable: The index or the model throttled, failed or could not be reached.
    """
    if not task.query.strip():
        raise Rejected("there are no words to search for")
    by_vector = True
    try:
        vector = await _vector_of(task.query, resources)
    except (Rejected, Unavailable) as error:
        if not makes_do(error, task.attempt):
            raise
        log_progress("no vector", reason=str(error))
        vector, by_vector = None, False
    documents = await resources.materials.search(MaterialQuery(task.query, vector, task.filter, task.k))
    # A hundred long documents take 10 ms, which the worker's only event loop should not spend on them.
    hits = await asyncio.to_thread(_candidates, documents, task.search_type, task.wishes)
    log_progress("searched", hits=len(hits), ids_too_long=len(documents) - len(hits), vector=vector is not None)
    return SearchHits(search_type=task.search_type, results=hits, by_vector=by_vector)


def _candidates(
    documents: Sequence[Document], search_type: str, wishes: Sequence[RequestText]
) -> tuple[Candidate, ...]:
    found = (candidate_of(document, search_type, wishes) for document in documents)
    return tuple(candidate for candidate in found if candidate is not None)


async def _vector_of(query: str, resources: Resources) -> list[float] | None:
    # The vectors of mock mode have other dimensions than the index.
    if resources.settings.embedding_model is None:
        return None
    return await resources.query_vectors.vector_of(query)
