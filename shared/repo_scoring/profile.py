"""A repository as scoring sees it, worked out once from its bundle."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from shared.repo_scoring.linguist import linguist
from shared.repo_scoring.texts import (
    Bundle,
    context_text,
    description_of,
    metadata_of,
    name_of,
    topics_of,
)
from shared.repo_scoring.words import general_terms, told_terms

# How much a word counts by where it stands: a name and topics are chosen with care, a long text mentions much.
FIELD_STRENGTHS = {"name": 1.0, "topics": 1.0, "description": 0.8, "context": 0.6}
# A word that is only spoken of in a narrower one: AKS shows Kubernetes, but less than Kubernetes does.
_GENERAL_STRENGTH = 0.7
_MOST_ENTRIES = 1_000


@dataclass(frozen=True)
class Told:
    """How strongly a repository tells a term, 0 to 1, and in which of its fields."""

    strength: float
    fields: tuple[str, ...]


@dataclass(frozen=True)
class RepoProfile:
    """``terms``: what it tells. ``shares``: parts of its bytes by language, by GitHub's groups, 0 to 1.

    ``files``: how many by file type; ``files_of``: file types by the language they are written in; ``kinds``: file
    types by linguist's kind of language, such as prose.
    """

    name: str
    full_name: str
    terms: Mapping[str, Told]
    shares: Mapping[str, float]
    files: Mapping[str, int]
    files_of: Mapping[str, tuple[str, ...]]
    kinds: Mapping[str, tuple[str, ...]]
    file_count: int


def profile_of(bundle: Bundle) -> RepoProfile:
    """Return the profile of a bundle; what in it has the wrong type counts as missing."""
    name = name_of(bundle)
    full_name = metadata_of(bundle).get("full_name")
    shares = _shares(_counts(bundle.get("languages")))
    files = {_file_type(name): count for name, count in _counts(bundle.get("file_types")).items()}
    files_of, kinds = _by_language(files, shares)
    return RepoProfile(
        name=name,
        full_name=full_name if isinstance(full_name, str) else name,
        terms=_terms(bundle),
        shares=shares,
        files=files,
        file_count=sum(files.values()),
        files_of=files_of,
        kinds=kinds,
    )


def _terms(bundle: Bundle) -> dict[str, Told]:
    texts = {
        "name": name_of(bundle),
        "topics": "\n".join(topics_of(bundle)),
        "description": description_of(bundle),
        "context": context_text(bundle),
    }
    found: dict[str, Told] = {}
    for field, text in texts.items():
        terms = told_terms(text)
        strength = FIELD_STRENGTHS[field]
        _add(found, terms, strength, field)
        _add(found, general_terms(terms), strength * _GENERAL_STRENGTH, field)
    return found


def _add(found: dict[str, Told], terms: set[str], strength: float, field: str) -> None:
    for term in terms:
        known = found.get(term)
        found[term] = Told(max(known.strength, strength), (*known.fields, field)) if known else Told(strength, (field,))


def _shares(sizes: Mapping[str, int]) -> dict[str, float]:
    total = sum(sizes.values())
    shares: dict[str, float] = {}
    for name, size in sizes.items():
        group = linguist().group_of(name)
        shares[group] = shares.get(group, 0.0) + size / total
    return shares


def _by_language(
    files: Mapping[str, int], used: Mapping[str, float]
) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    by_language: dict[str, tuple[str, ...]] = {}
    by_kind: dict[str, tuple[str, ...]] = {}
    for file_type in sorted(files):
        language = linguist().language_of(file_type.lower(), used)
        if language is not None:
            by_language[language.group] = (*by_language.get(language.group, ()), file_type)
            by_kind[language.kind] = (*by_kind.get(language.kind, ()), file_type)
    return by_language, by_kind


def _counts(value: object) -> dict[str, int]:
    """Return the positive counts of a document; GitHub's own answers may hold other things, such as a ``url``."""
    entries = list(cast("Mapping[object, Any]", value).items()) if isinstance(value, Mapping) else []
    return {
        name: int(count)
        for name, count in entries[:_MOST_ENTRIES]
        if isinstance(name, str) and isinstance(count, int | float) and math.isfinite(count) and count >= 1
    }


def _file_type(name: str) -> str:
    """Return an extension with its dot; names of files, such as Dockerfile, are known to linguist or have a capital."""
    if name.startswith(".") or name.lower() in linguist().by_file or not name.islower():
        return name
    return f".{name}" if f".{name}" in linguist().by_file else name
