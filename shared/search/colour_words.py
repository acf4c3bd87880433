"""What the language model made of colour words that the lexicon does not have, kept for a day."""

from shared.clients.cosmos import ContainerProxy
from shared.search.contracts import ReadWords
from shared.search.kept_answers import KeptAnswers

LIFETIME_S = 86_400
# A few hundred bytes each.
_KEPT_IN_PROCESS = 1_000

ColourWordsCache = KeptAnswers[ReadWords]


def colour_words_cache(container: ContainerProxy) -> ColourWordsCache:
    """Return the readings of the last day, by words, model and version of the prompt."""
    return ColourWordsCache(
        container, "colour-words", ReadWords, lifetime_s=LIFETIME_S, kept_in_process=_KEPT_IN_PROCESS
    )
