"""A search request, checked against its index."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from local.search import limits
from local.search.definitions import IndexDefinition, SemanticConfiguration
from local.search.errors import SearchError, bad_request, shown, unsupported
from local.search.execution.facets import Facet, parse_facet
from local.search.execution.options import AnswerOptions, CaptionOptions, parse_answers, parse_captions
from local.search.execution.ordering import OrderBy, parse_order_by
from local.search.execution.vector_query import VectorQuery, parse_vector_queries
from local.search.fields import Field
from local.search.odata.binding import Predicate, compile_filter

T = TypeVar("T")
_CHOICES = {
    "queryType": ("simple", "full", "semantic"),
    "searchMode": ("any", "all"),
    "vectorFilterMode": ("preFilter", "postFilter", "strictPostFilter"),
    "scoringStatistics": ("local", "global"),
    "semanticErrorHandling": ("partial", "fail"),
}
_KNOWN = frozenset(
    [
        "answers",
        "captions",
        "count",
        "debug",
        "facets",
        "filter",
        "highlight",
        "highlightPostTag",
        "highlightPreTag",
        "minimumCoverage",
        "orderby",
        "queryType",
        "scoringParameters",
        "scoringProfile",
        "scoringStatistics",
        "search",
        "searchFields",
        "searchMode",
        "select",
        "semanticConfiguration",
        "semanticErrorHandling",
        "semanticMaxWaitInMilliseconds",
        "semanticQuery",
        "sessionId",
        "skip",
        "top",
        "vectorFilterMode",
        "vectorQueries",
    ]
)


@dataclass(frozen=True, slots=True)
class Highlighting:
    """``fields``: with how many fragments at most."""

    fields: tuple[tuple[Field, int], ...]
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Semantics:
    """What the semantic ranker is asked."""

    configuration: SemanticConfiguration
    query: str
    captions: CaptionOptions | None
    answers: AnswerOptions | None


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """``top`` None: not named. ``body``: as it came, for the parameters of the next page."""

    body: dict[str, Any]
    text: str | None
    full_syntax: bool
    match_all: bool
    search_fields: tuple[Field, ...]
    weights: dict[str, float]
    filter: Predicate | None
    order_by: tuple[OrderBy, ...]
    select: tuple[Field, ...]
    skip: int
    top: int | None
    count: bool
    facets: tuple[Facet, ...]
    highlighting: Highlighting | None
    vectors: tuple[VectorQuery, ...]
    pre_filter: bool
    semantics: Semantics | None
    coverage: bool


def parse_request(body: Any, definition: IndexDefinition) -> SearchRequest:
    """Check a search request.

    Raises:
        SearchError: 400 naming the parameter that is wrong and what is expected.
    """
    if not isinstance(body, dict):
        raise bad_request("The request body must be an object.")
    body = {name: value for name, value in body.items() if value is not None}
    _check_known(body)
    query_type = _choice(body, "queryType")
    order_by = parse_order_by(_text(body, "orderby"), definition)
    semantics = _semantics(body, query_type, definition)
    if semantics is not None and order_by:
        raise _wrong("orderby", "it cannot be used together with semantic ranking, which orders by its own score")
    filter_text = _text(body, "filter")
    search_fields = _fields(body, "searchFields", definition, lambda field: field.searchable, "searchable")
    return SearchRequest(
        body=body,
        text=_text(body, "search"),
        full_syntax=query_type == "full",
        match_all=_choice(body, "searchMode") == "all",
        search_fields=search_fields or definition.searchable,
        weights=_weights(body, definition),
        filter=compile_filter(filter_text, definition.fields) if filter_text and filter_text.strip() else None,
        order_by=order_by,
        select=parse_select(_text(body, "select"), definition),
        skip=_whole(body, "skip", 0, limits.SKIP) or 0,
        top=_whole(body, "top", 0, 2**31 - 1),
        count=_typed(body, "count", bool, "true or false") or False,
        facets=tuple(parse_facet(text, definition) for text in _texts(body, "facets")),
        highlighting=_highlighting(body, definition),
        vectors=parse_vector_queries(body.get("vectorQueries"), definition),
        pre_filter=_choice(body, "vectorFilterMode") in ("", "preFilter"),
        semantics=semantics,
        coverage=_coverage(body),
    )


def _check_known(body: dict[str, Any]) -> None:
    for name in body:
        if name not in _KNOWN:
            raise bad_request(
                f"The request is invalid. Details: The property {shown(name)} does not exist on a search request."
            )
    if body.get("debug", "disabled") != "disabled":
        raise unsupported("debug information of searches")
    _text(body, "sessionId")
    _texts(body, "scoringParameters")
    for name in ("scoringStatistics", "semanticErrorHandling"):
        _choice(body, name)
    # Nothing here takes long enough for it to matter; a wrong value is refused as the service refuses it.
    _whole(body, "semanticMaxWaitInMilliseconds", 700, 2**31 - 1)


def _semantics(body: dict[str, Any], query_type: str, definition: IndexDefinition) -> Semantics | None:
    name, asked = _text(body, "semanticConfiguration"), _text(body, "semanticQuery")
    captions, answers = parse_captions(_text(body, "captions")), parse_answers(_text(body, "answers"))
    if query_type != "semantic" and not asked:
        for parameter, value in (("captions", captions), ("answers", answers), ("semanticConfiguration", name)):
            if value is not None:
                raise _wrong(parameter, "it is only for queries of queryType 'semantic' or with a 'semanticQuery'")
        return None
    name = name or definition.default_semantic
    if name is None:
        raise _wrong("semanticConfiguration", "it must be named, as the index has no default semantic configuration")
    configuration = definition.semantic.get(name)
    if configuration is None:
        raise _wrong("semanticConfiguration", f"the index has no semantic configuration {shown(name)}")
    query = asked or _text(body, "search") or ""
    if not query.strip() or query.strip() == "*":
        raise _wrong("search", "semantic ranking needs a text in 'search' or in 'semanticQuery'")
    return Semantics(configuration, query, captions, answers)


def _weights(body: dict[str, Any], definition: IndexDefinition) -> dict[str, float]:
    name = _text(body, "scoringProfile") or definition.default_profile
    if name is None:
        return {}
    if name not in definition.weights:
        raise _wrong("scoringProfile", f"the index has no scoring profile {shown(name)}")
    return definition.weights[name]


def parse_select(text: str | None, definition: IndexDefinition) -> tuple[Field, ...]:
    """The fields named, separated by commas; all of them for none and for ``*``.

    Raises:
        SearchError: 400 for a field that does not exist or may not be shown.
    """
    if (text or "*").strip() == "*":
        return definition.fields
    return _fields({"select": text}, "select", definition, lambda field: field.retrievable, "retrievable")


def _fields(
    body: dict[str, Any], parameter: str, definition: IndexDefinition, allowed: Callable[[Field], bool], kind: str
) -> tuple[Field, ...]:
    names = [name.strip() for name in (_text(body, parameter) or "").split(",")]
    return tuple(_field(parameter, name, definition, allowed, kind) for name in dict.fromkeys(names) if name)


def _field(
    parameter: str, name: str, definition: IndexDefinition, allowed: Callable[[Field], bool], kind: str
) -> Field:
    field = definition.find(name)
    if field is None:
        raise _wrong(parameter, f"Could not find a property named {shown(name)} on type 'search.document'")
    if not allowed(field):
        raise _wrong(parameter, f"The field '{name}' is not {kind}")
    return field


def _highlighting(body: dict[str, Any], definition: IndexDefinition) -> Highlighting | None:
    before, after = _text(body, "highlightPreTag"), _text(body, "highlightPostTag")
    if (before is None) != (after is None):
        raise _wrong("highlightPreTag", "it must be set together with 'highlightPostTag'")
    fields: list[tuple[Field, int]] = []
    for part in filter(None, (part.strip() for part in (_text(body, "highlight") or "").split(","))):
        name, dash, count = part.rpartition("-")
        if not dash:
            name, count = part, "5"
        if not count.isdigit() or not 1 <= len(count) <= 4:
            raise _wrong("highlight", f"{shown(part)} must be a field, or a field, a dash and a number of fragments")
        fields.append((_field("highlight", name, definition, lambda f: f.searchable, "searchable"), int(count)))
    return Highlighting(tuple(fields), before or "<em>", after or "</em>") if fields else None


def _coverage(body: dict[str, Any]) -> bool:
    value = body.get("minimumCoverage")
    if value is None:
        return False
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 100:
        raise _wrong("minimumCoverage", f"it must be a number from 0 to 100, not {shown(value)}")
    return True


def _choice(body: dict[str, Any], name: str) -> str:
    value = _text(body, name)
    if value is None:
        return ""
    for choice in _CHOICES[name]:
        if value.lower() == choice.lower():
            return choice
    raise _wrong(name, f"it is {shown(value)}, expected one of {', '.join(_CHOICES[name])}")


def _whole(body: dict[str, Any], name: str, low: int, high: int) -> int | None:
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise _wrong(name, f"it must be a whole number from {low} to {high}, not {shown(value)}")
    return value


def _text(body: dict[str, Any], name: str) -> str | None:
    return _typed(body, name, str, "a string")


def _texts(body: dict[str, Any], name: str) -> list[str]:
    values = _typed(body, name, list, "a list of strings") or []
    if not all(isinstance(value, str) for value in values):
        raise _wrong(name, f"it must be a list of strings, not {shown(values)}")
    return cast("list[str]", values)


def _typed(body: dict[str, Any], name: str, kind: type[T], expected: str) -> T | None:
    value = body.get(name)
    if value is None or isinstance(value, kind):
        return value
    raise _wrong(name, f"it must be {expected}, not {shown(value)}")


def _wrong(parameter: str, reason: str) -> SearchError:
    return bad_request(f"The '{parameter}' parameter is not valid: {reason}.\r\nParameter name: {parameter}")
