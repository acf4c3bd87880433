"""The name of a resin read from left to right: resins, fillers with their amounts, attributes, grades."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from shared.search.resins.names import Token, tokens_of
from shared.search.resins.phrases import Phrases, is_resin, taken_apart
from shared.search.resins.words import POLYAMIDE, Kind, Meaning, TradeName, Vocabulary

# ISO 1043-2: a letter for the material of a filler, one for its form. Most of them are hardly ever written.
_ISO_1043_2 = re.compile(r"[bcdegklmnpqrstwxz][bcdfghklmnprstvwxyz]?")
FLAME_RETARDANT = "FR"
_PROPERTY = Meaning("attribute", "other property")
# "boiling water resistant" is the longest that is taken for a property; a shorter word than three letters is a code.
_MOST_QUALIFIED, _LEAST_QUALIFIED = 3, 3
_GLASS = "GF"
# A compound holds about this much of a filler, in per cent by mass.
_LEAST, _MOST = 5, 70
# Letters that end the grade of a plastic, such as the colour or the package of additives, and no word of their own.
_MOST_LETTERS, _MOST_LETTERS_OF_TRADE_NAME = 2, 4


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a name. ``before``: what separates it from the one before; ``amount``: of a filler, in per cent.

    ``purpose``: it says what the plastic is for.
    """

    kind: Kind | Literal["amount", "grade"]
    value: str = ""
    before: str = ""
    attribute: str | None = None
    amount: int | None = None
    purpose: bool = False


def read(text: str, words: Vocabulary) -> tuple[Piece, ...] | None:
    """Return the parts of the name in their order, None where one of them is neither known nor a grade."""
    reader = _Reader(taken_apart(tokens_of(text), words), words)
    return tuple(reader.pieces) if reader.understood() else None


