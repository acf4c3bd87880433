"""Words of questions and repositories, brought to a form in which they can be compared."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# A question is a sentence or two; what is longer was pasted, and says nothing more by its hundredth word.
MOST_WORDS = 64

# Letters and digits of any script; + and # belong to the names C++, C# and F#.
_WORD = re.compile(r"[^\W_]+[+#]*")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
# Longer runs of letters are no words, and hostile ones would cost memory.
_LONGEST_WORD = 60

# Words that stand in every question about repositories, and those of everyday English that say nothing by themselves.
_UNTELLING = frozenset(
    """
    a about account all also am an and any anything are as at be been best built but by can code could demonstrate did
    do does done experience ever expertise find first for from github get give good great had has have having he her his
    how i if in into is it its knowledge list look made make many me more most much my need no not of on one or our
    out please portfolio project proof repo repositories repository s she should show similar skill so some something
    such t tell than that the their them then there these they thing this those to top up us use used using want was we
    well were what when where which who why will with work worked working would write written you your
    """.split()  # noqa: SIM905 - a word list reads best as one
)
# Two ways to say the same. What stands on the right is added wherever the left stands, and asked for in its place.
_SAME: dict[str, tuple[str, ...]] = {
    "ai": ("artificial", "intelligence"),
    "auth": ("authentication",),
    "authn": ("authentication",),
    "authz": ("authorization",),
    "ci": ("continuous", "integration"),
    "containerized": ("container",),
    "cpp": ("c++",),
    "csharp": ("c#",),
    "db": ("database",),
    "dl": ("deep", "learning"),
    "docs": ("documentation",),
    "fsharp": ("f#",),
    "gha": ("github", "action"),
    "golang": ("go",),
    "iac": ("infrastructure", "code"),
    "infra": ("infrastructure",),
    "js": ("javascript",),
    "k8s": ("kubernetes",),
    "kube": ("kubernetes",),
    "ml": ("machine", "learning"),
    "mongo": ("mongodb",),
    "nlp": ("natural", "language", "processing"),
    "nodejs": ("node", "javascript"),
    "oauth2": ("oauth",),
    "postgres": ("postgresql",),
    "psql": ("postgresql",),
    "py": ("python",),
    "rb": ("ruby",),
    "rs": ("rust",),
    "sklearn": ("scikit", "learn"),
    "ts": ("typescript",),
    "ux": ("user", "experience"),
    "wasm": ("webassembly",),
}
# What shows experience with something more general: a repository that says the left speaks of the right too, but who
# asks for the left does not ask for the right.
_KINDS: dict[str, tuple[str, ...]] = {
    "aks": ("kubernetes",),
    "eks": ("kubernetes",),
    "gke": ("kubernetes",),
    "helm": ("kubernetes",),
    "istio": ("kubernetes",),
    "kubectl": ("kubernetes",),
    "kustomize": ("kubernetes",),
    "openshift": ("kubernetes",),
    "dockerfile": ("docker", "container"),
    "docker": ("container",),
    "kubernetes": ("container",),
    "cosmosdb": ("database",),
    "mongodb": ("database",),
    "mysql": ("database",),
    "postgresql": ("database",),
    "sqlite": ("database",),
    "sqlalchemy": ("database", "sql"),
    "pytorch": ("deep", "learning"),
    "tensorflow": ("deep", "learning"),
    "bicep": ("infrastructure",),
    "terraform": ("infrastructure",),
    "pytest": ("test", "testing"),
    "openai": ("llm",),
}


@dataclass(frozen=True)
class Word:
    """``text``: as it was written; ``term``: the form in which words are compared."""

    text: str
    term: str


def words_of(text: str) -> Iterator[Word]:
    """Yield the words of ``text`` in order."""
    for found in _WORD.finditer(text):
        if len(found.group()) <= _LONGEST_WORD:
            yield Word(found.group(), term_of(found.group()))


def term_of(word: str) -> str:
    """Return the form in which a word is compared: lower case, plural endings off.

    The rules are the S-stemmer of D. Harman, "How effective is suffixing?", Journal of the American Society for
    Information Science 42 (1991), 7-15: it takes plurals off and nothing else, so that no two words become one.
    """
    lower = word.casefold()
    if len(lower) <= 3:
        return lower
    if lower.endswith("ies") and not lower.endswith(("eies", "aies")):
        return f"{lower[:-3]}y"
    if lower.endswith("es") and not lower.endswith(("aes", "ees", "oes")):
        return lower[:-1]
    if lower.endswith("s") and not lower.endswith(("us", "ss")):
        return lower[:-1]
    return lower


def _terms(table: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {term_of(word): tuple(map(term_of, meant)) for word, meant in table.items()}


_UNTELLING_TERMS = frozenset(map(term_of, _UNTELLING))
_SAME_TERMS, _KIND_TERMS = _terms(_SAME), _terms(_KINDS)


def is_telling(term: str) -> bool:
    """Whether a term says what somebody looks for."""
    return term not in _UNTELLING_TERMS


def same_as(term: str) -> tuple[str, ...]:
    """Return the terms that say the same as ``term``, all of them together; none where nothing else does."""
    return _SAME_TERMS.get(term, ())


def kinds_of(term: str) -> tuple[str, ...]:
    """Return the more general terms that ``term`` speaks of."""
    return _KIND_TERMS.get(term, ())


def asked_words(question: str) -> list[Word]:
    """Return the telling words of a question in order, each once, at most 64.

    Where all are untelling the question is taken at its word: somebody may look for a repository called ``project``.
    """
    every = list({word.term: word for word in words_of(question)}.values())
    return ([word for word in every if is_telling(word.term)] or every)[:MOST_WORDS]


def told_terms(text: str) -> set[str]:
    """Return the terms that a repository's text tells: its words, parts of camelCase, and what says the same."""
    found: set[str] = set()
    for word in words_of(text):
        found.add(word.term)
        parts = _HUMP.split(word.text)
        found.update(term_of(part) for part in parts if len(parts) > 1)
    for term in tuple(found):
        found.update(same_as(term))
    return found


def general_terms(terms: set[str]) -> set[str]:
    """Return the more general terms that ``terms`` speak of without saying them."""
    found = {general for term in terms for general in kinds_of(term)}
    return (found | {general for term in found for general in kinds_of(term)}) - terms
