"""What answers come to, and the tables that say so."""

import pytest

from bench.retrieval.judging import AS_CALLED, ASKED, BASELINE, Asked, Doubts, doubts, quality
from bench.retrieval.product import Answer, Indexed, distinct
from bench.retrieval.questions import Question
from bench.retrieval.report import Findings, markdown, rows
from bench.samples import Samples


def asked(kind: str, *, right: str | None = None, confident: bool = True) -> Asked:
    files = frozenset({right} if right else set[str]())
    question = Question(kind, f"{kind} {right}", files)
    return Asked(question, Answer(["a", "b"], confident=True), Answer(["a"], confident), ["c", "b", "a"])


ANSWERS = [
    asked("plain", right="b"),
    asked("plain", right="a", confident=False),
    asked("identifier", right="c"),
    asked("none", confident=False),
    asked("none"),
]


def test_each_kind_is_judged_by_what_answered() -> None:
    found = quality(ANSWERS)

    assert list(found) == ["all", "plain", "identifier"]
    assert found["all"][ASKED].count == 3
    assert found["plain"][ASKED].mrr == (1 / 2 + 1) / 2
    assert found["plain"][AS_CALLED].mrr == (0 + 1) / 2
    assert found["plain"][BASELINE].mrr == pytest.approx((1 / 2 + 1 / 3) / 2)
    assert found["identifier"][BASELINE].r_at_1 == 1.0


def test_doubts_are_counted_apart_for_questions_with_and_without_an_answer() -> None:
    assert doubts(ANSWERS, with_answer=True) == Doubts(1, 3)
    assert doubts(ANSWERS, with_answer=False) == Doubts(1, 2)


def test_a_file_stands_where_its_first_chunk_stands() -> None:
    assert distinct(["b", "a", "b", "c", "a"]) == ["b", "a", "c"]


def findings(edited: Indexed) -> Findings:
    return Findings(
        about="2 files.",
        quality=quality(ANSWERS),
        indexed=Indexed(files=10, chunks=200, embedded=200, wall_s=4.0),
        edited=edited,
        asked=Samples([10.0, 20.0, 30.0]),
        as_called=Samples([5.0, 5.0]),
        without_answer=doubts(ANSWERS, with_answer=False),
        with_answer=doubts(ANSWERS, with_answer=True),
    )


def test_the_tables_hold_every_figure() -> None:
    text = markdown(findings(Indexed(files=8, chunks=80, embedded=20)), "A machine.")

    assert "| plain (2) | Fanwise, k 50 | 0.750 ± 0.250 | 0.50 | 1.00 | 0.815 |" in text
    assert "| identifier (1) | BM25 | 1.000 ± 0.000 | 1.00 | 1.00 | 1.000 |" in text
    assert "| 10 files, 200 chunks indexed, 8 at a time | 4.0 s: 2.5 files/s, 50 chunks/s |" in text
    assert "| a question, k 50 | p50 20.0 ms, p95 29.0 ms |" in text
    assert "| embedded again after a line was inserted in the middle of 8 files | 25.0% of 80 chunks |" in text
    assert "| questions without an answer: `confident` is false | 50.0% of 2 |" in text
    assert text.endswith("\n\n2 files. A machine.")


def test_nothing_edited_is_not_a_share() -> None:
    assert "embedded again" not in markdown(findings(Indexed()), "")


def test_a_row_compares_with_bm25() -> None:
    row = next(row for row in rows(findings(Indexed())) if row.name.startswith("plain, 2 questions"))

    assert (row.ours, row.beside) == ("0.750 / 0.50 / 1.00", "BM25: 0.417 / 0.00 / 1.00")
    assert row.ratio == "1.80x in MRR"
