"""The colour words of a request, as far as they decide something else than a colour."""

from shared.search.contracts import ReadWords, RequestBlock, RequestText, SearchRequest
from shared.search.flags import WISHES, is_readable
from shared.search.payload import COLOUR_FIELD

_OPACITY_FIELD = WISHES["opacity"]
# As the lexicon names what it cannot read.
_LONGEST_SHOWN = 60


def unread(request: SearchRequest) -> ReadWords:
    """Return the colour words as not understood, for a search that goes on although nobody could read them."""
    return ReadWords(not_understood=(request.text(COLOUR_FIELD).strip()[:_LONGEST_SHOWN],), complete=False)


def with_opacity(block: RequestBlock) -> RequestBlock:
    """Return the request with an opacity that its colour words name, such as "transparent blue", as a wish for it.

    A wish of its own goes before.
    """
    words, request = block.words, block.request
    if words is None or request.text(_OPACITY_FIELD).strip():
        return block
    wishes = [RequestText(field=_OPACITY_FIELD, text=effect) for effect in words.effects]
    named = next((wish for wish in wishes if is_readable(wish)), None)
    if named is None:
        return block
    effects = tuple(effect for effect in words.effects if effect != named.text)
    return block.model_copy(
        update={
            "request": request.model_copy(update={"texts": (*request.texts, named)}),
            "words": words.model_copy(update={"effects": effects}),
        }
    )
