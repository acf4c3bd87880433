"""Models that cross a durable boundary in a search. They are stored history: a field is added with a default.

Names are the spec's, in snake case. Text that a user typed travels in values only, never as a key.
"""

from typing import Any, Literal, Self

from pydantic import ConfigDict

from shared.contracts import Contract

Status = Literal["queued", "processing", "scoring", "completed", "failed", "cancelled"]

FINAL: frozenset[Status] = frozenset({"completed", "failed", "cancelled"})
"""Statuses that never change again."""


class SearchContract(Contract):
    """Snake case in JSON too, as the search spec writes its fields.

    Travels as a text: the Durable SDK walks through every object of a payload again in each replay, but not through
    what is inside a text, which pydantic reads thirty times faster.
    """

    model_config = ConfigDict(alias_generator=None)

    def encoded(self) -> str:
        return self.model_dump_json(exclude_none=True)


class SearchStart(SearchContract):
    """Input of ``SearchOrchestrator``; the starter reads the settings that an orchestrator may not read.

    ``deadline_s``: seconds from the orchestration's start. ``llm``: False in mock mode. ``traceparent``: the trace
    (W3C) that the request began; the tasks of its activities carry it too. ``steps``: which activities the run calls,
    as ``shared.search.decisions`` numbers them: a run ends as it began, whatever is deployed meanwhile.
    ``patience_s``: seconds that it may spend on pauses beyond the usual rounds.
    """

    request_id: str
    deadline_s: int = 120
    llm: bool = True
    traceparent: str | None = None
    steps: int = 1
    patience_s: int = 0


class RequestRef(SearchContract):
    """Input of ``LoadRequest``."""

    request_id: str


class LabValues(SearchContract):
    """CIE L*a*b*, D65/10 degrees: L 0..100, a and b -128..127."""

    L: float
    a: float
    b: float


class RequestText(SearchContract):
    """A ``REQUEST_*`` field of the payload."""

    field: str
    text: str


class SearchRequest(SearchContract):
    """A valid payload of ``POST /search``. ``texts``: its non-empty ``REQUEST_*`` fields in the order given.

    ``resin_strict``: whether the resin asked for goes before all others (True), or may stand anywhere (False); None
    where nobody said. ``warnings``: what of the payload was not used, in sentences.
    """

    k: int
    rerank: bool = True
    lab: LabValues | None = None
    deltae_threshold: float = 5.0
    texts: tuple[RequestText, ...] = ()
    resin_strict: bool | None = None
    warnings: tuple[str, ...] = ()

    def text(self, field: str) -> str:
        """Return the text of a ``REQUEST_*`` field, empty where it was not given."""
        return next((entry.text for entry in self.texts if entry.field == field), "")


class LoadedRequest(SearchContract):
    """Result of ``LoadRequest``. ``status`` may be final already, for a run that was closed meanwhile."""

    request: SearchRequest
    status: Status


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


class Usage(SearchContract):
    """Tokens that language model calls took."""

    prompt_tokens: int = 0
    completion_tokens: int = 0

    @property
    def total(self) -> int:
        return self.prompt_tokens + self.completion_tokens


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

    Without any, materials of the resin are found by the words of ``query``. ``resin``: the code asked for; ``synonyms``: codes of its synonyms; ``wishes``: as in ``VectorTask``.
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


class ScoreTask(SearchContract):
    """Input of ``ScoreChunk``: one of up to five parts of the candidates."""

    request_id: str
    chunk_id: int
    request_block: RequestBlock
    chunk: tuple[Candidate, ...]


class Score(SearchContract):
    """What the model says of a material: 0 (useless) to 100 (exactly what was asked for), and why."""

    id: str
    score: float
    explanation: str


class ScoredChunk(SearchContract):
    """Result of ``ScoreChunk``. A material that the model left out has no score."""

    chunk_id: int
    scores: tuple[Score, ...] = ()
    usage: Usage = Usage()


class MergeTask(SearchContract):
    """Input of ``MergeScoredResults``. ``wanted``: None in runs of ``steps`` 1, whose ``lab`` is all that decides."""

    request_id: str
    k: int
    lab: LabValues | None = None
    results: tuple[Candidate, ...]
    chunks: tuple[ScoredChunk, ...]
    wanted: Wanted | None = None


