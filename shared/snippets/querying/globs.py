"""Paths by glob: ``*`` within a segment, ``**`` across segments, ``?`` for one character.

Matched without backtracking: every character of a name moves all states of the pattern at once, as bits of one number
(Baeza-Yates and Gonnet, "A new approach to text searching", CACM 35, 1992). No pattern costs more than another.
"""

from collections import defaultdict

ESCAPE = "!"
_SPECIAL = frozenset("%_[]" + ESCAPE)
# More pieces do not narrow down what the database reads and cost it time for each name.
_MOST_INNER_PIECES = 3


class Glob:
    """A compiled pattern. It holds for the whole name and is case-sensitive; ``**/`` stands for no directory too."""

    def __init__(self, pattern: str) -> None:
        self._literals: defaultdict[str, int] = defaultdict(int)
        # States as bits: before ``?``, before ``*``, before ``**``, before ``**/``, inside of its directories.
        self._one = self._star = self._any = self._entry = self._inside = 0
        self._pieces = [""]
        self._size = 0
        self._compile(pattern)

    def _compile(self, pattern: str) -> None:
        at = 0
        while at < len(pattern):
            bit = 1 << self._size
            at_segment = at == 0 or pattern[at - 1] == "/"
            if at_segment and pattern.startswith("**/", at):
                self._entry |= bit
                self._inside |= bit << 1
                self._size += 2
                while pattern.startswith("**/", at):
                    at += 3
                self._pieces.append("")
                continue
            self._size += 1
            character = pattern[at]
            if character == "*":
                stars = at
                while at < len(pattern) and pattern[at] == "*":
                    at += 1
                if at - stars == 1:
                    self._star |= bit
                else:
                    self._any |= bit
                self._pieces.append("")
                continue
            if character == "?":
                self._one |= bit
                self._pieces.append("")
            else:
                self._literals[character] |= bit
                self._pieces[-1] += character
            at += 1

    def matches(self, name: str) -> bool:
        """Whether the pattern stands for the whole of ``name``."""
        states = self._opened(1)
        for character in name:
            moved = (states & self._literals.get(character, 0)) << 1
            staying = states & (self._any | self._inside)
            if character == "/":
                moved |= (states & self._inside) << 1
            else:
                moved |= (states & self._one) << 1
                staying |= states & self._star
            states = self._opened(moved | staying)
            if not states:
                return False
        return bool(states >> self._size & 1)

    def like(self) -> str:
        """Return a pattern for SQL's ``LIKE ... ESCAPE '!'`` that holds for every name that this one stands for."""
        first, *rest = self._pieces
        if not rest:
            return _escaped(first)
        *inner, last = rest
        longest = sorted(range(len(inner)), key=lambda place: (-len(inner[place]), place))[:_MOST_INNER_PIECES]
        kept = [inner[place] for place in sorted(longest) if inner[place]]
        return "%".join(_escaped(piece) for piece in (first, *kept, last))

    def _opened(self, states: int) -> int:
        """Add the states that are reached without a character."""
        states |= (states & self._entry) << 1 | (states & self._entry) << 2
        return states | (states & (self._star | self._any)) << 1


def _escaped(piece: str) -> str:
    return "".join(ESCAPE + character if character in _SPECIAL else character for character in piece)
