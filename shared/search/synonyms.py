"""Synonyms of a resin, kept for an hour: in this process, and for all processes in Cosmos DB."""

import time
from collections.abc import Callable

from shared.clients.cosmos import ContainerProxy
from shared.search.contracts import MappedResin, Synonyms
from shared.search.kept_answers import KeptAnswers

LIFETIME_S = 3600
# Some hundred resins have a code; the rest is what people mistype.
_KEPT_IN_PROCESS = 1_000


class SynonymCache:
    """What a model answered, by resin, model and version of the prompt. ``now``: seconds since 1970."""

    def __init__(self, container: ContainerProxy, now: Callable[[], float] = time.time) -> None:
        self._kept = KeptAnswers(
            container, "synonyms", Synonyms, lifetime_s=LIFETIME_S, kept_in_process=_KEPT_IN_PROCESS, now=now
        )

    async def get(self, resin_code: str, model: str, prompt_version: int) -> tuple[MappedResin, ...] | None:
        """Return the synonyms found within the last hour, None where nothing is known; none at all can be known too."""
        kept = await self._kept.get(resin_code, model, prompt_version)
        return None if kept is None else kept.resins

    async def put(self, resin_code: str, model: str, prompt_version: int, resins: tuple[MappedResin, ...]) -> None:
        """Keep synonyms for an hour."""
        await self._kept.put(Synonyms(resins=resins), resin_code, model, prompt_version)