class _Reader:
    """Reads tokens from left to right.

    ``pieces``: what was understood so far. Each method that reads returns where it ended, 0 where it found nothing.
    """

    def __init__(self, tokens: Sequence[Token], words: Vocabulary) -> None:
        self.pieces: list[Piece] = []
        self._tokens = tokens
        self._words = words
        self._phrases = Phrases(tokens, words)
        self._resin: Piece | None = None
        self._trade_name: TradeName | None = None
        self._purpose = False

    def understood(self) -> bool:
        """Read all tokens; return whether each of them is understood."""
        at = 0
        while at < len(self._tokens):
            end = (
                self._percentage(at)
                or self._filler(at)
                or self._phrase(at)
                or self._amount(at)
                or self._qualified(at)
                or self._grade(at)
            )
            if not end:
                return False
            at = end
        return True

    def _add(self, at: int, end: int, meaning: Meaning, amount: int | None = None) -> int:
        value, attribute = meaning.value, meaning.attribute
        before = self._tokens[at].before
        self.pieces.append(Piece(meaning.kind, value, before, attribute, amount, self._purpose))
        if meaning.kind in {"resin", "trade name"}:
            self._resin = self.pieces[-1]
        return end

    def _percentage(self, at: int) -> int:
        """A number with a percent sign or word."""
        end = at + 1 + self._phrases.percent_signs(at + 1)
        return self._add_amount(at, end) if self._tokens[at].number and end > at + 1 else 0

    def _amount(self, at: int) -> int:
        """A number beside a filler that has none."""
        if not self._phrases.small_number(at) or not self._phrases.ends_at(at + 1):
            return 0
        last = self.pieces[-1] if self.pieces else None
        after_filler = (
            last is not None and last.kind == "filler" and last.amount is None and last.value != FLAME_RETARDANT
        )
        return self._add_amount(at, at + 1) if after_filler or self._phrases.filler_at(at + 1) else 0

    def _add_amount(self, at: int, end: int) -> int:
        number = int(self._tokens[at].text[:3])
        self.pieces.append(Piece("amount", before=self._tokens[at].before, amount=number, purpose=self._purpose))
        return end

    def _filler(self, at: int) -> int:
        """Letters of a filler and its percentage, such as GF30."""
        letters = self._tokens[at].text
        meaning = self._words.filler_codes.get(letters)
        if meaning is not None and len(letters) > 1:
            return self._usual_filler(at, meaning)
        after_amount = bool(self.pieces) and self.pieces[-1].kind == "amount"
        if (
            meaning is not None
            and after_amount
            and self._phrases.ends_at(at + 1)
            and not self._phrases.meaning(at, at + 2)
        ):
            return self._add(at, at + 1, meaning)
        if (
            self._resin is None
            or not self._phrases.separate(at)
            or not self._phrases.two_digits(at + 1)
            or not self._phrases.ends_at(at + 2)
        ):
            return 0
        number = int(self._tokens[at + 1].text)
        glued = self._tokens[at + 1].before == ""
        if not _LEAST <= number <= _MOST or not (glued or meaning) or self._words.meaning(self._tokens[at : at + 1]):
            return 0
        if meaning is None and not _ISO_1043_2.fullmatch(letters):
            return 0
        return self._add(at, at + 2, meaning or Meaning("filler", letters.upper()), number)

    def _usual_filler(self, at: int, meaning: Meaning) -> int:
        """Letters that are known for a filler even without a percentage."""
        if self._numbered(at, meaning):
            end = at + 2 + self._phrases.percent_signs(at + 2)
            # Some write the form of the fibres before the percentage: GV1/30.
            if (
                self._phrases.small_number(end)
                and self._tokens[end].before == "/"
                and len(self._tokens[at + 1].text) == 1
            ):
                return self._add(at, end + 1, meaning, int(self._tokens[end].text))
            if self._phrases.ends_at(end):
                return self._add(at, end, meaning, int(self._tokens[at + 1].text))
        resin_too = is_resin(self._tokens[at].text, self._words)
        if resin_too and (self._resin is None or {"+", "/"} & set(self._tokens[at].before)):
            return 0
        if any(self._phrases.names_resin(at, end) for end in range(at + 2, self._phrases.reach(at) + 1)):
            return 0
        return self._add(at, at + 1, meaning) if self._phrases.ends_at(at + 1) else 0

    def _numbered(self, at: int, filler: Meaning) -> bool:
        """Whether the number behind a filler's letters is its own: GF30, GF 30, FR(40), but not FR 30."""
        if not self._phrases.small_number(at + 1):
            return False
        between = self._tokens[at + 1].before.strip(" ")
        if filler.value == FLAME_RETARDANT:
            return between == "(" or (self._tokens[at + 1].before == "" and self._phrases.two_digits(at + 1))
        return between in {"", "-", "("}

    def _phrase(self, at: int) -> int:
        """The longest name from here on."""
        if self._tokens[at].text in self._words.purposes and (self._resin or not self._phrases.meaning(at, at + 1)):
            self._purpose = True
            return self._add(at, at + 1, Meaning("ignored"))
        resin_too = False
        for end in range(self._phrases.reach(at), at, -1):
            meaning = self._phrases.meaning(at, end)
            if meaning is None or self._run_together(at, end, meaning):
                continue
            if (
                meaning.kind in {"joint", "alternative"}
                and len(self._tokens[at].text) == 1
                and not self._phrases.joins(at)
            ):
                continue
            # PA6T30 may be PA6T or PA6 with talc.
            split = resin_too and self._tokens[end].before == ""
            if split or not (self._phrases.ends_at(end) or self._graded(at, end, meaning)):
                resin_too = resin_too or meaning.kind == "resin"
                continue
            if meaning.trade_name is not None:
                return self._branded(at, end, meaning.trade_name)
            return self._add(at, end, meaning)
        return 0

    def _run_together(self, at: int, end: int, meaning: Meaning) -> bool:
        """Whether two short codes only look like a third one: "PP E" is not PPE, though "PET G" is PETG."""
        first, last = self._phrases.meaning(at, at + 1), self._tokens[end - 1]
        if end == at + 1 or meaning.kind != "resin" or last.number:
            return False
        if first is None or first.kind != "resin":
            return self._phrases.joins(at)
        families = {self._words.resins[each.value].family for each in (first, meaning)}
        return len(last.text) <= _MOST_LETTERS and len(families) > 1

    def _branded(self, at: int, end: int, name: TradeName) -> int:
        """A trade name, and of its grade what decides the resin."""
        code, grade_end = self._by_grade(end, name)
        self._add(at, end, Meaning("trade name", code or ""))
        self._trade_name = name
        return self._add_grade(end, grade_end) if grade_end > end else end

    def _by_grade(self, at: int, name: TradeName) -> tuple[str | None, int]:
        """The resin that the grade behind a trade name decides, and where that grade ends."""
        if at == len(self._tokens) or set(self._tokens[at].before) & set("+/,;("):
            return name.otherwise, at
        token, end = self._tokens[at], self._phrases.chunk_end(at)
        if token.text in name.grades:
            return name.grades[token.text], self._with_number(end)
        matching = [key for key in name.grades if key.endswith("*") and token.text.startswith(key[:-1])]
        number_inside = token.number and self._tokens[end - 1].number
        if (
            len(token.text) > 1
            and not number_inside
            and (self._phrases.meaning(at, end) or self._phrases.is_tail(at, end))
        ):
            whole = self._with_number(end)
            hyphenated = whole > end and self._tokens[end].before == "-" and not self._phrases.two_digits(end)
            return name.otherwise, whole if hyphenated and not self._phrases.meaning(at, whole) else at
        if matching and (token.number or len(token.text) <= _MOST_LETTERS_OF_TRADE_NAME):
            return name.grades[max(matching, key=len)], self._with_number(end)
        return name.otherwise, end if self._phrases.has_number(at, end) else at

    def _with_number(self, end: int) -> int:
        """Where a grade ends whose number stands apart: BKV 30."""
        if (
            end == len(self._tokens)
            or self._phrases.has_number(end - 1, end)
            or self._tokens[end].before.strip() not in {"", "-"}
        ):
            return end
        whole = self._phrases.chunk_end(end)
        follows = self._tokens[end].number and not (whole > end + 1 and self._phrases.is_tail(end, whole))
        return whole if follows and not self._phrases.percent_signs(end + 1) else end

    def _add_grade(self, at: int, end: int) -> int:
        self.pieces.append(Piece("grade", before=self._tokens[at].before, purpose=self._purpose))
        glass = self._trade_name.glass if self._trade_name else None
        if self._tokens[at].text == "fr":
            self.pieces.append(Piece("filler", FLAME_RETARDANT, "", self._words.filler_codes["fr"].attribute))
        for letters, number in zip(self._tokens[at:end], self._tokens[at + 1 : end], strict=False):
            if glass and letters.text.endswith(glass.letters) and number.number and not letters.number:
                amount = round(int(number.text[:3]) * glass.times)
                if _LEAST <= amount <= _MOST:
                    self.pieces.append(Piece("filler", _GLASS, "", amount=amount))
        return end

    def _qualified(self, at: int) -> int:
        """A property that is not listed: one or two words that nobody knows before "resistant", or one with its end."""
        # What a sign joins to a resin may be another that is blended with it.
        if set(self._tokens[at].before) & set("-+/"):
            return 0
        for end in range(at, min(at + _MOST_QUALIFIED, len(self._tokens))):
            token = self._tokens[end]
            if end > at and token.text in self._words.qualifying:
                return self._add(at, end + 1, _PROPERTY)
            known = token.number or len(token.text) < _LEAST_QUALIFIED or self._phrases.meaning(end, end + 1)
            if known or (end > at and token.before not in {" ", "-"}):
                break
        token = self._tokens[at]
        return self._add(at, at + 1, _PROPERTY) if self._words.qualified.fullmatch(token.text) else 0

    def _grade(self, at: int) -> int:
        """Letters and digits that nobody knows: part of a grade where they stand behind a resin."""
        token, end = self._tokens[at], self._phrases.chunk_end(at)
        if self._purpose:
            return self._add_grade(at, end)
        if self._resin is None:
            return self._add_grade(at, end) if token.number and end == at + 1 else 0
        branded = self._resin.kind == "trade name"
        joined = set(token.before) & set("+/")
        if token.number:
            # Numbers tell polyamides apart, so one that is not known is no grade: PA 4711, PA6/99.
            another = self._resin.value.startswith(POLYAMIDE) and not branded and self.pieces[-1] is self._resin
            return 0 if another and (self._resin.value == POLYAMIDE or joined) else self._add_grade(at, end)
        if joined:
            return 0
        # Where the trade name and the number of a grade are given, a word behind them changes no resin.
        numbered = self._phrases.has_number(0, at) and any(piece.kind == "grade" for piece in self.pieces)
        if self._phrases.has_number(at, end) or (branded and numbered):
            return self._add_grade(at, end)
        most = _MOST_LETTERS_OF_TRADE_NAME if branded else _MOST_LETTERS
        # "PS U" may be PSU or a grade of PS.
        fits = len(token.text) <= most and (
            branded or not ("-" in token.before or self._phrases.meaning(at - 1, at + 1))
        )
        return self._add_grade(at, end) if fits else 0

    def _graded(self, at: int, end: int, meaning: Meaning) -> bool:
        """Whether a name may have what is written to it without a space: Makrolon2805, PC1100, RAL7035."""
        if meaning.kind == "trade name":
            return True
        if not self._tokens[end].number:
            return False
        if meaning.kind == "ignored":
            return len(self._tokens[at].text) > 1
        # Two digits may be a filler of which a letter is missing.
        numbered = meaning.value.startswith(POLYAMIDE)
        return meaning.kind == "resin" and self._resin is None and not numbered and len(self._tokens[end].text) > 2
