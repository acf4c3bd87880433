"""A language model by script, and requests and materials to ask it about."""

from collections import deque
from collections.abc import Sequence
from typing import Any

from shared.llm.conversation import AnswerSchema, Message, Reply
from shared.search.contracts import Candidate, LabValues, MappedResin, RequestBlock, RequestText, SearchRequest

BLUE = LabValues(L=45.5, a=12.3, b=-25.7)
PP = MappedResin(given="pp", code="PP", name="polypropylene", family="polyolefin", known=True)


class ScriptedChat:
    """Stands in for ``Chat``: gives the texts of its script in order, and raises the exceptions in it.

    ``conversations``: the messages of each call; ``limits``: the tokens that each answer was given; ``roomy``: whether
    several times as many.
    """

    model = "scripted"

    def __init__(self, *script: str | Reply | Exception) -> None:
        self._script = deque(script)
        self.conversations: list[list[Message]] = []
        self.limits: list[int] = []
        self.roomy: list[bool] = []
        self.schemas: list[AnswerSchema] = []

    async def complete(
        self,
        messages: Sequence[Message],
        schema: AnswerSchema,
        max_tokens: int,
        patience_s: float = 30.0,
        *,
        roomy: bool = False,
    ) -> Reply:
        self.conversations.append(list(messages))
        self.limits.append(max_tokens)
        self.roomy.append(roomy)
        self.schemas.append(schema)
        step = self._script.popleft()
        if isinstance(step, Exception):
            raise step
        return step if isinstance(step, Reply) else reply(step)


def reply(text: str, *, cut: bool = False) -> Reply:
    """Return a reply that took ten tokens and two."""
    return Reply(text=text, cut=cut, model="scripted-1", prompt_tokens=10, completion_tokens=2)


def request_block(
    *, resin: MappedResin | None = PP, lab: LabValues | None = BLUE, synonyms: Sequence[MappedResin] = (), **wishes: str
) -> RequestBlock:
    """Return what a search is for; ``wishes`` are the texts of its further ``REQUEST_*`` fields."""
    texts = tuple(RequestText(field=f"REQUEST_{name}", text=text) for name, text in wishes.items())
    return RequestBlock(request=SearchRequest(k=5, lab=lab, texts=texts), resin=resin, synonyms=tuple(synonyms))


def candidate(name: str, /, **fields: Any) -> Candidate:
    """Return a blue polypropylene that a search found."""
    described = {
        "name": f"Blue {name}",
        "resin": "PP",
        "resin_family": "polyolefin",
        "colour_words": "vivid blue",
        "lab": BLUE,
        "text": "A masterbatch.",
        "search_score": 1.0,
    }
    return Candidate.model_validate(described | {"id": name} | fields)
