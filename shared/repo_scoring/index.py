"""The repositories of an account made ready for questions, so that each question costs a few milliseconds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict

from shared.repo_scoring.asked_languages import AskedLanguage, asked_languages
from shared.repo_scoring.file_signals import FileSignal, file_signals
from shared.repo_scoring.parts import (
    DECIMALS,
    Parts,
    file_types_part,
    language_part,
    rarity,
    told_by,
    weighed,
    words_part,
)
from shared.repo_scoring.profile import profile_of
from shared.repo_scoring.texts import Bundle
from shared.repo_scoring.vectors import FIELD, row_of, unit
from shared.repo_scoring.words import Word, asked_words

if TYPE_CHECKING:
    import numpy as np

    Rows = np.ndarray[Any, np.dtype[np.float32]]


class ScoredRepo(TypedDict):
    """``score``: 0 to 1. ``matched_terms``: words, languages and file types of the question that were found.

    ``repo``: the bundle itself.
    """

    name: str
    full_name: str
    score: float
    parts: Parts
    matched_terms: list[str]
    repo: Bundle


@dataclass(frozen=True)
class _Question:
    """``groups``: languages by the words that name them; ``measured``: those that GitHub counts bytes of in any
    repository."""

    words: list[Word]
    rarities: Mapping[str, float]
    groups: Mapping[str, str]
    measured: list[AskedLanguage]
    signals: list[FileSignal]

    @property
    def is_of_languages(self) -> bool:
        """Whether it names languages that somebody uses, and nothing else."""
        named = {term for each in self.measured for term in each.terms}
        return bool(named) and all(word.term in named for word in self.words)


class RepoIndex:
    """Bundles in the form that scoring reads them in. ``model``: only vectors of this one are used; None takes any."""

    def __init__(self, repos: Sequence[Bundle], model: str | None = None) -> None:
        self.repos = list(repos)
        self._model = model
        self._profiles = [profile_of(repo) for repo in self.repos]
        self._measured = frozenset(name for profile in self._profiles for name in profile.shares)
        self._used = self._measured.union(*(profile.files_of for profile in self._profiles))
        self._rows: dict[int, tuple[Rows, list[int]]] = {}

    def scores(self, query: str, query_vector: Sequence[float] | None = None) -> list[ScoredRepo]:
        """Return every repository with its score and what it is made of, best first, ties by name."""
        question = self._read(query)
        # Who asks for languages and nothing else asks what repositories are written in: bytes tell it, and similarity
        # of meaning, which is never quite zero, would only put others before the few lines that there are.
        cosines = self._cosines(query_vector) if query_vector is not None and not question.is_of_languages else {}
        best = max(cosines.values(), default=0.0)
        scored = [self._scored(place, question, cosines, best) for place in range(len(self.repos))]
        return sorted(scored, key=lambda each: (-each["score"], each["full_name"].lower(), each["full_name"]))

    def vectors(self, dimensions: int) -> int:
        """Return how many repositories have a vector of so many dimensions; the first call decodes them."""
        return len(self._rows_of(dimensions)[1])

    def _read(self, query: str) -> _Question:
        words = asked_words(query)
        languages = asked_languages(query, self._used)
        groups = {term: each.language.group for each in languages for term in each.terms}
        return _Question(
            words=words,
            rarities=self._rarities(words, groups),
            groups=groups,
            measured=[each for each in languages if each.language.group in self._measured],
            signals=file_signals(query, words, languages),
        )

    def _rarities(self, words: Sequence[Word], groups: Mapping[str, str]) -> dict[str, float]:
        return {
            word.term: rarity(
                sum(
                    told_by(profile, word.term) is not None or groups.get(word.term) in profile.shares
                    for profile in self._profiles
                ),
                len(self._profiles),
            )
            for word in words
        }

    def _scored(self, place: int, question: _Question, cosines: Mapping[int, float], best: float) -> ScoredRepo:
        profile = self._profiles[place]
        parts: Parts = {
            "semantic": {"score": cosines.get(place), "weight": 0.0, "by": "vector" if place in cosines else None},
            "words": words_part(profile, question.words, question.rarities, question.groups),
            "language": language_part(profile, question.measured),
            "file_types": file_types_part(profile, question.signals),
        }
        if cosines and parts["semantic"]["score"] is None:
            # It alone has no vector. Words stand in, on the scale of the others' similarities, so that it is neither
            # last for lack of a vector nor first for having been spared the strictest part.
            standing_in = best * (parts["words"]["score"] or 0.0)
            parts["semantic"] = {"score": standing_in, "weight": 0.0, "by": "words"}
        score = weighed(parts)
        return {
            "name": profile.name,
            "full_name": profile.full_name,
            "score": round(score, DECIMALS),
            "parts": parts,
            "matched_terms": _matched(parts),
            "repo": self.repos[place],
        }

    def _cosines(self, query_vector: Sequence[float]) -> dict[int, float]:
        """Return the similarity of each repository that has a vector like the question's, 0 to 1."""
        import numpy as np

        asked = unit(query_vector)
        if asked is None:
            return {}
        rows, places = self._rows_of(len(query_vector))
        if not places:
            return {}
        similar = np.clip(rows @ asked, 0.0, 1.0).tolist()
        return dict(zip(places, similar, strict=True))

    def _rows_of(self, dimensions: int) -> tuple["Rows", list[int]]:
        """Return the unit vectors of so many dimensions and the places of their repositories, decoded once."""
        import numpy as np

        if dimensions not in self._rows:
            rows = [row_of(repo.get(FIELD), dimensions, self._model) for repo in self.repos]
            places = [place for place, row in enumerate(rows) if row is not None]
            known = [row for row in rows if row is not None]
            self._rows[dimensions] = (
                np.stack(known) if known else np.empty((0, dimensions), dtype=np.float32),
                places,
            )
        return self._rows[dimensions]


def _matched(parts: Parts) -> list[str]:
    found = [*parts["words"]["matched"], *parts["language"]["matched"], *parts["file_types"]["matched"]]
    by_spelling: dict[str, str] = {}
    for term in found:
        by_spelling.setdefault(term.casefold(), term)
    return list(by_spelling.values())
