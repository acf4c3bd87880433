"""What a user gets: each material with its score, flags and colour difference, and the analysis above them."""

from collections.abc import Sequence
from typing import Any

from shared.search.candidates import shortened
from shared.search.contracts import Analysis, Flags, LabDiff, RankedResult
from shared.search.drawing import drawn

# Together with a hundred results these stay below the 256 KB of a payload; texts of up to six bytes a character pass
# whole.
_SUMMARY_BYTES = 9000
_CAVEAT_BYTES = 1800
_CAVEATS = 5
_NOTE_BYTES = 400
_NOTES = 10

_CARRIED = ("id", "name", "resin", "resin_family", "colour_words", "lab", "text", "text_truncated")
_RANKED = (
    "score",
    "explanation",
    "dE",
    "within_tolerance",
    "fused_score",
    "search_score",
    "reranker_score",
    "captions",
    "found_by",
)


def stitched(
    results: Sequence[RankedResult], flags: Sequence[Flags], lab_diffs: Sequence[LabDiff]
) -> tuple[dict[str, Any], ...]:
    """Return each result as the user gets it, in the order given.

    Every key is always there: ``flags`` is null where they could not be computed, ``lab_diff`` also where the request
    or the material has no colour, ``score`` where it was not scored.
    """
    flags_by_id = {entry.id: entry for entry in flags}
    diffs_by_id = {entry.id: entry for entry in lab_diffs}
    return tuple(_stitch(result, flags_by_id.get(result.id), diffs_by_id.get(result.id)) for result in results)


def shown_notes(notes: Sequence[str]) -> tuple[str, ...]:
    """Return notes of one kind as a document has room for them."""
    return tuple(shortened(note, _NOTE_BYTES) for note in notes[:_NOTES])


def document_results(
    search_results: Sequence[dict[str, Any]], analysis: Analysis | None, notes: Sequence[str]
) -> dict[str, Any]:
    """Return ``results`` of the finished document; without an analysis ``overall_scoring_analysis`` is null.

    ``notes`` stand before the caveats of the language model.
    """
    return {
        "overall_scoring_analysis": analysis and _analysis(analysis, notes),
        "search_results": list(search_results),
    }


def _stitch(result: RankedResult, flags: Flags | None, diff: LabDiff | None) -> dict[str, Any]:
    values = result.model_dump(mode="json")
    # Without a merge nobody has computed dE; the difference holds the same number.
    if values["dE"] is None and diff is not None:
        values["dE"] = diff.dE_cmc
    return {
        **{key: values[key] for key in _CARRIED},
        **drawn(result.lab),
        **{key: values[key] for key in _RANKED},
        "flags": flags and flags.model_dump(mode="json", exclude={"id"}),
        "lab_diff": diff and diff.model_dump(mode="json", exclude={"id"}),
    }


def _analysis(analysis: Analysis, notes: Sequence[str]) -> dict[str, Any]:
    return {
        "summary": shortened(analysis.summary, _SUMMARY_BYTES),
        "best_match": analysis.best_match,
        "caveats": [*notes, *(shortened(caveat, _CAVEAT_BYTES) for caveat in analysis.caveats[:_CAVEATS])],
        "model": analysis.model,
    }
