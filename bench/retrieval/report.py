"""The findings as Markdown, for docs/benchmarks.md, and as rows of the table that all measurements print."""

from collections.abc import Mapping
from dataclasses import dataclass

from bench.report import Row
from bench.retrieval.judging import ASKED, BASELINE, Doubts
from bench.retrieval.metrics import Figures
from bench.retrieval.product import AT_ONCE, MOST, Indexed
from bench.samples import Samples


@dataclass(frozen=True)
class Findings:
    """``about``: corpus and settings in a line. ``edited``: what became of files with one more line."""

    about: str
    quality: Mapping[str, Mapping[str, Figures]]
    indexed: Indexed
    edited: Indexed
    asked: Samples
    as_called: Samples
    without_answer: Doubts
    with_answer: Doubts


def markdown(findings: Findings, machine: str) -> str:
    """Both tables, with the machine they were measured on."""
    lines = ["| Questions | Answered by | MRR | R@1 | R@5 | nDCG@10 |", "|---|---|---|---|---|---|"]
    for kind, answers in findings.quality.items():
        for label, each in answers.items():
            numbers = f"{each.mrr:.3f} ± {each.mrr_error:.3f} | {each.r_at_1:.2f} | {each.r_at_5:.2f}"
            lines.append(f"| {kind} ({each.count}) | {label} | {numbers} | {each.ndcg_at_10:.3f} |")
    lines += ["", "| What | Fanwise |", "|---|---|"]
    lines += [f"| {name} | {value} |" for name, value in _others(findings)]
    return "\n".join([*lines, "", f"{findings.about} {machine}"])


def rows(findings: Findings) -> list[Row]:
    """One row a kind, beside BM25, and the other figures."""
    found = [
        Row(
            f"{kind}, {answers[ASKED].count} questions: MRR / R@1 / R@5",
            _short(answers[ASKED]),
            f"BM25: {_short(answers[BASELINE])}",
            f"{answers[ASKED].mrr / answers[BASELINE].mrr:.2f}x in MRR" if answers[BASELINE].mrr else "",
            ">= BM25",
        )
        for kind, answers in findings.quality.items()
    ]
    return found + [Row(name, value, "", "", "") for name, value in _others(findings)]


def _others(findings: Findings) -> list[tuple[str, str]]:
    indexed, edited = findings.indexed, findings.edited
    per_s = f"{indexed.files / indexed.wall_s:.1f} files/s, {indexed.chunks / indexed.wall_s:,.0f} chunks/s"
    what = f"{indexed.files} files, {indexed.chunks:,} chunks indexed, {AT_ONCE} at a time"
    found = [
        (what, f"{indexed.wall_s:.1f} s: {per_s}"),
        (f"a question, k {MOST}", _times(findings.asked)),
        ("a question, as called", _times(findings.as_called)),
    ]
    if edited.chunks:
        again = f"{edited.embedded / edited.chunks:.1%} of {edited.chunks:,} chunks"
        found.append((f"embedded again after a line was inserted in the middle of {edited.files} files", again))
    for which, doubts in (("without", findings.without_answer), ("with", findings.with_answer)):
        if doubts.asked:
            share = f"{doubts.doubted / doubts.asked:.1%} of {doubts.asked}"
            found.append((f"questions {which} an answer: `confident` is false", share))
    return found


def _times(samples: Samples) -> str:
    return f"p50 {samples.median:.1f} ms, p95 {samples.percentile(95):.1f} ms"


def _short(each: Figures) -> str:
    return f"{each.mrr:.3f} / {each.r_at_1:.2f} / {each.r_at_5:.2f}"
