"""What searches are asked and find."""

from typing import Literal

from shared.search.contracts.base import SearchContract
from shared.search.contracts.request import LabValues, RequestText
from shared.search.contracts.understanding import MeantColour

Met = Literal["met", "partly", "not_met", "unknown"]
"""How a material answers a wish; only approvals can be met in part."""


class VectorTask(SearchContract):
    """Input of ``VectorSearch``. ``search_type``: ``base`` or ``synonym_1`` to ``synonym_3``.

    ``query``: what is searched for, in words; ``filter``: OData; ``k``: how many results at most; ``wishes``: fields of
    the request that each result is judged by; ``attempt``: counted from 1.
    """

    request_id: str
    search_type: str
    query: str
    filter: str | None = None
    k: int
    wishes: tuple[RequestText, ...] = ()
    attempt: int = 1


class NearestTask(SearchContract):
    """Input of ``NearestColours``. ``standards``: colours to be near to, one of them.

    Without any, materials of the resin are found by the words of ``query``. ``resin``: the code asked for;
    ``synonyms``: codes of its synonyms; ``wishes``: as in ``VectorTask``.
    """

    request_id: str
    standards: tuple[LabValues, ...] = ()
    resin: str | None = None
    synonyms: tuple[str, ...] = ()
    wishes: tuple[RequestText, ...] = ()
    query: str = ""


class NearMaterial(SearchContract):
    """The nearest of a group of materials; ``dE``: CMC(2:1) with the colour asked for as the standard."""

    id: str
    name: str | None = None
    resin: str | None = None
    dE: float  # noqa: N815 - the usual symbol


class Candidate(SearchContract):
    """A material that a search found, trimmed so that a hundred fit into one payload.

    ``found_by``: the search types that found it, ``nearest`` among them. ``fused_score``: set by
    ``DeduplicateResults``. ``wishes``: how it answers those of the request, by the names of their flags.
    """

    id: str
    name: str | None = None
    resin: str | None = None
    resin_family: str | None = None
    colour_words: str | None = None
    lab: LabValues | None = None
    text: str | None = None
    text_truncated: bool = False
    search_score: float
    reranker_score: float | None = None
    captions: tuple[str, ...] = ()
    found_by: tuple[str, ...] = ()
    fused_score: float = 0.0
    wishes: dict[str, Met] | None = None


class SearchHits(SearchContract):
    """Result of ``VectorSearch``, best first. ``by_vector``: False where the embedding model did not answer."""

    search_type: str
    results: tuple[Candidate, ...] = ()
    by_vector: bool = True


class Nearest(SearchContract):
    """Result of ``NearestColours``: the nearest of each group, nearest first, every material once.

    ``of_resin``, ``of_kin`` (its synonyms and family) and ``of_all``: the nearest of each, None where there is none.
    ``in_catalogue``: whether any material is of the resin asked for, None where nobody asked; ``stand_ins``: where none
    is, codes of the catalogue that it is a kind of, or that are kinds of it; ``near_in_kind``: these first, then codes
    of its synonyms and its family.
    """

    results: tuple[Candidate, ...] = ()
    of_resin: NearMaterial | None = None
    of_kin: NearMaterial | None = None
    of_all: NearMaterial | None = None
    in_catalogue: bool | None = None
    stand_ins: tuple[str, ...] = ()
    near_in_kind: tuple[str, ...] = ()


class Wanted(SearchContract):
    """What decides the order of results, without the texts of the request.

    ``threshold``: dE CMC(2:1) up to which a colour is within tolerance of ``lab``, None for no limit; ``colours``: what
    the colour words mean; ``unread``: there were colour words, and none was understood; ``resin`` and ``synonyms``:
    codes; ``stand_ins``: codes that count as the resin, as in ``Nearest``; ``strict``: ``SearchRequest.resin_strict``.
    """

    lab: LabValues | None = None
    threshold: float | None = None
    colours: tuple[MeantColour, ...] = ()
    unread: bool = False
    resin: str | None = None
    synonyms: tuple[str, ...] = ()
    stand_ins: tuple[str, ...] = ()
    strict: bool | None = None


class DeduplicateTask(SearchContract):
    """Input of ``DeduplicateResults``. ``wanted``: None in runs of ``steps`` 1, which score whatever was found."""

    request_id: str
    searches: tuple[SearchHits, ...]
    wanted: Wanted | None = None


class Deduplicated(SearchContract):
    """Result of ``DeduplicateResults``: every material that is worth scoring, once, by fused score.

    ``total_before`` counts what the searches found, ``total_after`` each material once; None in runs of ``steps`` 1.
    """

    results: tuple[Candidate, ...] = ()
    total_before: int = 0
    total_after: int | None = None
