"""The parts of a score: what each is made of, and how much it weighs."""

import math
from collections.abc import Mapping, Sequence
from typing import Literal, TypedDict

from shared.repo_scoring.asked_languages import AskedLanguage
from shared.repo_scoring.file_signals import FileSignal
from shared.repo_scoring.profile import RepoProfile, Told
from shared.repo_scoring.words import Word, same_as

# Meaning weighs most. Words come second: they find names that no model of language knows. A share of bytes says what a
# repository is written in and not what it is about; which files there are is a hint.
WEIGHTS = {"semantic": 0.45, "words": 0.30, "language": 0.15, "file_types": 0.10}
DECIMALS = 4


class SemanticPart(TypedDict):
    """``score``: cosine of question and repository, 0 where they point apart.

    ``by``: what gave it. ``words`` stand in where others have a vector and this repository has none; None without any.
    """

    score: float | None
    weight: float
    by: Literal["vector", "words"] | None


class WordsPart(TypedDict):
    """``matched``: words of the question and the fields that tell them."""

    score: float | None
    weight: float
    matched: dict[str, list[str]]


class LanguagePart(TypedDict):
    """``matched``: shares of the repository's bytes, 0 to 1, of the languages that the question names."""

    score: float | None
    weight: float
    matched: dict[str, float]


class FileTypesPart(TypedDict):
    """``matched``: how many files there are of the types that the question lets one expect."""

    score: float | None
    weight: float
    matched: dict[str, int]


class Parts(TypedDict):
    """Parts of a score, each from 0 to 1. One whose score is None does not count and has the weight 0."""

    semantic: SemanticPart
    words: WordsPart
    language: LanguagePart
    file_types: FileTypesPart


def rarity(telling: int, repositories: int) -> float:
    """Return how much a word tells repositories apart: the inverse document frequency of Okapi BM25.

    S. Robertson and H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009, eq. 3.3, plus 1 inside
    the logarithm, so that a word that all repositories tell still counts. One that none tells counts half of what the
    rarest does: it may be what was asked for, which nobody has, or a manner of speaking.
    """
    found = max(telling, 1)
    inverse = math.log(1 + (repositories - found + 0.5) / (found + 0.5))
    return inverse if telling else inverse / 2


def words_part(
    profile: RepoProfile, words: Sequence[Word], rarities: Mapping[str, float], groups: Mapping[str, str]
) -> WordsPart:
    """Return how much of what was asked for the repository tells, rare words counting more.

    ``rarities``: of the terms of ``words``. ``groups``: which of these terms name which language; such a word is told
    by what the repository is written in, too.
    """
    total = math.fsum(rarities.values())
    if not total:
        return {"score": None, "weight": 0.0, "matched": {}}
    gained: list[float] = []
    matched: dict[str, list[str]] = {}
    for word in words:
        told = told_by(profile, word.term)
        share = profile.shares.get(groups[word.term], 0.0) if word.term in groups else 0.0
        strength = max(told.strength if told else 0.0, share)
        if strength:
            gained.append(rarities[word.term] * strength)
            matched[word.text] = [*(told.fields if told else ()), *(["languages"] if share else [])]
    return {"score": math.fsum(gained) / total, "weight": 0.0, "matched": matched}


def told_by(profile: RepoProfile, term: str) -> Told | None:
    """Return how a repository tells a term or, all together, the terms that say the same."""
    found = profile.terms.get(term)
    if found is not None:
        return found
    same = same_as(term)
    if not same:
        return None
    others = [profile.terms.get(other) for other in same]
    known = [told for told in others if told is not None]
    if len(known) < len(others):
        return None
    return Told(min(told.strength for told in known), known[0].fields)


def language_part(profile: RepoProfile, languages: Sequence[AskedLanguage]) -> LanguagePart:
    """Return how much of the repository is written in what was asked for.

    Of one language it is the share of bytes. Of ``n`` each counts up to a share of 1/n, so that half Python and half
    Go answers "Python and Go" in full, and Python alone by half.
    """
    asked = [each.language.group for each in languages]
    if not asked:
        return {"score": None, "weight": 0.0, "matched": {}}
    matched = {name: profile.shares[name] for name in asked if name in profile.shares}
    score = math.fsum(min(1.0, share * len(asked)) for share in matched.values()) / len(asked)
    return {
        "score": min(1.0, score),
        "weight": 0.0,
        "matched": {name: round(share, DECIMALS) for name, share in matched.items()},
    }


def file_types_part(profile: RepoProfile, signals: Sequence[FileSignal]) -> FileTypesPart:
    """Return how far the repository holds the files that the question lets one expect: the mean over its signals.

    Counts are compared in logarithms: one Dockerfile among hundreds of files shows Docker, and hundreds do not show it
    hundreds of times.
    """
    if not signals:
        return {"score": None, "weight": 0.0, "matched": {}}
    types = [_expected_types(profile, signal) for signal in signals]
    if not any(types):
        return {"score": 0.0, "weight": 0.0, "matched": {}}
    found = [sum(profile.files[each] for each in group) for group in types]
    every = math.log1p(profile.file_count)
    score = math.fsum(math.log1p(count) / every for count in found if count) / len(signals)
    matched = {each: profile.files[each] for each in set[str]().union(*types)}
    ordered = sorted(matched.items(), key=lambda each: (-each[1], each[0]))
    return {"score": score, "weight": 0.0, "matched": dict(ordered)}


def _expected_types(profile: RepoProfile, signal: FileSignal) -> set[str]:
    types = {each for name in signal.languages & profile.files_of.keys() for each in profile.files_of[name]}
    types.update(each for kind in signal.kinds for each in profile.kinds.get(kind, ()))
    if signal.extension is not None:
        types.update(each for each in profile.files if each.lower() == signal.extension)
    return types


def weighed(parts: Parts) -> float:
    """Give the parts that count their weights, which add up to 1, and return their weighted mean, 0 to 1."""
    counting = [(WEIGHTS[name], part) for name, part in _items(parts) if part["score"] is not None]
    total = sum(weight for weight, _ in counting)
    score = 0.0
    for weight, part in counting:
        part["weight"] = round(weight / total, DECIMALS)
        part["score"] = round(part["score"] or 0.0, DECIMALS)
        score += weight / total * part["score"]
    return score


def _items(parts: Parts) -> "tuple[tuple[str, SemanticPart | WordsPart | LanguagePart | FileTypesPart], ...]":
    return (
        ("semantic", parts["semantic"]),
        ("words", parts["words"]),
        ("language", parts["language"]),
        ("file_types", parts["file_types"]),
    )
