"""The name of a resin read from left to right: resins, fillers with their amounts, attributes, grades."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from shared.search.resin_names import Token, tokens_of
from shared.search.resin_words import Kind, Meaning, TradeName, Vocabulary

# ISO 1043-2: a letter for the material of a filler, one for its form. People write most of them never.
_ISO_1043_2 = re.compile(r"[bcdegklmnpqrstwxz][bcdfghklmnprstvwxyz]?")
_PERCENT = frozenset({"%", "percent", "prozent", "pct", "prozentig"})
_PER_CENT = frozenset({("per", "cent"), ("per", "cento"), ("pour", "cent"), ("por", "ciento"), ("vom", "hundert")})
# A compound holds about this much of a filler, in per cent by mass.
_LEAST, _MOST = 5, 70
# Letters that end the grade of a plastic, such as the colour or the package of additives, and no word of their own.
_MOST_LETTERS, _MOST_LETTERS_OF_TRADE_NAME = 2, 4
# "e" joins two resins in Italian, "y" and "o" in Spanish: they are no part of a code that stands before them.
_JOINING_LETTERS = frozenset("eyo")
# Numbers tell polyamides apart, so one that is not known is no grade.
_NUMBERED = "PA"


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
    reader = _Reader(_split(tokens_of(text), words), words)
    return tuple(reader.pieces) if reader.understood() else None


def _split(tokens: Sequence[Token], words: Vocabulary) -> list[Token]:
    """Take words apart that are written together: rPET, Hartpolyethylen, PPGF."""
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
        if (head in words.prefixes and _is_resin(tail, words)) or (
            (tail in words.suffixes or tail in words.filler_codes) and _is_resin(head, words)
        ):
            return at
    return 0


def _is_resin(word: str, words: Vocabulary) -> bool:
    meaning = words.meaning([Token(word)])
    return meaning is not None and meaning.kind == "resin"


class _Reader:
    """``pieces``: what was understood so far. ``resin``: the last resin or trade name among them."""

    def __init__(self, tokens: Sequence[Token], words: Vocabulary) -> None:
        self.pieces: list[Piece] = []
        self._tokens = tokens
        self._words = words
        self._resin: Piece | None = None
        self._trade_name: TradeName | None = None
        self._purpose = False

    def understood(self) -> bool:
        """Read all tokens; return whether each of them is understood."""
        at = 0
        while at < len(self._tokens):
            end = self._percentage(at) or self._filler(at) or self._phrase(at) or self._amount(at) or self._grade(at)
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
        end = at + 1 + self._percent_signs(at + 1)
        return self._add_amount(at, end) if self._tokens[at].number and end > at + 1 else 0

    def _amount(self, at: int) -> int:
        """A number beside a filler that has none."""
        if not self._small_number(at) or not self._clean(at + 1):
            return 0
        last = self.pieces[-1] if self.pieces else None
        after_filler = last is not None and last.kind == "filler" and last.amount is None and last.value != "FR"
        return self._add_amount(at, at + 1) if after_filler or self._filler_follows(at + 1) else 0

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
        if meaning is not None and self.pieces and self.pieces[-1].kind == "amount" and self._clean(at + 1):
            return self._add(at, at + 1, meaning)
        if self._resin is None or not self._separate(at) or not self._two_digits(at + 1) or not self._clean(at + 2):
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
        flame_retardant = meaning.value == "FR"
        numbered = self._small_number(at + 1) and self._tokens[at + 1].before.strip() in {"", "-", "("}
        if flame_retardant and numbered:
            numbered = self._tokens[at + 1].before.strip() == "(" or self._two_digits(at + 1)
            numbered = numbered and self._tokens[at + 1].before != " "
        if numbered:
            end = at + 2 + self._percent_signs(at + 2)
            # Some write the form of the fibres before the percentage: GV1/30.
            if self._small_number(end) and self._tokens[end].before == "/" and len(self._tokens[at + 1].text) == 1:
                return self._add(at, end + 1, meaning, int(self._tokens[end].text))
            if self._clean(end):
                return self._add(at, end, meaning, int(self._tokens[at + 1].text))
        resin_too = _is_resin(self._tokens[at].text, self._words)
        if resin_too and (self._resin is None or {"+", "/"} & set(self._tokens[at].before)):
            return 0
        if any(self._names_resin(at, end) for end in range(at + 2, self._reach(at) + 1)):
            return 0
        return self._add(at, at + 1, meaning) if self._clean(at + 1) else 0

    def _phrase(self, at: int) -> int:
        """The longest name from here on."""
        if self._tokens[at].text in self._words.purposes and (self._resin or not self._known(at, at + 1)):
            self._purpose = True
            return self._add(at, at + 1, Meaning("ignored"))
        resin_too = False
        for end in range(self._reach(at), at, -1):
            meaning = self._known(at, end)
            if meaning is None or self._run_together(at, end, meaning):
                continue
            # PA6T30 may be PA6T or PA6 with talc.
            split = resin_too and self._tokens[end].before == ""
            if split or not (self._clean(end) or self._graded(at, end, meaning)):
                resin_too = resin_too or meaning.kind == "resin"
                continue
            if meaning.trade_name is not None:
                return self._branded(at, end, meaning.trade_name)
            return self._add(at, end, meaning)
        return 0

    def _run_together(self, at: int, end: int, meaning: Meaning) -> bool:
        """Whether two short codes only look like a third one: "PP E" is not PPE, though "PET G" is PETG."""
        first, last = self._known(at, at + 1), self._tokens[end - 1]
        if end == at + 1 or first is None or "resin" != first.kind or meaning.kind != "resin" or last.number:
            return False
        families = {self._words.resins[each.value].family for each in (first, meaning)}
        return len(last.text) <= _MOST_LETTERS and len(families) > 1

    def _branded(self, at: int, end: int, name: TradeName) -> int:
        """A trade name, and of its grade what decides the resin."""
        code, grade_end = self._by_grade(end, name)
        self._add(at, end, Meaning("trade name", code or ""))
        self._trade_name = name
        return self._add_grade(end, grade_end) if grade_end > end else end

    def _by_grade(self, at: int, name: TradeName) -> tuple[str | None, int]:
        if at == len(self._tokens) or set(self._tokens[at].before) & set("+/,;("):
            return name.otherwise, at
        token, end = self._tokens[at], self._chunk_end(at)
        if token.text in name.grades:
            return name.grades[token.text], self._with_number(end)
        matching = [key for key in name.grades if key.endswith("*") and token.text.startswith(key[:-1])]
        number_inside = token.number and self._tokens[end - 1].number
        if len(token.text) > 1 and not number_inside and (self._known(at, end) or self._is_tail(at, end)):
            whole = self._with_number(end)
            hyphenated = whole > end and self._tokens[end].before == "-" and not self._two_digits(end)
            return name.otherwise, whole if hyphenated and not self._known(at, whole) else at
        if matching and (token.number or len(token.text) <= _MOST_LETTERS_OF_TRADE_NAME):
            return name.grades[max(matching, key=len)], self._with_number(end)
        return name.otherwise, end if self._has_number(at, end) else at

    def _with_number(self, end: int) -> int:
        """Where a grade ends whose number stands apart: BKV 30."""
        if end == len(self._tokens) or self._has_number(end - 1, end) or self._tokens[end].before.strip() not in {"", "-"}:
            return end
        whole = self._chunk_end(end)
        follows = self._tokens[end].number and not (whole > end + 1 and self._is_tail(end, whole))
        return whole if follows and not self._percent_signs(end + 1) else end

    def _add_grade(self, at: int, end: int) -> int:
        self.pieces.append(Piece("grade", before=self._tokens[at].before, purpose=self._purpose))
        glass = self._trade_name.glass if self._trade_name else None
        if self._tokens[at].text == "fr":
            self.pieces.append(Piece("filler", "FR", "", "flame retardant"))
        for letters, number in zip(self._tokens[at:end], self._tokens[at + 1 : end], strict=False):
            if glass and letters.text.endswith(glass.letters) and number.number and not letters.number:
                amount = round(int(number.text[:3]) * glass.times)
                if _LEAST <= amount <= _MOST:
                    self.pieces.append(Piece("filler", "GF", "", amount=amount))
        return end

    def _grade(self, at: int) -> int:
        """Letters and digits that nobody knows: part of a grade where they stand behind a resin."""
        token, end = self._tokens[at], self._chunk_end(at)
        if self._purpose:
            return self._add_grade(at, end)
        if self._resin is None:
            return self._add_grade(at, end) if token.number and end == at + 1 else 0
        branded = self._resin.kind == "trade name"
        joined = set(token.before) & set("+/")
        if token.number:
            another = self._resin.value.startswith(_NUMBERED) and not branded and self.pieces[-1] is self._resin
            return 0 if another and (self._resin.value == _NUMBERED or joined) else self._add_grade(at, end)
        if joined:
            return 0
        if self._has_number(at, end):
            return self._add_grade(at, end)
        most = _MOST_LETTERS_OF_TRADE_NAME if branded else _MOST_LETTERS
        # "PS U" may be PSU or a grade of PS.
        fits = len(token.text) <= most and (branded or not ("-" in token.before or self._known(at - 1, at + 1)))
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
        numbered = meaning.value.startswith(_NUMBERED)
        return meaning.kind == "resin" and self._resin is None and not numbered and len(self._tokens[end].text) > 2

    def _clean(self, end: int) -> bool:
        """Whether a name may end here: nothing is written to it, or nothing but fillers."""
        return end >= len(self._tokens) or self._tokens[end].before != "" or self._is_tail(end, self._chunk_end(end))

    def _is_tail(self, at: int, end: int) -> bool:
        while at < end:
            token = self._tokens[at]
            if token.number:
                signs = self._percent_signs(at + 1)
                following = at + 1 + signs
                if not signs and not (following < end and self._tokens[following].text in self._words.filler_codes):
                    return False
                at = following
            elif token.text in self._words.filler_codes:
                numbered = self._small_number(at + 1) and at + 1 < end
                if len(token.text) == 1 and not (self._tokens[at - 1].number or self._tokens[at - 1].text == "%"):
                    return False
                at += 2 if numbered else 1
            elif token.text == "%":
                at += 1
            else:
                meaning = self._known(at, at + 1)
                if meaning is None or meaning.kind not in {"attribute", "filler", "ignored"}:
                    return False
                at += 1
        return True

    def _reach(self, at: int) -> int:
        """Where the longest name from here on could end."""
        end = at + 1
        while end < min(len(self._tokens), at + self._words.longest) and self._continues(at, end):
            end += 1
        return end

    def _continues(self, at: int, end: int) -> bool:
        first, last, token = self._tokens[at], self._tokens[end - 1], self._tokens[end]
        separators = set(token.before)
        if separators & set("+;&") or token.text == "%" or (token.number and self._percent_signs(end + 1)):
            return False
        if "," in separators and not (token.number and last.number):
            return False
        if separators & set("()") and len(first.text) < len("poly"):
            return False
        written_out = min(len(first.text), len(token.text)) > len("poly")
        if "/" in separators and not (token.number or last.number or len(first.text) == 1 or written_out):
            return False
        if self._joins(at) or self._joins(end):
            return False
        # Of "PA6 30 GF" the 30 belongs to what follows, of "PA 66 GF" the 66 to the polyamide.
        named = self._known(at, end)
        whole = named is not None and named.value != _NUMBERED
        return not (whole and token.before.isspace() and self._two_digits(end) and self._filler_follows(end + 1))

    def _joins(self, at: int) -> bool:
        """Whether it is a letter that stands between two words by itself."""
        between = 0 < at < len(self._tokens) - 1
        apart = between and self._tokens[at].before.isspace() and self._tokens[at + 1].before.isspace()
        return apart and self._tokens[at].text in _JOINING_LETTERS

    def _filler_follows(self, at: int) -> bool:
        if at >= len(self._tokens) or self._tokens[at].number:
            return False
        if self._tokens[at].text in self._words.filler_codes:
            return not self._small_number(at + 1)
        return any(
            meaning is not None and meaning.kind == "filler"
            for meaning in (self._known(at, end) for end in range(at + 1, min(at + 4, len(self._tokens)) + 1))
        )

    def _known(self, at: int, end: int) -> Meaning | None:
        return self._words.meaning(self._tokens[at:end])

    def _names_resin(self, at: int, end: int) -> bool:
        meaning = self._known(at, end)
        return meaning is not None and meaning.kind == "resin"

    def _chunk_end(self, at: int) -> int:
        end = at + 1
        while end < len(self._tokens) and self._tokens[end].before == "":
            end += 1
        return end

    def _has_number(self, at: int, end: int) -> bool:
        return any(token.number for token in self._tokens[at:end])

    def _small_number(self, at: int) -> bool:
        return at < len(self._tokens) and self._tokens[at].number and len(self._tokens[at].text) <= 2

    def _two_digits(self, at: int) -> bool:
        return self._small_number(at) and len(self._tokens[at].text) == 2

    def _separate(self, at: int) -> bool:
        return self._tokens[at].before != "" or (at > 0 and (self._tokens[at - 1].number or self._tokens[at - 1].text == "%"))

    def _percent_signs(self, at: int) -> int:
        """How many tokens from here on say per cent."""
        texts = [token.text for token in self._tokens[at : at + 2]]
        if tuple(texts) in _PER_CENT:
            return 2
        return 1 if texts and texts[0] in _PERCENT else 0
