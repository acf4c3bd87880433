"""What the language model says of it, and the order that results."""

from typing import Any, Self

from shared.search.contracts.base import SearchContract, Usage
from shared.search.contracts.finding import Candidate, Wanted
from shared.search.contracts.request import LabValues
from shared.search.contracts.understanding import RequestBlock


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
