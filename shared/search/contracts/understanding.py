"""What is made of a request before anything is searched: resin, synonyms, near colours, colour words."""

from typing import Literal

from shared.search.contracts.base import SearchContract, Usage
from shared.search.contracts.request import LabValues, SearchRequest


class MappedResin(SearchContract):
    """A resin as asked for (``given``) and as ISO 1043-1 writes it. Unknown ones keep their text as ``code``.

    ``filler``: by ISO 1043-2, such as ``GF30``; ``attributes``: what else was understood, such as "impact modified".
    """

    given: str
    code: str
    name: str | None = None
    family: str | None = None
    known: bool = False
    filler: str | None = None
    attributes: tuple[str, ...] = ()


class ResinTask(SearchContract):
    """Input of ``ResinMapping``."""

    request_id: str
    request: SearchRequest


class MappedRequest(SearchContract):
    """Result of ``ResinMapping``; ``resin`` is None where the request names none."""

    resin: MappedResin | None = None


class SynonymTask(SearchContract):
    """Input of ``GenerateSynonyms``."""

    request_id: str
    resin: MappedResin


class Synonyms(SearchContract):
    """Result of ``GenerateSynonyms``: up to three other resins, nearest first."""

    resins: tuple[MappedResin, ...] = ()
    cached: bool = False
    usage: Usage | None = None


class DeltaETask(SearchContract):
    """Input of ``DeltaEFiltering``."""

    request_id: str
    lab: LabValues
    threshold: float


class DeltaEFilter(SearchContract):
    """Result of ``DeltaEFiltering``: an OData ``filter`` on the nearest materials, None where none matched.

    ``matched`` counts all within ``threshold``; ``listed`` those that the filter names. ``data_version``: ETag of the
    Lab values.
    """

    threshold: float
    matched: int
    filter: str | None = None
    listed: int = 0
    data_version: str | None = None


class WordsTask(SearchContract):
    """Input of ``ReadColourWords``. ``text``: the colour words as typed; ``attempt``: counted from 1."""

    request_id: str
    text: str
    attempt: int = 1


class MeantColour(SearchContract):
    """A colour that words stand for: what lies within ``reach`` (dE CMC(2:1)) of ``lab`` passes for it.

    ``text``: the words as typed; ``meaning``: in English; ``source``: who read them.
    """

    text: str
    meaning: str
    lab: LabValues
    reach: float
    source: Literal["lexicon", "model"] = "lexicon"


class ReadWords(SearchContract):
    """Result of ``ReadColourWords``. ``colours``: alternatives, at most three.

    ``not_understood``: words that nobody could read; ``effects``: words for what Lab values do not show, such as
    "metallic"; ``complete``: False where the language model was needed and did not answer.
    """

    colours: tuple[MeantColour, ...] = ()
    not_understood: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()
    complete: bool = True
    usage: Usage | None = None


class RequestBlock(SearchContract):
    """What a search is for, as searches, scorers and flags need it.

    ``words``: what was understood of the colour words, None where there are none or nobody could read them; ``notes``:
    what the search has established, in sentences, for the analysis.
    """

    request: SearchRequest
    resin: MappedResin | None = None
    synonyms: tuple[MappedResin, ...] = ()
    words: ReadWords | None = None
    notes: tuple[str, ...] = ()
