"""Full-text functions: FullTextContains, -All and -Any of a text, and the arguments of FullTextScore.

``_FullTextScore`` and ``_FullTextWordCount`` are what the SDK's own fusion asks for; a query plan names them.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from local.cosmos.bm25 import Statistics, score
from local.cosmos.errors import bad_request
from local.cosmos.sql.syntax import Call, Literal, QuerySyntaxError, plain
from local.cosmos.sql.values import UNDEFINED
from local.cosmos.sql.vector_distance import needs_item, policy_path
from local.cosmos.words import occurrences, term, words

CONTAINS: dict[str, Callable[[Any], bool]] = {
    "FULLTEXTCONTAINS": all,
    "FULLTEXTCONTAINSALL": all,
    "FULLTEXTCONTAINSANY": any,
}
"""How the answers for the single terms are put together."""

NAMES = {
    "FULLTEXTCONTAINS": "FullTextContains",
    "FULLTEXTCONTAINSALL": "FullTextContainsAll",
    "FULLTEXTCONTAINSANY": "FullTextContainsAny",
    "FULLTEXTSCORE": "FullTextScore",
    "VECTORDISTANCE": "VectorDistance",
    "RRF": "RRF",
    "_FULLTEXTSCORE": "_FullTextScore",
    "_VECTORSCORE": "_VectorScore",
}

Evaluate = Callable[[list[Any]], Any]


@lru_cache(maxsize=4)
def _words_of(text: str) -> list[str]:
    # A query asks one text for many terms.
    return words(text)


def refuse_score(call: Call) -> QuerySyntaxError:
    """What to raise for a scoring function outside ORDER BY RANK."""
    return QuerySyntaxError(
        f"The function {NAMES[call.name]} can only be used in ORDER BY RANK: neither in SELECT nor in WHERE.",
        call.position,
        call.position + len(call.name),
    )


def check_contains(call: Call) -> None:
    """Refuse what the service does not take.

    Raises:
        QuerySyntaxError: Too few arguments or too many, or a term that is no string.
    """
    name, only_one = NAMES[call.name], call.name == "FULLTEXTCONTAINS"
    if len(call.args) < 2 or (only_one and len(call.args) != 2):
        expected = "2 arguments" if only_one else "at least 2 arguments"
        raise QuerySyntaxError(f"The {name} function requires {expected}, not {len(call.args)}.", call.position)
    for each in call.args[1:]:
        literal = plain(each)
        if isinstance(literal, Literal) and not isinstance(literal.value, str):
            raise QuerySyntaxError(f"{name}: each term is a string, not {literal.value!r}.", call.position)


def compile_contains(call: Call, args: list[Evaluate]) -> Evaluate:
    """Whether the text holds the terms; undefined for what is no text."""
    check_contains(call)
    name, together = NAMES[call.name], CONTAINS[call.name]
    text_of, terms = args[0], args[1:]

    def contains(env: list[Any]) -> Any:
        text = text_of(env)
        if not isinstance(text, str):
            return UNDEFINED
        found = _words_of(text)
        return together(occurrences(found, term(_term(name, each(env)))) > 0 for each in terms)

    return contains


def _term(name: str, value: Any) -> str:
    if not isinstance(value, str):
        # Fuzzy search, a preview, gives an object here.
        raise bad_request(f"{name}: each term is a string, not {type(value).__name__}; fuzzy terms are not supported.")
    return value


def word_count(text: Any) -> Any:
    """``_FullTextWordCount``: undefined for what is no text."""
    return len(_words_of(text)) if isinstance(text, str) else UNDEFINED


def text_score(text: Any, terms: Any, items: Any, total: Any, hits: Any) -> Any:
    """``_FullTextScore`` of one text, by statistics that come with the call; undefined for what is no text."""
    sought, statistics = given_statistics(terms, items, total, hits)
    if not isinstance(text, str):
        return UNDEFINED
    found = _words_of(text)
    return score([occurrences(found, each) for each in sought], len(found), statistics)


def given_statistics(terms: Any, items: Any, total: Any, hits: Any) -> tuple[list[tuple[str, ...]], Statistics]:
    """The terms and statistics of a ``_FullTextScore``.

    Raises:
        CosmosError: 400, they are of another form.
    """
    whole = [items, total, *hits] if isinstance(hits, list) else []
    if (
        not isinstance(terms, list)
        or len(whole) != len(terms) + 2
        or not all(isinstance(each, int) and not isinstance(each, bool) and each >= 0 for each in whole)
    ):
        raise bad_request("_FullTextScore takes a path, terms, the numbers of items and words, and a number per term.")
    sought = [term(_term("_FullTextScore", each)) for each in terms]
    return sought, Statistics(items, total, tuple(hits))


def score_path(call: Call) -> str:
    """The path of a FullTextScore as a policy writes it.

    Raises:
        QuerySyntaxError: There is none, or no term, or the terms come as an array.
    """
    name = NAMES[call.name]
    path = policy_path(call.args[0]) if call.args else None
    if path is None:
        raise QuerySyntaxError(f"{name}: the first argument is a path of the item such as c.text.", call.position)
    if len(call.args) < 2:
        raise QuerySyntaxError(f"{name}: at least one term is expected after the path.", call.position)
    if any(needs_item(each) for each in call.args[1:]):
        raise QuerySyntaxError(f"{name}: a term is a string literal or a parameter.", call.position)
    return path


def score_terms(values: Sequence[Any]) -> list[tuple[str, ...]]:
    """The words of each term.

    Raises:
        CosmosError: 400, a term is no string.
    """
    if any(isinstance(value, list) for value in values):
        raise bad_request("FullTextScore: the terms are given one by one, FullTextScore(c.text, 'one', 'two').")
    return [term(_term("FullTextScore", value)) for value in values]
