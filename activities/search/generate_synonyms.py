"""Resins that could take the place of the one that was asked for."""

from collections.abc import Iterable

from activities.runner import log_progress
from shared.llm.answers import MOST_SYNONYMS, read_synonyms
from shared.llm.asking import ask
from shared.llm.descriptions import resin_document
from shared.llm.prompts import prompts
from shared.resources import Resources
from shared.search.contracts import MappedResin, Synonyms, SynonymTask
from shared.search.requested_resin import mapped_resin
from shared.search.resins import resolve_resin

_PROMPT = prompts().synonym_resins


async def generate_synonyms(task: SynonymTask, resources: Resources) -> Synonyms:
    """Return up to three other resins, nearest first: known from the last hour, or asked of the model.

    Raises:
        Unavailable: The model throttled, failed or did not answer in time.
        Rejected: It refused, or answered twice what cannot be used.
    """
    chat, cache = resources.chat, resources.synonyms
    key = (task.resin.code, chat.model if chat else "", _PROMPT.version)
    if (kept := await cache.get(*key)) is not None:
        log_progress("known", synonyms=len(kept))
        return Synonyms(resins=kept, cached=True)
    asked = await ask(chat, _PROMPT, {"resin": resin_document(task.resin)}, read_synonyms)
    resins = _others(task.resin, asked.value)
    log_progress("asked", synonyms=len(resins), tokens=asked.usage.total)
    await cache.put(*key, resins)
    return Synonyms(resins=resins, usage=asked.usage)


def _others(resin: MappedResin, named: Iterable[str]) -> tuple[MappedResin, ...]:
    """The first three that differ from the resin and from each other, as ISO 1043-1 writes them."""
    seen = {resin.code.casefold()}
    others: list[MappedResin] = []
    for name in named:
        other = resolve_resin(name)
        if other.code.casefold() not in seen:
            seen.add(other.code.casefold())
            others.append(mapped_resin(name, other))
    return tuple(others[:MOST_SYNONYMS])