class RankedResult(Candidate):
    """A candidate with its place: ``score`` None where it was not scored; ``dE`` CMC(2:1) from the colour asked for.

    ``within_tolerance``: None where no colour was asked for or the material has none.
    """

    score: float | None = None
    explanation: str | None = None
    dE: float | None = None  # noqa: N815 - the usual symbol
    within_tolerance: bool | None = None

    @classmethod
    def of(cls, candidate: Candidate, **more: Any) -> Self:
        return cls.model_validate(dict(candidate) | more)


class Ranked(SearchContract):
    """Result of ``MergeScoredResults``: best first, at most ``k``."""

    results: tuple[RankedResult, ...] = ()


class AnalysisTask(SearchContract):
    """Input of ``OverallAnalysis``: the best results only."""

    request_id: str
    request_block: RequestBlock
    results: tuple[RankedResult, ...]


class Analysis(SearchContract):
    """Result of ``OverallAnalysis``. ``best_match``: the id that the model recommends; ``caveats``: what to check."""

    summary: str
    best_match: str | None = None
    caveats: tuple[str, ...] = ()
    model: str | None = None
    usage: Usage = Usage()


class Material(SearchContract):
    """As much of a result as enrichment needs."""

    id: str
    resin: str | None = None
    lab: LabValues | None = None


class FlagsTask(SearchContract):
    """Input of ``ComputeFlags``; attributes are read from the index by id."""

    request_id: str
    request_block: RequestBlock
    materials: tuple[Material, ...]


class Flags(SearchContract):
    """How a material answers each wish of the request; None where nothing was asked.

    ``unknown``: the wish cannot be read as what the flag compares, or the material does not say. ``colour_match``: the
    band of dE CMC(2:1), as ``shared.colour.bands`` names it. ``sample``: flags that rest on an attribute which is a
    sample and has no source.
    """

    id: str
    resin_match: Literal["exact", "synonym", "family", "none"] | None = None
    colour_match: Literal["indistinguishable", "close", "similar", "different", "unknown"] | None = None
    opacity: Literal["met", "not_met", "unknown"] | None = None
    heat_stability: Literal["met", "not_met", "unknown"] | None = None
    light_fastness: Literal["met", "not_met", "unknown"] | None = None
    regulatory: Literal["met", "partly", "not_met", "unknown"] | None = None
    sample: tuple[str, ...] = ()


class AllFlags(SearchContract):
    """Result of ``ComputeFlags``, in the order of the materials."""

    flags: tuple[Flags, ...] = ()


class LabDiffTask(SearchContract):
    """Input of ``ComputeLabDiffs``."""

    request_id: str
    lab: LabValues
    materials: tuple[Material, ...]


class LabDiff(SearchContract):
    """Material minus request. ``dE_cmc``: CMC(2:1) with the request as the standard; ``words``: "lighter, redder"."""

    id: str
    dL: float  # noqa: N815
    da: float
    db: float
    dC: float  # noqa: N815
    dH: float  # noqa: N815
    dE_cmc: float  # noqa: N815
    dE_2000: float  # noqa: N815
    words: str


class LabDiffs(SearchContract):
    """Result of ``ComputeLabDiffs``; a material without Lab values has none."""

    lab_diffs: tuple[LabDiff, ...] = ()


class StitchTask(SearchContract):
    """Input of ``StitchEnrichments``. ``flags`` or ``lab_diffs`` are empty where they failed or were not asked for."""

    request_id: str
    results: tuple[RankedResult, ...]
    flags: tuple[Flags, ...] = ()
    lab_diffs: tuple[LabDiff, ...] = ()


class Stitched(SearchContract):
    """Result of ``StitchEnrichments``: the results as the user gets them, with ``flags`` and ``lab_diff``."""

    search_results: tuple[dict[str, Any], ...] = ()


class Progress(SearchContract):
    """What ``GET /status`` tells while a search is under way. ``percent``: 0 to 100, never falling."""

    stage: str
    percent: int
    detail: str = ""


class StatusUpdate(SearchContract):
    """Input of ``UpdateStatus``. ``results``: the finished document's; ``error``: a text that a user may read.

    ``usage``: tokens of the whole search, for telemetry alone.
    """

    request_id: str
    status: Status
    progress: Progress | None = None
    results: dict[str, Any] | None = None
    error: str | None = None
    metadata: dict[str, Any] | None = None
    usage: Usage | None = None


class StatusUpdated(SearchContract):
    """Result of ``UpdateStatus``: the status now. ``applied`` is False where a later status had been reached before."""

    status: Status
    applied: bool
