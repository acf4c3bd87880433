"""Whether a material has the approvals that were wished for."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple, cast

from shared.search.contracts import Met
from shared.search.wishes.approval_names import Phrase, Token, Vocabulary, tokens_of, vocabulary
from shared.search.wishes.texts import folded, is_negation

# "EU" begins too much.
_SHORTEST_BEGINNING = 4
# What joins one part of a wish to the one before, weakest first. A list of approvals wants all of them.
_JOINTS = ("", "and", ",", ";", "or")


class Part(NamedTuple):
    """What stands between two joints: known approvals, and words that belong to none. ``joint``: what is before it."""

    joint: str
    known: frozenset[str]
    words: tuple[str, ...]


class _Approval(NamedTuple):
    """An approval of a material: what it is known to be or to answer, and its words."""

    known: frozenset[str]
    words: tuple[str, ...]


def approvals_wanted(wish: object) -> tuple[Part, ...]:
    """Return the parts of a wish, none where it cannot be read."""
    return _parts(folded(wish)) or ()


def regulatory(wish: str, attribute: object) -> Met:
    """Return whether a material has every approval wished for, some, or none.

    Known approvals answer by name, in any spelling, and with what they include: UL 94 V-0 is met by 5VA, food contact
    by FDA. Others are met where all their words are those of one approval, or where it begins like the wish. A word
    that many approvals share, such as "food" or "ISO", tells nothing. "FDA or EU 10/2011" is met by either.
    """
    wanted = approvals_wanted(wish)
    listed = cast("list[object]", attribute) if isinstance(attribute, list) else []
    approvals = [approval for each in listed if (approval := _approval(folded(each)))]
    if not wanted or not approvals:
        return "unknown"
    return _all(_read_as(group, approvals) for group in _split(wanted, {";"}))


def _read_as(parts: Sequence[Part], approvals: Sequence[_Approval]) -> Met:
    """Where "and" and "or" are mixed, only what holds however they are bracketed."""
    joints = [part.joint for part in parts[1:]]
    if joints and joints[-1] == "or" and set(joints[:-1]) <= {",", "or"}:
        # "A, B or C": any of them.
        return _any(_answer(part, approvals) for part in parts)
    first = _all(_any(_answer(part, approvals) for part in group) for group in _split(parts, {",", "and"}))
    second = _any(_all(_answer(part, approvals) for part in group) for group in _split(parts, {"or"}))
    return first if first == second else "unknown"


def _answer(part: Part, approvals: Sequence[_Approval]) -> Met:
    if not part.known:
        return _answer_in_words(part.words, approvals)
    held = frozenset[str]().union(*(approval.known for approval in approvals))
    met = _all("met" if name in held else "not_met" for name in part.known)
    if met != "met" or any(set(part.words) <= set(approval.words) for approval in approvals):
        return met
    # "V-0 at 0.8 mm" asks for more than V-0.
    return "unknown"


def _answer_in_words(words: Sequence[str], approvals: Iterable[_Approval]) -> Met:
    if not any(set(words) <= set(approval.words) or _begins(approval.words, words) for approval in approvals):
        return "not_met"
    general = vocabulary().general
    return "met" if any(not (word in general or word.isdecimal() or len(word) == 1) for word in words) else "unknown"


def _begins(approval: Sequence[str], wish: Sequence[str]) -> bool:
    """Whether an approval begins with the letters of a wish and has a word that ends where it does."""
    letters = "".join(wish)
    if len(letters) < _SHORTEST_BEGINNING:
        return False
    length = 0
    for word in approval:
        length += len(word)
        if length >= len(letters):
            break
    return length == len(letters) and "".join(approval).startswith(letters)


def _all(answers: Iterable[Met]) -> Met:
    found: set[Met] = set(answers)
    if "unknown" in found:
        return "unknown"
    return found.pop() if len(found) == 1 else "partly"


def _any(answers: Iterable[Met]) -> Met:
    found: set[Met] = set(answers)
    order: tuple[Met, ...] = ("met", "unknown", "partly", "not_met")
    return next(answer for answer in order if answer in found)


def _split(parts: Iterable[Part], joints: set[str]) -> list[list[Part]]:
    groups: list[list[Part]] = []
    for part in parts:
        if not groups or part.joint in joints:
            groups.append([])
        groups[-1].append(part)
    return groups


@lru_cache(maxsize=512)
def _approval(text: str) -> _Approval | None:
    """What a material's approval is, None where it says that the material has none or cannot be read."""
    parts = _parts(text)
    if not parts:
        return None
    words = vocabulary()
    named = frozenset[str]().union(*(part.known for part in parts))
    return _Approval(
        named.union(*(words.meets[name] for name in named)), tuple(token.text for token in tokens_of(text))
    )


@lru_cache(maxsize=512)
def _parts(text: str) -> tuple[Part, ...] | None:
    """The parts of a folded text, None where a negation or the name of a substance alone leaves open what is meant."""
    words = vocabulary()
    tokens = tokens_of(text)
    collected = _Collected(words)
    at = 0
    while at < len(tokens):
        token = tokens[at]
        collected.join(token.joint)
        phrase, length = words.longest_at(tokens, at)
        if phrase:
            if not phrase.name or (phrase.before and not _ends_there(tokens, at + length, words)):
                return None
            collected.known(phrase)
        elif joint := words.joints.get(token.text):
            collected.join(joint)
        elif is_negation(token.text):
            return None
        else:
            collected.word(token)
        at += length
    return tuple(part for part in collected.parts() if part.known or part.words)


def _ends_there(tokens: Sequence[Token], at: int, words: Vocabulary) -> bool:
    """Whether nothing follows that "without" could reach as well: "ohne Halogen und FDA"."""
    return at == len(tokens) or (tokens[at].joint in {",", ";"} and tokens[at].text not in words.joints)


class _Collected:
    """Parts of a wish, as its words are read."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._parts: list[tuple[str, list[str], list[str]]] = []
        self._joint = ""

    def join(self, joint: str) -> None:
        self._joint = max(self._joint, joint, key=_JOINTS.index)

    def known(self, phrase: Phrase) -> None:
        self._part()[1].append(phrase.name)

    def word(self, token: Token) -> None:
        part = self._part()
        if token.text not in self._vocabulary.ignored:
            part[2].append(token.text)

    def parts(self) -> Iterable[Part]:
        for joint, known, words in self._parts:
            # "FDA food contact" is the one, not both.
            included = frozenset[str]().union(*(self._vocabulary.meets[name] - {name} for name in known))
            yield Part(joint, frozenset(known) - included, tuple(words))

    def _part(self) -> tuple[str, list[str], list[str]]:
        if self._joint or not self._parts:
            self._parts.append((self._joint, [], []))
            self._joint = ""
        return self._parts[-1]
