"""The full Lucene query syntax: fields, AND OR NOT, phrases with slop, fuzzy and wildcard words, regexes, boosts."""

import re

from local.search import limits
from local.search.errors import shown
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
    QuerySyntaxError,
    Regex,
    Wildcard,
    Words,
)

_SPACE = re.compile(r"\s*")
_FIELD = re.compile(r"([A-Za-z]\w*(?:/[A-Za-z]\w*)*):(?!\s)")
_PHRASE = re.compile(r'"((?:[^"\\]|\\.)*)"(?:~(\d{1,3}))?', re.DOTALL)
_REGEX = re.compile(r"/((?:[^/\\]|\\.)+)/", re.DOTALL)
_WORD = re.compile(r"""(?:\\.|[^\s\\"()\[\]{}^~:&|!]|[&|](?![&|]))+""", re.DOTALL)
_FUZZY = re.compile(r"~(\d(?:\.\d+)?)?")
_BOOST = re.compile(r"\^(\d{1,6}(?:\.\d{1,6})?)")
_CONJUNCTION = re.compile(r"(AND|OR|&&|\|\|)(?=[\s(+\-!\"]|$)")
_NOT = re.compile(r"NOT(?=[\s(\"])|!")
_UNESCAPED_WILDCARD = re.compile(r"(?<!\\)(?:\\\\)*[*?]")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def parse_lucene(text: str, *, match_all: bool) -> Node:
    """The query that ``text`` is; ``match_all`` (searchMode=all) joins clauses without an operator by AND.

    Raises:
        QuerySyntaxError: It is none, or has more clauses or levels than a query may have.
    """
    if text.strip() in ("", "*", "*:*"):
        return Everything()
    reader = _Reader(text, Occur.MUST if match_all else Occur.SHOULD)
    node = reader.group()
    if not reader.at_end():
        raise reader.wrong("')' closes nothing")
    return node


class _Reader:
    def __init__(self, text: str, default: Occur) -> None:
        self._text = text
        self._default = default
        self._at = 0
        self._depth = 0
        self._clauses = 0

    def wrong(self, reason: str) -> QuerySyntaxError:
        return QuerySyntaxError(f"{reason} at position {self._at} near {shown(self._text[self._at : self._at + 20])}")

    def at_end(self) -> bool:
        self._skip()
        return self._at >= len(self._text)

    def group(self) -> Node:
        """Clauses up to the end or a closing parenthesis, joined as Lucene's classic parser joins them."""
        self._depth += 1
        if self._depth > limits.QUERY_NESTING:
            raise QuerySyntaxError(f"it is nested more than {limits.QUERY_NESTING} levels deep")
        clauses: list[tuple[Occur, Node]] = []
        while not self.at_end() and self._text[self._at] != ")":
            conjunction = self._take(_CONJUNCTION)
            if conjunction and not clauses:
                raise self.wrong(f"'{conjunction.group(1)}' has nothing at its left")
            self._join(clauses, conjunction.group(1) if conjunction else "")
        self._depth -= 1
        if len(clauses) == 1 and clauses[0][0] is not Occur.MUST_NOT:
            return clauses[0][1]
        return Group(tuple(clauses))

    def _join(self, clauses: list[tuple[Occur, Node]], conjunction: str) -> None:
        self._clauses += 1
        if self._clauses > limits.QUERY_CLAUSES:
            raise QuerySyntaxError(f"it has more than {limits.QUERY_CLAUSES} clauses")
        conjunction = {"&&": "AND", "||": "OR"}.get(conjunction, conjunction)
        modifier = self._modifier()
        node = self._clause()
        if clauses and clauses[-1][0] is not Occur.MUST_NOT:
            if conjunction == "AND":
                clauses[-1] = (Occur.MUST, clauses[-1][1])
            elif conjunction == "OR" and self._default is Occur.MUST:
                clauses[-1] = (Occur.SHOULD, clauses[-1][1])
        occur = self._default
        if conjunction:
            occur = Occur.MUST if conjunction == "AND" else Occur.SHOULD
        clauses.append((modifier or occur, node))

    def _modifier(self) -> Occur | None:
        self._skip()
        if self._take(_NOT):
            return Occur.MUST_NOT
        sign = self._text[self._at : self._at + 1]
        if sign in ("+", "-"):
            self._at += 1
            return Occur.MUST if sign == "+" else Occur.MUST_NOT
        return None

    def _clause(self) -> Node:
        self._skip()
        field = self._take(_FIELD)
        node = self._boosted(self._primary())
        return Fielded(field.group(1), node) if field else node

    def _primary(self) -> Node:
        self._skip()
        start = self._text[self._at : self._at + 1]
        if start == "(":
            self._at += 1
            node = self.group()
            if self.at_end():
                raise self.wrong("a parenthesis is not closed")
            self._at += 1
            return node
        if start == '"':
            phrase = self._take(_PHRASE)
            if phrase is None:
                raise self.wrong("a phrase is not closed")
            return Phrase(_unescaped(phrase.group(1)), int(phrase.group(2) or 0))
        if start == "/":
            regex = self._take(_REGEX)
            if regex is None:
                raise self.wrong("a regular expression is not closed")
            return Regex(regex.group(1).replace("\\/", "/"))
        if start in ("[", "{"):
            raise self.wrong("ranges are not part of the service's syntax; use $filter for them: there is one")
        return self._word()

    def _word(self) -> Node:
        word = self._take(_WORD)
        if word is None:
            raise self.wrong("a word is expected" if self._at < len(self._text) else "it ends too early")
        text = word.group()
        if text == "*":
            return Everything()
        fuzzy = self._take(_FUZZY)
        if fuzzy is not None:
            return Fuzzy(_unescaped(text), min(2, int(float(fuzzy.group(1) or 2))))
        if not _UNESCAPED_WILDCARD.search(text):
            return Words(_unescaped(text))
        if text[0] in "*?":
            self._at = word.start()
            raise self.wrong("a word cannot start with a wildcard; a regular expression such as /.*end/ can find it")
        if text.endswith("*") and not _UNESCAPED_WILDCARD.search(text[:-1]):
            return Prefix(_unescaped(text[:-1]))
        return Wildcard(text)

    def _boosted(self, node: Node) -> Node:
        boost = self._take(_BOOST)
        return node if boost is None else Boosted(node, float(boost.group(1)))

    def _skip(self) -> None:
        match = _SPACE.match(self._text, self._at)
        self._at = match.end() if match else self._at

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self._text, self._at)
        if match is not None:
            self._at = match.end()
        return match


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)
