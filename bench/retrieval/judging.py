"""What the answers to all questions come to: figures by kind, and how often the product rightly or wrongly said no."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.retrieval.metrics import Figures, figures
from bench.retrieval.product import MOST, Answer
from bench.retrieval.questions import LEAST, Question

#: What answers each question.
ASKED, AS_CALLED, BASELINE = f"Fanwise, k {MOST}", "Fanwise, as called", "BM25"
#: The kinds that have an answer in the corpus.
WITH_ANSWER = tuple(kind for kind in LEAST if kind != "none")


@dataclass(frozen=True)
class Asked:
    """A question and its three answers. ``as_called``: what a caller sees who sends nothing but the question."""

    question: Question
    product: Answer
    as_called: Answer
    baseline: Sequence[str]

    def to_json(self) -> dict[str, Any]:
        """Everything that a figure was made from."""
        return {
            "kind": self.question.kind,
            "question": self.question.text,
            "right": sorted(self.question.right),
            "product": list(self.product.files),
            "asCalled": list(self.as_called.files),
            "confident": self.as_called.confident,
            "bm25": list(self.baseline[:MOST]),
        }


@dataclass(frozen=True)
class Doubts:
    """How many of so many questions were answered with ``confident: false``."""

    doubted: int
    asked: int


def quality(asked: Sequence[Asked]) -> dict[str, dict[str, Figures]]:
    """Figures by kind, all first, and by what answered. A kind of which nothing was asked is left out."""
    kinds = {kind: [each for each in asked if each.question.kind == kind] for kind in WITH_ANSWER}
    groups = {"all": [each for part in kinds.values() for each in part], **kinds}
    return {kind: _figures(part) for kind, part in groups.items() if part}


def doubts(asked: Sequence[Asked], *, with_answer: bool) -> Doubts:
    """Count the doubts about questions that have an answer, or about those that have none."""
    part = [each for each in asked if (each.question.kind in WITH_ANSWER) is with_answer]
    return Doubts(sum(not each.as_called.confident for each in part), len(part))


def _figures(part: Sequence[Asked]) -> dict[str, Figures]:
    answers: Mapping[str, list[Sequence[str]]] = {
        ASKED: [each.product.files for each in part],
        AS_CALLED: [each.as_called.files for each in part],
        BASELINE: [each.baseline for each in part],
    }
    right = [each.question.right for each in part]
    return {label: figures(list(zip(lists, right, strict=True))) for label, lists in answers.items()}
