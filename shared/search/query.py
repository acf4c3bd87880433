"""What a search asks for, in words: the text that is embedded and matched."""

import re

from shared.search.contracts import MappedResin, SearchRequest
from shared.search.payload import COLOUR_FIELD, RESIN_FIELD

# Full-text search takes 1,024 clauses in a query, one per word and searchable field.
MAX_CHARACTERS = 1000
MAX_WORDS = 150
# Nobody searches for these, and services refuse some of them: control characters and halves of surrogate pairs.
_UNSEARCHABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def query_of(request: SearchRequest, resin: MappedResin | None) -> str:
    """Return the words of a search for ``resin``: colour words, resin, then every other ``REQUEST_*`` text.

    Where the request gives neither words nor resin, the words are those for its Lab colour. The result is empty only
    where the request holds nothing at all; it has at most 1,000 characters and 150 words.
    """
    texts = [request.text(COLOUR_FIELD), *_resin_words(resin)]
    texts += [entry.text for entry in request.texts if entry.field not in (COLOUR_FIELD, RESIN_FIELD)]
    words = _words(texts)
    if not words and request.lab is not None:
        from shared.colour.hue_words import hue_words

        words = _words([hue_words(request.lab).text])
    return " ".join(words[:MAX_WORDS])[:MAX_CHARACTERS].strip()


def _resin_words(resin: MappedResin | None) -> list[str]:
    if resin is None:
        return []
    return (
        [resin.code]
        if resin.name is None or resin.name.casefold() == resin.code.casefold()
        else [resin.code, resin.name]
    )


def _words(texts: list[str]) -> list[str]:
    return _UNSEARCHABLE.sub(" ", " ".join(texts)).split()
