"""Vectors of chunks into the vector of a document: the mean, weighted by length, scaled to length 1."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.contracts import Refusal, SegmentResult, SegmentTask
from shared.snippets.vectors import WeightedSum, combine, from_base64, to_base64, unit_mean, weighted_sum

# The field in which an activity says why the model refuses a chunk, in place of a vector.
REFUSED = "refused"
# A reason is quoted in the run's output, up to 1,000 of them in a history.
_LONGEST_REASON = 200

ChunkResult = Sequence[float] | Mapping[str, str] | None


@dataclass(frozen=True)
class Aggregate:
    """A whole document. ``failed``: indices of chunks without a vector; ``total``: the sum over the others."""

    chunks: int
    characters: int
    failed: tuple[int, ...]
    refused: tuple[Refusal, ...]
    total: WeightedSum | None

    def embedding(self) -> str | None:
        """Return the document's unit vector as base64 float32, None where it has no chunk.

        Raises:
            ValueError: It has chunks, and none of them has a vector.
        """
        if not self.chunks:
            return None
        if self.total is None:
            raise ValueError("no chunk has a vector")
        return to_base64(unit_mean(self.total))


def segment_result(segment: SegmentTask, results: Sequence[ChunkResult]) -> SegmentResult:
    """Sum up a segment; a chunk whose result is no vector, or an empty one, has failed.

    Raises:
        ValueError: The vectors differ in length.
    """
    good: list[tuple[Sequence[float], float]] = []
    failed: list[int] = []
    refused: list[Refusal] = []
    for index, (result, length) in enumerate(zip(results, segment.lengths, strict=True), segment.first_index):
        if result and not isinstance(result, Mapping):
            good.append((result, float(length)))
            continue
        failed.append(index)
        if isinstance(result, Mapping):
            refused.append(Refusal(chunk=index, reason=result.get(REFUSED, "")[:_LONGEST_REASON]))
    if not good:
        return SegmentResult(failed=tuple(failed), refused=tuple(refused))
    total = weighted_sum([vector for vector, _ in good], [length for _, length in good])
    return SegmentResult(
        failed=tuple(failed), refused=tuple(refused), weight=total.weight, total=to_base64(total.total)
    )


def merge_segments(segments: Sequence[SegmentTask], results: Sequence[SegmentResult | None]) -> Aggregate:
    """Join the results of all segments; every chunk of a segment without a result has failed.

    Raises:
        ValueError: The vectors differ in length.
    """
    failed: list[int] = []
    refused: list[Refusal] = []
    parts: list[WeightedSum] = []
    for segment, result in zip(segments, results, strict=True):
        if result is None:
            failed.extend(range(segment.first_index, segment.first_index + len(segment.lengths)))
            continue
        failed.extend(result.failed)
        refused.extend(result.refused)
        if result.total is not None:
            parts.append(WeightedSum(tuple(from_base64(result.total)), result.weight))
    return Aggregate(
        chunks=sum(len(segment.lengths) for segment in segments),
        characters=sum(sum(segment.lengths) for segment in segments),
        failed=tuple(failed),
        refused=tuple(refused),
        total=combine(parts) if parts else None,
    )
