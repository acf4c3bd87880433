"""The simple query syntax: ``+`` and, ``|`` or, ``-`` not, ``"phrase"``, ``prefix*``, ``word~1``, parentheses.

No text is an error: what makes no sense as an operator is dropped, as the service does.
"""

import re
from dataclasses import dataclass

from local.search import limits
from local.search.errors import bad_request
from local.search.text.syntax import Everything, Fuzzy, Group, Node, Occur, Phrase, Prefix, Words

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_TOKENS = re.compile(
    r"""(?P<phrase>"(?:[^"\\]|\\.)*"?)(?:~(?P<slop>\d{1,3}))?"""
    r"""|(?P<sign>[()|+])|(?P<minus>-)|(?P<word>(?:\\.|[^\s"()|+\\])+|\\)""",
    re.DOTALL,
)
_FUZZY = re.compile(r"(?P<word>.+)~(?P<distance>\d?)", re.DOTALL)


@dataclass(slots=True)
class _Token:
    kind: str
    node: Node | None = None


def parse_simple(text: str, *, match_all: bool) -> Node:
    """The query that ``text`` is; ``match_all`` (searchMode=all) joins words by and.

    Raises:
        SearchError: 400 for more clauses or levels than a query may have.
    """
    if text.strip() in ("", "*"):
        return Everything()
    reader = _Reader(list(_tokens(text)), Occur.MUST if match_all else Occur.SHOULD)
    return reader.query()


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    for match in _TOKENS.finditer(text):
        starts_word = match.start() == 0 or text[match.start() - 1] in ' \t\r\n"()|+-'
        if match["phrase"] is not None:
            found.append(_Token("node", Phrase(_unescaped(match["phrase"].strip('"')), int(match["slop"] or 0))))
        elif match["sign"]:
            # A plus inside a word, as in "C++", is no operator; one before a word or between two is.
            found.append(_Token(match["sign"]))
        elif match["minus"]:
            # Only before a word: "PP-GF30" is one word for the analyzer to take apart.
            if starts_word and match.end() < len(text) and not text[match.end()].isspace():
                found.append(_Token("-"))
        else:
            found.append(_Token("node", _word(match["word"])))
    if len(found) > limits.QUERY_CLAUSES:
        raise bad_request(f"The search text has more than {limits.QUERY_CLAUSES} words and operators.")
    return found


def _word(text: str) -> Node:
    if text.endswith("*") and not text.endswith("\\*") and len(text) > 1:
        return Prefix(_unescaped(text.rstrip("*")))
    fuzzy = _FUZZY.fullmatch(text)
    if fuzzy is not None and not fuzzy["word"].endswith("\\"):
        return Fuzzy(_unescaped(fuzzy["word"]), min(2, int(fuzzy["distance"] or 2)))
    return Words(_unescaped(text))


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


class _Reader:
    """Recursive descent: or binds loosest, then and, then not; words side by side are joined by ``default``."""

    def __init__(self, tokens: list[_Token], default: Occur) -> None:
        self._tokens = tokens
        self._default = default
        self._at = 0
        self._depth = 0

    def query(self) -> Node:
        parts: list[Node] = []
        while self._at < len(self._tokens):
            parts.append(self._either())
            # A closing parenthesis that nothing opened.
            self._at += 1
        return parts[0] if len(parts) == 1 else self._joined(parts)

    def _peek(self) -> str:
        return self._tokens[self._at].kind if self._at < len(self._tokens) else ""

    def _either(self) -> Node:
        self._depth += 1
        if self._depth > limits.QUERY_NESTING:
            raise bad_request(f"The search text is nested more than {limits.QUERY_NESTING} levels deep.")
        parts = [self._side_by_side()]
        while self._peek() == "|":
            self._at += 1
            parts.append(self._side_by_side())
        self._depth -= 1
        parts = [part for part in parts if part != Group(())]
        return parts[0] if len(parts) == 1 else Group(tuple((Occur.SHOULD, part) for part in parts))

    def _side_by_side(self) -> Node:
        """Words in a row; a plus makes those at its sides required."""
        clauses: list[tuple[Occur, Node]] = []
        required = False
        while self._peek() not in ("", "|", ")"):
            if self._peek() == "+":
                self._at += 1
                required = True
                if clauses and clauses[-1][0] is Occur.SHOULD:
                    clauses[-1] = (Occur.MUST, clauses[-1][1])
                continue
            clause = self._clause()
            if clause is not None:
                occur = Occur.MUST if required and clause[0] is not Occur.MUST_NOT else clause[0]
                clauses.append((occur, clause[1]))
            required = False
        if len(clauses) == 1 and clauses[0][0] is not Occur.MUST_NOT:
            return clauses[0][1]
        return Group(tuple(clauses))

    def _clause(self) -> tuple[Occur, Node] | None:
        negated = False
        while self._peek() in ("-", "+"):
            negated ^= self._peek() == "-"
            self._at += 1
        kind = self._peek()
        if kind in ("", "|", ")"):
            return None
        if kind == "(":
            self._at += 1
            node = self._either()
            if self._peek() == ")":
                self._at += 1
        else:
            node = self._tokens[self._at].node or Group(())
            self._at += 1
        if node == Group(()):
            return None
        return (Occur.MUST_NOT if negated else self._default), node

    def _joined(self, parts: list[Node]) -> Node:
        return Group(tuple((self._default, part) for part in parts if part != Group(())))
