"""What a search asks for, in words: the text that is embedded and matched."""

import re
from itertools import islice

from shared.colour.hue_words import hue_words
from shared.colour.lab import Lab
from shared.search.contracts import LabValues, MappedResin, RequestBlock
from shared.search.payload import COLOUR_FIELD, RESIN_FIELD

# Full-text search takes 1,024 clauses in a query, one per word and searchable field.
MAX_CHARACTERS = 1000
MAX_WORDS = 150
# As an index counts them: letters and digits between signs, and each character of Chinese, Japanese and Korean.
_WORD = re.compile(r"[\u2e80-\uffff]|[^\W_\u2e80-\uffff]+")
# Nobody searches for these, and services refuse some of them: control characters and halves of surrogate pairs.
_UNSEARCHABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def query_of(block: RequestBlock, resin: MappedResin | None) -> str:
    """Return the words of a search for ``resin``: colour words, resin, then every other ``REQUEST_*`` text.

    Colour words that were understood are followed by the index's own words for what they mean: "dunkelblau" alone finds
    nothing. Where the request has a Lab colour and no words for it, the hue words of the colour stand in for them. The
    result is empty only where the request holds nothing at all; it has at most 1,000 characters and 150 words.
    """
    texts = [*_colour_words(block), *_resin_words(resin)]
    texts += [entry.text for entry in block.request.texts if entry.field not in (COLOUR_FIELD, RESIN_FIELD)]
    query = " ".join(_UNSEARCHABLE.sub(" ", " ".join(texts)).split())[:MAX_CHARACTERS]
    one_too_many = next(islice(_WORD.finditer(query), MAX_WORDS, None), None)
    return query[: one_too_many.start() if one_too_many else None].strip()


def _colour_words(block: RequestBlock) -> list[str]:
    request = block.request
    given = request.text(COLOUR_FIELD)
    if given.strip():
        meant = block.words.colours if block.words else ()
        return [given, *(_own_words(colour.lab) for colour in meant)]
    return [_own_words(request.lab)] if request.lab else []


def _own_words(lab: LabValues) -> str:
    """What the index calls such a colour."""
    return hue_words(Lab(lab.L, lab.a, lab.b)).text


def _resin_words(resin: MappedResin | None) -> list[str]:
    """Code, name and what was typed, each once: the last may name a filler or a grade."""
    if resin is None:
        return []
    texts = [resin.code, resin.name or "", resin.given]
    return list({text.casefold(): text for text in texts}.values())
