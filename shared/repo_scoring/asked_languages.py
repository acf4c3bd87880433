"""Which languages a question names."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from shared.repo_scoring.linguist import Language, linguist
from shared.repo_scoring.words import Word, words_of

_LONGEST_NAME = 4
# Names of languages that are words of English too, in questions about code at that. Single letters are as ambiguous.
_ENGLISH = frozenset(
    """
    assembly ballerina basic blade carbon clean click cool crystal cue factor fluent go hack ink io just lean less
    logos make max metal mint move nickel opal pan polar processing pure reason red ring sage self slash slice smart
    stylus tape text volt
    """.split()  # noqa: SIM905 - a word list reads best as one
)
# Beside one of these such a word is a language: "written in go", "go services".
_BEFORE = frozenset({"in", "with", "use", "using", "know", "language"})
_AFTER = frozenset(
    """
    code developer experience lang language library module program programming project repo repository service skill
    """.split()  # noqa: SIM905
)
_BETWEEN = frozenset({"and", "or"})


@dataclass(frozen=True)
class AskedLanguage:
    """A language that a question names; ``text``: how it is written there; ``terms``: its words."""

    language: Language
    text: str
    terms: tuple[str, ...]


def asked_languages(question: str, used: Collection[str]) -> list[AskedLanguage]:
    """Return the languages that ``question`` names, in its order, each once.

    ``used``: names of languages that can be meant, those of the repositories: one that nobody uses moves no score, and
    of the 833 that there are hundreds are words of English too.
    """
    words = list(words_of(question))
    found: dict[str, AskedLanguage] = {}
    place, end_of_last = 0, -2
    while place < len(words):
        # "python and go": what is named beside a language is one.
        is_paired = place == end_of_last + 1 and words[end_of_last].term in _BETWEEN
        asked = next(_named_at(words, place, used, is_paired=is_paired), None)
        if asked is None:
            place += 1
            continue
        found.setdefault(asked.language.group, asked)
        place += len(asked.terms)
        end_of_last = place
    return list(found.values())


def _named_at(words: Sequence[Word], place: int, used: Collection[str], *, is_paired: bool) -> Iterator[AskedLanguage]:
    """Yield the languages whose names start at a word, longest name first."""
    for length in range(min(_LONGEST_NAME, len(words) - place), 0, -1):
        part = words[place : place + length]
        terms = tuple(word.term for word in part)
        language = linguist().by_terms.get(terms)
        if language is None or not (language.name in used or language.group in used):
            continue
        if length > 1 or is_paired or not _is_english(terms[0]) or _is_meant(words, place, language):
            yield AskedLanguage(language, " ".join(word.text for word in part), terms)


def _is_english(term: str) -> bool:
    return term in _ENGLISH or len(term) == 1


def _is_meant(words: Sequence[Word], place: int, language: Language) -> bool:
    """Whether a word that may be English means the language: written as its name, or beside a word that says so."""
    if len(words) == 1:
        return True
    # At the beginning of a sentence every word has a capital.
    if place and words[place].text == language.name:
        return True
    before = words[place - 1].term if place else ""
    after = words[place + 1].term if place + 1 < len(words) else ""
    return before in _BEFORE or after in _AFTER
