"""A query's tree as a query of tantivy: every word in every field searched, each field with its weight."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import tantivy

from local.search.errors import bad_request, shown
from local.search.fields import Field
from local.search.store.terms import term_field
from local.search.text.analysis import tokens
from local.search.text.syntax import (
    Boosted,
    Everything,
    Fielded,
    Fuzzy,
    Group,
    Node,
    Occur,
    Phrase,
    Prefix,
    Regex,
    Wildcard,
    Words,
)

Q = tantivy.Query
_OCCURS = {
    Occur.SHOULD: tantivy.Occur.Should,
    Occur.MUST: tantivy.Occur.Must,
}
# What tantivy's expressions give a meaning to. They refuse a backslash before most other characters.
_SPECIAL_IN_REGEX = re.compile(r"[\\.+*?()|\[\]{}^$]")
_LONGEST_PATTERN = 1_000


@dataclass(slots=True)
class Sought:
    """What a match contains: whole terms, and beginnings of terms. For highlighting."""

    terms: set[str] = field(default_factory=set)
    prefixes: set[str] = field(default_factory=set)

    def has(self, term: str) -> bool:
        return term in self.terms or any(term.startswith(prefix) for prefix in self.prefixes)


@dataclass(slots=True)
class Compiler:
    """``weights``: of the scoring profile, by field path. ``sought`` gathers, by field, what a match may contain;
    what only a pattern or a fuzzy word finds is not in it.
    """

    schema: tantivy.Schema
    fields: Mapping[str, Field]
    weights: Mapping[str, float] = field(default_factory=dict)
    match_all: bool = False
    sought: dict[str, Sought] = field(default_factory=dict)

    def compile(self, node: Node, fields: Iterable[Field]) -> tantivy.Query:
        """The query that finds ``node`` in ``fields``.

        Raises:
            SearchError: 400 for a field that cannot be searched, or a regular expression that cannot be read.
        """
        return self._compile(node, tuple(fields), gather=True) or Q.empty_query()

    def _compile(self, node: Node, fields: tuple[Field, ...], *, gather: bool) -> tantivy.Query | None:
        """None for what leaves no term after analysis: it neither finds nor forbids anything."""
        match node:
            case Everything():
                return Q.all_query()
            case Group(clauses):
                return self._group(clauses, fields, gather)
            case Boosted(inner, factor):
                boosted = self._compile(inner, fields, gather=gather)
                return boosted and Q.boost_query(boosted, factor)
            case Fielded(name, inner):
                return self._compile(inner, (self._field(name),), gather=gather)
            case _:
                found = [(self._leaf(node, one, gather), one) for one in fields]
                return _any_of([self._weighted(query, one) for query, one in found if query is not None])

    def _field(self, name: str) -> Field:
        found = self.fields.get(name)
        if found is None or not found.searchable:
            raise bad_request(f"The field {shown(name)} in the search text does not exist or is not searchable.")
        return found

    def _group(
        self, clauses: tuple[tuple[Occur, Node], ...], fields: tuple[Field, ...], gather: bool
    ) -> tantivy.Query | None:
        # With searchMode=any a negated word among words without an operator is one more alternative: the service
        # documents "wifi -luxury" as wifi or not luxury.
        alone = not self.match_all and all(occur is not Occur.MUST for occur, _ in clauses)
        negated = tantivy.Occur.Should if alone else tantivy.Occur.Must
        parts: list[tuple[tantivy.Occur, tantivy.Query]] = []
        for occur, node in clauses:
            compiled = self._compile(node, fields, gather=gather and occur is not Occur.MUST_NOT)
            if compiled is None:
                continue
            parts.append((negated, _others(compiled)) if occur is Occur.MUST_NOT else (_OCCURS[occur], compiled))
        return Q.boolean_query(parts) if parts else None

    def _weighted(self, query: tantivy.Query, one: Field) -> tantivy.Query:
        weight = self.weights.get(one.path, 1.0)
        return query if weight == 1.0 else Q.boost_query(query, weight)

    def _leaf(self, node: Node, one: Field, gather: bool) -> tantivy.Query | None:
        match node:
            case Words(text):
                return self._words(text, one, 0, gather)
            case Phrase(text, slop):
                return self._words(text, one, slop, gather)
            case Prefix(text):
                if gather:
                    self._sought(one).prefixes.add(text.lower())
                return self._pattern(_escaped(text.lower()) + ".*", one)
            case Wildcard(pattern):
                return self._pattern(_from_wildcard(pattern.lower()), one)
            case Regex(pattern):
                return self._pattern(pattern, one)
            case Fuzzy(text, distance):
                return self._fuzzy(text, distance, one, gather)
            case _:
                raise TypeError(f"{type(node).__name__} is no leaf of a query")

    def _words(self, text: str, one: Field, slop: int, gather: bool) -> tantivy.Query | None:
        """One term, or a phrase where the analyzer finds several: "PP-GF30" means them side by side."""
        name = term_field(one)
        found = [(token.position, token.text) for token in tokens(one.search_analyzer, text)]
        if not found:
            return None
        if gather:
            self._sought(one).terms.update(term for _, term in found)
        if len(found) == 1:
            return Q.term_query(self.schema, name, found[0][1])
        first = found[0][0]
        return Q.phrase_query(self.schema, name, [(place - first, term) for place, term in found], slop)

    def _fuzzy(self, text: str, distance: int, one: Field, gather: bool) -> tantivy.Query | None:
        found = [token.text for token in tokens(one.search_analyzer, text)]
        if not found:
            return None
        if gather:
            self._sought(one).terms.update(found)
        fuzzy = [Q.fuzzy_term_query(self.schema, term_field(one), term, distance) for term in found]
        return Q.boolean_query([(tantivy.Occur.Must, query) for query in fuzzy])

    def _pattern(self, pattern: str, one: Field) -> tantivy.Query:
        if len(pattern) > _LONGEST_PATTERN:
            raise bad_request(f"A pattern in the search text is longer than {_LONGEST_PATTERN} characters.")
        try:
            query = Q.regex_query(self.schema, term_field(one), pattern)
        except ValueError as error:
            raise bad_request(f"Failed to parse the pattern {shown(pattern)} in the search text: {error}.") from None
        # Lucene gives matches of patterns a score that does not depend on the term.
        return Q.const_score_query(query, 1.0)

    def _sought(self, one: Field) -> Sought:
        return self.sought.setdefault(one.path, Sought())


def _any_of(queries: list[tantivy.Query]) -> tantivy.Query | None:
    if len(queries) < 2:
        return queries[0] if queries else None
    return Q.boolean_query([(tantivy.Occur.Should, query) for query in queries])


def _others(query: tantivy.Query) -> tantivy.Query:
    """All documents that ``query`` does not find."""
    everything = Q.const_score_query(Q.all_query(), 0.0)
    return Q.boolean_query([(tantivy.Occur.Must, everything), (tantivy.Occur.MustNot, query)])


def _escaped(text: str) -> str:
    return _SPECIAL_IN_REGEX.sub(lambda match: "\\" + match.group(), text)


def _from_wildcard(pattern: str) -> str:
    found: list[str] = []
    escaped = False
    for character in pattern:
        if escaped:
            found.append(_escaped(character))
            escaped = False
        elif character == "\\":
            escaped = True
        else:
            found.append({"*": ".*", "?": "."}.get(character) or _escaped(character))
    return "".join(found)
