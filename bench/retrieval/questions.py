"""The questions of ``questions.yaml``, and what has to hold of them for the test to mean anything."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import yaml

from bench.retrieval.bm25 import split_words, stem

FILE = Path(__file__).with_name("questions.yaml")
LEAST = {"plain": 50, "identifier": 30, "language": 8, "none": 40}
_NAMED_BY_FOLDER = {"index", "__init__"}


@dataclass(frozen=True)
class Question:
    """``right``: all files that rightly answer ``text``; none for the kind ``none``. ``language``: that of ``text``."""

    kind: str
    text: str
    right: frozenset[str] = frozenset()
    language: str = "en"


def read_questions(file: Path = FILE) -> list[Question]:
    """Read the questions, kind by kind."""
    kinds = yaml.safe_load(file.read_text(encoding="utf-8"))
    return [
        Question(kind, entry)
        if isinstance(entry, str)
        else Question(kind, entry["question"], frozenset(entry["right"]), entry.get("language", "en"))
        for kind, entries in kinds.items()
        for entry in entries
    ]


def answerable(questions: Iterable[Question], names: Collection[str]) -> list[Question]:
    """Those whose right files are all among ``names``; questions without an answer stay."""
    return [question for question in questions if question.right <= set(names)]


def faults(questions: Sequence[Question], names: Collection[str]) -> list[str]:
    """Say what is wrong with the questions, given all names of the corpus; nothing is."""
    found = [f"unknown kind {question.kind!r}: {question.text}" for question in questions if question.kind not in LEAST]
    counts = Counter(question.kind for question in questions)
    found += [
        f"{counts[kind]} questions of the kind {kind!r}, expected {least} or more"
        for kind, least in LEAST.items()
        if counts[kind] < least
    ]
    often = Counter(" ".join(question.text.lower().split()) for question in questions)
    found += [f"asked {count} times: {text}" for text, count in often.items() if count > 1]
    for question in questions:
        found += [f"{name} is not in the corpus: {question.text}" for name in sorted(question.right - set(names))]
        if (question.kind == "none") == bool(question.right):
            found.append(
                f"{len(question.right)} right files for a question of the kind {question.kind!r}: {question.text}"
            )
        if question.kind == "plain" and (named := named_words(question)):
            found.append(f"names its answer by {', '.join(sorted(named))}: {question.text}")
    return found


def named_words(question: Question) -> set[str]:
    """The words of the question, stemmed, that also stand in the name of a file that answers it.

    A file is named by its folder if it is itself called ``index`` or ``__init__``. Words of two letters do not count.
    """
    asked = {stem(word) for word in split_words(question.text)}
    return {
        word for name in question.right for word in map(stem, split_words(_own_name(name))) if len(word) > 2
    } & asked


def _own_name(name: str) -> str:
    path = PurePosixPath(name)
    own = re.sub(r"\..*$", "", path.name)
    return path.parent.name if own in _NAMED_BY_FOLDER else own
