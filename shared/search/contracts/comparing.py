"""How each result compares with the request."""

from typing import Any, Literal

from shared.search.contracts.base import SearchContract
from shared.search.contracts.request import LabValues
from shared.search.contracts.scoring import RankedResult
from shared.search.contracts.understanding import RequestBlock


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
