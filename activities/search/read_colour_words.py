"""What the colour words of a request mean, as colours."""

import asyncio

from activities.runner import log_progress
from shared.colour.words import read_colour_words as read_by_lexicon
from shared.errors import Rejected, Unavailable
from shared.llm.answers import read_colours
from shared.llm.asking import ask
from shared.llm.prompts import prompts
from shared.resources import Resources
from shared.search.contracts import LabValues, MeantColour, ReadWords, WordsTask
from shared.search.decisions import MAKE_DO_FROM

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
    try:
        asked = await _asked(known.not_understood, resources)
    except (Rejected, Unavailable) as error:
        if isinstance(error, Unavailable) and task.attempt < MAKE_DO_FROM:
            raise
        log_progress("not asked", reason=str(error))
        return known.model_copy(update={"complete": False})
    read = {colour.text for colour in asked.colours}
    return known.model_copy(
        update={
            "colours": (*known.colours, *asked.colours)[:_MOST_COLOURS],
            "not_understood": tuple(words for words in known.not_understood if words not in read),
            "usage": asked.usage,
        }
    )


async def _asked(words: tuple[str, ...], resources: Resources) -> ReadWords:
    """What the language model makes of ``words``, kept for a day."""
    model = resources.chat.model if resources.chat else ""
    key = (*(each.casefold() for each in words), model, _PROMPT.version)
    if (kept := await resources.colour_words.get(*key)) is not None:
        log_progress("known", colours=len(kept.colours))
        # The key folds case: the texts are those of this request.
        typed = {each.casefold(): each for each in words}
        colours = (colour.model_copy(update={"text": typed[colour.text.casefold()]}) for colour in kept.colours)
        return kept.model_copy(update={"colours": tuple(colours), "usage": None})
    asked = await ask(
        resources.chat, _PROMPT, {"words": list(words)}, lambda text: read_colours(text, words), len(words)
    )
    colours = tuple(
        MeantColour(
            text=each.words,
            meaning=each.meaning,
            lab=LabValues(L=each.L, a=each.a, b=each.b),
            reach=each.reach,
            source="model",
        )
        for each in asked.value
    )
    log_progress("asked", colours=len(colours), tokens=asked.usage.total)
    answer = ReadWords(colours=colours, usage=asked.usage)
    await resources.colour_words.put(answer, *key)
    return answer
