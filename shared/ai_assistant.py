"""Questions about somebody's repositories: which of them answer a question best, and why. Pure."""

from collections.abc import Sequence

from shared.repo_scoring.index import RepoIndex, ScoredRepo
from shared.repo_scoring.texts import Bundle


def calculate_repo_scores(
    query: str, repos: Sequence[Bundle] | RepoIndex, query_vector: Sequence[float] | None = None
) -> list[ScoredRepo]:
    """Return every repository with its score from 0 to 1 and what the score is made of, best first, ties by name.

    ``repos``: bundles ``{"metadata", "repoContext", "file_types", "languages"}``, each with an ``embedding``
    ``{"model", "dimensions", "vector"}`` (base64 of float32) where it has one; or a ``RepoIndex`` made of them once.
    ``query_vector``: the question's vector, of the model that made those; without it words alone decide.

    A score is the weighted mean of four parts, each from 0 to 1: similarity of meaning (0.45), words (0.30), share of
    bytes in the languages that the question names (0.15), types of files that it lets one expect (0.10). A part of
    which the question says nothing does not count.
    """
    index = repos if isinstance(repos, RepoIndex) else RepoIndex(repos)
    return index.scores(query, query_vector)
