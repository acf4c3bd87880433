"""What the colour words of a request mean, as colours."""

import asyncio
from collections.abc import Mapping

from activities.runner import log_progress
from shared.colour.words import read_colour_words as read_by_lexicon
from shared.errors import Rejected, Unavailable
from shared.llm.answers import ColourMeaning, read_colours
from shared.llm.asking import ask
from shared.llm.prompts import prompts
from shared.resources import Resources
from shared.search.contracts import LabValues, MeantColour, ReadWords, Usage, WordsTask
from shared.search.decisions import makes_do

_PROMPT = prompts().colour_words
# As many alternatives as anybody names; more would make every colour right.
_MOST_COLOURS = 3


async def read_colour_words(task: WordsTask, resources: Resources) -> ReadWords:
    """Return the colours that words stand for, by the lexicon; the language model is asked for what it does not know.

    Where the model refuses, or does not answer by the third attempt, what it was to read stays not understood.

    Raises:
        Unavailable: The model throttled, failed or did not answer in time.
    """
    # The lexicon is read from its file on the first call.
    reading = await asyncio.to_thread(read_by_lexicon, task.text)
    known = ReadWords(
        colours=tuple(
            MeantColour(text=word.text, meaning=word.meaning, lab=LabValues(**word.lab._asdict()), reach=word.reach)
            for word in reading.colours
        ),
        not_understood=reading.not_understood,
        effects=reading.effects,
    )
    if not known.not_understood or resources.chat is None:
        return known
    # Where nothing was read at all, what is not understood is the whole text, shown as far as there is room.
    whole = not (known.colours or known.effects)
    words = {task.text: known.not_understood[0]} if whole else {each: each for each in known.not_understood}
    try:
        read, usage = await _asked(words, resources)
    except (Rejected, Unavailable) as error:
        if not makes_do(error, task.attempt):
            raise
        log_progress("not asked", reason=str(error))
        return known.model_copy(update={"complete": False})
    colours = (*known.colours, *read)
    left_out = [colour.text for colour in colours[_MOST_COLOURS:]]
    understood = {colour.text.casefold() for colour in read}
    return known.model_copy(
        update={
            "colours": colours[:_MOST_COLOURS],
            "not_understood": (
                *(each for each in known.not_understood if each.casefold() not in understood),
                *left_out,
            ),
            "usage": usage,
        }
    )


async def _asked(words: Mapping[str, str], resources: Resources) -> tuple[tuple[MeantColour, ...], Usage | None]:
    """What the language model makes of ``words``, kept for a day; each is shown to users as the text beside it."""
    model = resources.chat.model if resources.chat else ""
    # Whatever their case they mean the same.
    shown_as = {each.casefold(): text for each, text in words.items()}
    key = (*shown_as, model, _PROMPT.version)
    usage: Usage | None = None
    kept = await resources.colour_words.get(*key)
    if kept is None:
        sent = tuple(shown_as)
        asked = await ask(resources.chat, _PROMPT, {"words": sent}, lambda text: read_colours(text, sent), len(sent))
        usage, kept = asked.usage, ReadWords(colours=tuple(map(_meant, asked.value)))
        await resources.colour_words.put(kept, *key)
    log_progress("asked" if usage else "known", colours=len(kept.colours), tokens=usage.total if usage else 0)
    return tuple(each.model_copy(update={"text": shown_as[each.text]}) for each in kept.colours), usage


def _meant(reading: ColourMeaning) -> MeantColour:
    return MeantColour(
        text=reading.words,
        meaning=reading.meaning,
        lab=LabValues(L=reading.L, a=reading.a, b=reading.b),
        reach=reading.reach,
        source="model",
    )
