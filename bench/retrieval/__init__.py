"""Code search by a frozen test of our own: how high the right files come, beside BM25 over the same files."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import aiohttp

from bench.processes import SCRATCH, program, scratch
from bench.report import Row, describe_machine, keep_text
from bench.retrieval.bm25 import Bm25
from bench.retrieval.corpus import Corpus, installed_folders, listed, read_corpus
from bench.retrieval.edits import to_edit, with_line_inserted
from bench.retrieval.judging import Asked, doubts, quality
from bench.retrieval.options import read_options
from bench.retrieval.product import MOST, Product
from bench.retrieval.questions import Question, answerable, read_questions
from bench.retrieval.report import Findings, markdown, rows
from bench.stack import settings

NEW_TABLE = SCRATCH / "retrieval.md"
#: Each question with what was answered: for whoever asks why a figure is what it is.
DETAILS = SCRATCH / "retrieval.json"


async def measure() -> list[Row]:
    """Index, ask and edit; print the tables; ``publish`` keeps them.

    Raises:
        RuntimeError: A file cannot be stored or a question is not answered.
    """
    options, machine = read_options(os.environ), describe_machine()
    corpus, questions = _test(options.files)
    baseline = Bm25(corpus.texts)
    chosen = settings() | dict(options.settings)
    async with scratch() as folder, _host(folder, chosen) as parts, aiohttp.ClientSession() as http:
        product = Product(parts["host"]["url"], http)
        indexed = await product.index(corpus.texts)
        asked = await _ask(product, baseline, questions)
        edited = await product.index({name: with_line_inserted(corpus.texts[name]) for name in to_edit(corpus.texts)})
    findings = Findings(
        about=_about(corpus, chosen),
        quality=quality(asked),
        indexed=indexed,
        edited=edited,
        asked=product.times[MOST],
        as_called=product.times[None],
        without_answer=doubts(asked, with_answer=False),
        with_answer=doubts(asked, with_answer=True),
    )
    DETAILS.write_text(json.dumps([each.to_json() for each in asked], ensure_ascii=False, indent=1), encoding="utf-8")
    NEW_TABLE.write_text(text := markdown(findings, machine), encoding="utf-8")
    print(text, end="\n\n")
    return rows(findings)


def publish() -> None:
    """Put the tables of the last run into docs/benchmarks.md, unless it was one of a part of the corpus."""
    if read_options(os.environ).files:
        print("only a part of the corpus: the document stays as it is", file=sys.stderr)
        return
    keep_text("retrieval", NEW_TABLE.read_text(encoding="utf-8"))


def _test(files: int | None) -> tuple[Corpus, list[Question]]:
    """The corpus, or ``files`` of it, and the questions that can be judged by it; what is lacking is told."""
    corpus = read_corpus([name for names in listed().values() for name in names], installed_folders())
    for name in corpus.missing:
        print(f"not on this machine: {name}", file=sys.stderr)
    corpus = corpus.part(files) if files else corpus
    questions = read_questions()
    kept = answerable(questions, corpus.texts)
    if left_out := len(questions) - len(kept):
        print(f"left out: {left_out} questions about files that are not in the corpus", file=sys.stderr)
    return corpus, kept


def _host(folder: Path, chosen: Mapping[str, str]) -> AbstractAsyncContextManager[dict[str, Any]]:
    ready_file = folder / "stack.json"
    up = ["local", "up", "--ports", "auto", "--no-catalogue", "--data", str(folder / "data")]
    return program([*up, "--ready-file", str(ready_file)], ready_file, chosen)


async def _ask(product: Product, baseline: Bm25, questions: Sequence[Question]) -> list[Asked]:
    """Ask each question in both ways, one after another, so that a time is that of one question."""
    for k in (MOST, None):
        await product.ask("the first question pays for connections and imports", k)
    product.times.clear()
    return [
        Asked(
            question,
            product=await product.ask(question.text, MOST),
            as_called=await product.ask(question.text),
            baseline=baseline.files(question.text),
        )
        for question in questions
    ]


def _about(corpus: Corpus, chosen: Mapping[str, str]) -> str:
    """The corpus and the settings in one line, so that two tables can be compared."""
    sources = ", ".join(f"{source} {corpus.digest(source)}" for source in listed())
    model = chosen.get("LOCAL_EMBEDDING", "not set")
    return (
        f"{len(corpus.texts)} files, {corpus.code_points:,} code points, {len(corpus.missing)} missing; {sources}; "
        f"CHUNK_MODE {chosen['CHUNK_MODE']}, CHUNK_SIZE {chosen['CHUNK_SIZE']}, LOCAL_EMBEDDING {model}."
    )
