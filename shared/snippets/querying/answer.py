"""A question is answered: files with passages, or chunks."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from shared.errors import InvalidRequest, Rejected
from shared.resources import Resources
from shared.snippets.querying.budget import with_chunks, with_passages
from shared.snippets.querying.candidates import Candidates, candidates_of
from shared.snippets.querying.chunk_rows import ChunkKey, FileKey
from shared.snippets.querying.confidence import is_confident
from shared.snippets.querying.fusion import FileHit, Hit, all_ways, files_of, hits_of
from shared.snippets.querying.highlights import highlights
from shared.snippets.querying.likeness import defining, likenesses
from shared.snippets.querying.passages import Passage, Run, neighbours, passage_of, runs_of
from shared.snippets.querying.request import Query
from shared.snippets.words import name_alone, query_terms

Document = dict[str, Any]
# A question may be longer than the answer.
_ECHOED_CHARACTERS = 500
_DECIMALS = 6


async def answer_query(query: Query, resources: Resources) -> Document:
    """Return the answer to a question.

    Raises:
        InvalidRequest: The embedding model refuses the question.
        Unavailable: Neither search can be made, or Cosmos DB throttled, failed or could not be reached.
    """
    terms = query_terms(query.text)
    try:
        found = await candidates_of(query, terms, resources)
    except Rejected as error:
        if not error.is_about_input:
            raise
        raise InvalidRequest("Field 'query' was refused by the embedding model; a shorter one may do") from error
    rows = (*found.meaning, *found.words)
    likeness, definitions = likenesses(query.text, rows), defining(query.text, rows)
    alone = bool(name_alone(query.text))
    files = files_of(found.meaning, found.words, found.whole, likeness, definitions, defined_alone=alone)
    answer: Document = {
        "query": query.text[:_ECHOED_CHARACTERS],
        "projectId": query.project_id,
        "k": query.k,
        "groupBy": query.group_by,
        "confident": is_confident(files, found.held, terms),
    }
    answer |= {"degraded": list(found.degraded)} if found.degraded else {}
    if query.group_by == "chunk":
        hits = hits_of(found.meaning, found.words)[: query.k]
        return with_chunks(answer, _chunks_of(hits), query.max_chars)
    return await _with_files(answer, query, files[: query.k], found, frozenset(terms), resources)


async def _with_files(
    answer: Document,
    query: Query,
    files: Sequence[FileHit],
    found: Candidates,
    terms: Collection[str],
    resources: Resources,
) -> Document:
    runs = [(file, found.files[file.file].chunks, runs_of(file.hits)) for file in files]
    wanted = {
        (*key[:2], run.best.version, key[2])
        for _, total, of_file in runs
        for run in of_file
        for key in neighbours(run, total, terms)
    }
    pieces = await resources.chunks.pieces(wanted) if wanted else []
    texts: dict[ChunkKey, str] = {
        (piece["projectId"], piece["name"], piece["chunkIndex"]): piece["text"] for piece in pieces
    }

    def passages(of_file: Sequence[Run], total: int) -> list[Passage]:
        return [passage_of(run, total, terms, texts) for run in of_file]

    def render(passage: Passage) -> Document:
        return _passage(passage, terms)

    shown = [(_file(file), passages(of_file, total)) for file, total, of_file in runs]
    return with_passages(answer, shown, render, query.max_chars)


def _file(file: FileHit) -> Document:
    project_id, name = file.file
    return {
        "projectId": project_id,
        "name": name,
        "language": file.language,
        "score": round(file.score, _DECIMALS),
        "matchedBy": list(file.matched_by),
    }


def _passage(passage: Passage, terms: Collection[str]) -> Document:
    text = passage.text
    return {
        "symbol": passage.symbol,
        "startLine": passage.start_line,
        "endLine": passage.end_line,
        "text": text,
        "similarity": _rounded(passage.similarity),
        "highlights": highlights(text, terms),
    }


def _chunks_of(hits: Sequence[Hit]) -> list[tuple[Document, Document]]:
    """Return each chunk after the file that it belongs to, whose score is that of its best chunk."""
    by_file: defaultdict[FileKey, list[Hit]] = defaultdict(list)
    for hit in hits:
        by_file[hit.chunk.file].append(hit)
    files = {key: _file(FileHit(each[0].score, all_ways(each), tuple(each))) for key, each in by_file.items()}
    return [(files[hit.chunk.file], _chunk(hit)) for hit in hits]


def _chunk(hit: Hit) -> Document:
    return {
        "chunkIndex": hit.chunk.index,
        "score": round(hit.score, _DECIMALS),
        "similarity": _rounded(hit.chunk.similarity),
        "startLine": hit.chunk.start_line,
        "endLine": hit.chunk.end_line,
        "text": hit.chunk.text,
    }


def _rounded(similarity: float | None) -> float | None:
    return None if similarity is None else round(similarity, _DECIMALS)
