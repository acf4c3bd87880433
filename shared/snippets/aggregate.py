"""Vectors of chunks into the vector of a document: the mean, weighted by length, scaled to length 1."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.contracts import SegmentResult, SegmentTask
from shared.snippets.vectors import WeightedSum, combine, from_base64, to_base64, unit_mean, weighted_sum


@dataclass(frozen=True)
class Aggregate:
    """A whole document. ``failed``: indices of chunks without a vector; ``total``: the sum over the others."""

    chunks: int
    characters: int
    failed: tuple[int, ...]
    total: WeightedSum | None

    def embedding(self) -> str:
        """Return the document's unit vector as base64 float32.

        Raises:
            ValueError: No chunk has a vector.
        """
        if self.total is None:
            raise ValueError("no chunk has a vector")
        return to_base64(unit_mean(self.total))


def segment_result(segment: SegmentTask, vectors: Sequence[Sequence[float] | None]) -> SegmentResult:
    """Sum up a segment; a chunk whose vector is empty or None has failed.

    Raises:
        ValueError: The vectors differ in length.
    """
    good = [(vector, length) for vector, length in zip(vectors, segment.lengths, strict=True) if vector]
    failed = tuple(segment.first_index + position for position, vector in enumerate(vectors) if not vector)
    if not good:
        return SegmentResult(failed=failed)
    total = weighted_sum([vector for vector, _ in good], [float(length) for _, length in good])
    return SegmentResult(failed=failed, weight=total.weight, total=to_base64(total.total))


def merge_segments(segments: Sequence[SegmentTask], results: Sequence[SegmentResult | None]) -> Aggregate:
    """Join the results of all segments; every chunk of a segment without a result has failed.

    Raises:
        ValueError: The vectors differ in length.
    """
    failed: list[int] = []
    parts: list[WeightedSum] = []
    for segment, result in zip(segments, results, strict=True):
        if result is None:
            failed.extend(range(segment.first_index, segment.first_index + len(segment.lengths)))
            continue
        failed.extend(result.failed)
        if result.total is not None:
            parts.append(WeightedSum(tuple(from_base64(result.total)), result.weight))
    return Aggregate(
        chunks=sum(len(segment.lengths) for segment in segments),
        characters=sum(sum(segment.lengths) for segment in segments),
        failed=tuple(failed),
        total=combine(parts) if parts else None,
    )
