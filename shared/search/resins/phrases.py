"""Phrases in the name of a resin: where they begin and end, and what they stand for."""

from collections.abc import Sequence
from dataclasses import replace

from shared.search.resins.names import Token
from shared.search.resins.words import POLYAMIDE, Meaning, Vocabulary

_PERCENT = frozenset({"%", "percent", "prozent", "pct", "prozentig"})
_PER_CENT = frozenset(
    {
        ("per", "cent"),
        ("per", "cento"),
        ("pour", "cent"),
        ("por", "ciento"),
        ("vom", "hundert"),
        ("gew", "%"),
        ("wt", "%"),
        ("vol", "%"),
        ("w", "%"),
    }
)
# "e" is "and" in Italian, "y" in Spanish, "o" and "u" are "or": they are no part of a code that stands before them.
_JOINING_LETTERS = frozenset("eyou")


def taken_apart(tokens: Sequence[Token], words: Vocabulary) -> list[Token]:
    """Return the tokens with those in two that are written together: rPET, Hartpolyethylen, PPGF."""
    parts: list[Token] = []
    for token in tokens:
        at = 0 if token.number or words.meaning([token]) else _seam(token.text, words)
        parts.append(replace(token, text=token.text[:at]) if at else token)
        if at:
            parts.append(Token(token.text[at:], "-"))
    return parts


def _seam(word: str, words: Vocabulary) -> int:
    """Where a word falls into the name of a resin and what belongs to it; 0 where it does not."""
    for at in range(1, len(word)):
        head, tail = word[:at], word[at:]
        if (head in words.prefixes and is_resin(tail, words)) or (
            (tail in words.suffixes or tail in words.filler_codes) and is_resin(head, words)
        ):
            return at
    return 0


def is_resin(word: str, words: Vocabulary) -> bool:
    """Return whether this one word is a resin."""
    meaning = words.meaning([Token(word)])
    return meaning is not None and meaning.kind == "resin"


class Phrases:
    """The tokens of one name, and what runs of them mean. Places count tokens; an end is one past the last."""

    def __init__(self, tokens: Sequence[Token], words: Vocabulary) -> None:
        self._tokens = tokens
        self._words = words
        self._meanings: dict[tuple[int, int], Meaning | None] = {}

    def ends_at(self, end: int) -> bool:
        """Whether a name may end here: nothing is written to it, or nothing but fillers."""
        return end >= len(self._tokens) or self._tokens[end].before != "" or self.is_tail(end, self.chunk_end(end))

    def is_tail(self, at: int, end: int) -> bool:
        """Whether only fillers, percentages and attributes stand from ``at`` to ``end``: the GF30 of PA66GF30."""
        while at < end:
            token = self._tokens[at]
            if token.number:
                signs = self.percent_signs(at + 1)
                following = at + 1 + signs
                filler = following < end and self._tokens[following].text in self._words.filler_codes
                if not signs and not (filler and self.small_number(at)):
                    return False
                at = following
            elif token.text in self._words.filler_codes:
                numbered = self.small_number(at + 1) and at + 1 < end
                if len(token.text) == 1 and not (self._tokens[at - 1].number or self._tokens[at - 1].text == "%"):
                    return False
                at += 2 if numbered else 1
            elif token.text == "%":
                at += 1
            else:
                meaning = self.meaning(at, at + 1)
                if meaning is None or meaning.kind not in {"attribute", "filler", "ignored"}:
                    return False
                at += 1
        return True

    def reach(self, at: int) -> int:
        """Return where the longest name from here on could end."""
        end = at + 1
        while end < min(len(self._tokens), at + self._words.longest) and self._continues(at, end):
            end += 1
        return end

    def _continues(self, at: int, end: int) -> bool:
        first, last, token = self._tokens[at], self._tokens[end - 1], self._tokens[end]
        separators = set(token.before)
        if separators & set("+;&") or token.text == "%" or (token.number and self.percent_signs(end + 1)):
            return False
        if "," in separators and not (token.number and last.number):
            return False
        if separators & set("()") and len(first.text) < len("poly"):
            return False
        written_out = min(len(first.text), len(token.text)) >= len("poly")
        of_numbers = token.number or last.number or len(first.text) == 1 or self.is_polyamide(at)
        if "/" in separators and not (of_numbers or written_out):
            return False
        if self.joins(end):
            return False
        # Of "PA6 30 GF" the 30 belongs to what follows, of "PA 66 GF" the 66 to the polyamide.
        named = self.meaning(at, end)
        whole = named is not None and named.value != POLYAMIDE
        return not (whole and token.before.isspace() and self.two_digits(end) and self.filler_at(end + 1))

    def joins(self, at: int) -> bool:
        """Whether the token is a letter that stands between two words by itself."""
        between = 0 < at < len(self._tokens) - 1
        apart = between and self._tokens[at].before.isspace() and self._tokens[at + 1].before.isspace()
        return apart and self._tokens[at].text in _JOINING_LETTERS

    def filler_at(self, at: int) -> bool:
        """Whether a filler without a percentage of its own begins here."""
        if at >= len(self._tokens) or self._tokens[at].number:
            return False
        if self._tokens[at].text in self._words.filler_codes:
            return not self.small_number(at + 1)
        return any(
            meaning is not None and meaning.kind == "filler"
            for meaning in (self.meaning(at, end) for end in range(at + 1, min(at + 4, len(self._tokens)) + 1))
        )

    def meaning(self, at: int, end: int) -> Meaning | None:
        """Return what the tokens from ``at`` to ``end`` stand for together."""
        if (at, end) not in self._meanings:
            self._meanings[at, end] = self._words.meaning(self._tokens[at:end])
        return self._meanings[at, end]

    def is_polyamide(self, at: int) -> bool:
        """Whether the token is a polyamide without its number."""
        meaning = self.meaning(at, at + 1)
        return meaning is not None and meaning.value == POLYAMIDE

    def names_resin(self, at: int, end: int) -> bool:
        """Whether the tokens from ``at`` to ``end`` are a resin's name."""
        meaning = self.meaning(at, end)
        return meaning is not None and meaning.kind == "resin"

    def chunk_end(self, at: int) -> int:
        """Return where ends what is written together from here on."""
        end = at + 1
        while end < len(self._tokens) and self._tokens[end].before == "":
            end += 1
        return end

    def has_number(self, at: int, end: int) -> bool:
        """Whether a number is among the tokens from ``at`` to ``end``."""
        return any(token.number for token in self._tokens[at:end])

    def small_number(self, at: int) -> bool:
        """Whether the token is a number of one or two digits."""
        return at < len(self._tokens) and self._tokens[at].number and len(self._tokens[at].text) <= 2

    def two_digits(self, at: int) -> bool:
        """Whether the token is a number of two digits."""
        return self.small_number(at) and len(self._tokens[at].text) == 2

    def separate(self, at: int) -> bool:
        """Whether something separates the token from a word before it; a number does."""
        return self._tokens[at].before != "" or (
            at > 0 and (self._tokens[at - 1].number or self._tokens[at - 1].text == "%")
        )

    def percent_signs(self, at: int) -> int:
        """Return how many tokens from here on say per cent."""
        texts = [token.text for token in self._tokens[at : at + 2]]
        if tuple(texts) in _PER_CENT:
            return 2
        return 1 if texts and texts[0] in _PERCENT else 0
