"""How hard a model thinks and how long its answer may be, in the words that its deployment understands."""

from dataclasses import dataclass, replace
from typing import Any, Final

# What may be spent on thinking, by effort: it counts against the limit, though nobody sees it. The service counts all
# that is allowed towards its tokens a minute, so that room to spare is paid for in searches (docs/scale.md).
ROOM_TO_THINK: Final = {
    "none": 0,
    "minimal": 1_000,
    "low": 2_000,
    "medium": 6_000,
    "high": 14_000,
    "xhigh": 24_000,
    # The model's own, which for some is to think a good deal.
    "default": 8_000,
}
# The newer name is the only one that reasoning models take, and one that older models and API versions do not know.
_LIMIT, _LIMIT_OF_OLD = "max_completion_tokens", "max_tokens"
_EFFORT = "reasoning_effort"
# An answer that did not fit gets so many times the room, up to what every model can answer (gpt-4.1-mini: 32,768).
_MORE, _LONGEST = 4, 32_000


@dataclass(frozen=True)
class Allowance:
    """What goes with every request to one deployment.

    Args:
        effort: A key of ``ROOM_TO_THINK``; "default" leaves it to the model; None for one that does not think.
        limit: The name by which the deployment knows the limit.
    """

    effort: str | None
    limit: str = _LIMIT

    def fields(self, max_tokens: int, *, roomy: bool = False) -> dict[str, Any]:
        """Return the fields of a request for an answer of at most ``max_tokens``, thinking aside.

        ``roomy``: after one that was cut off.
        """
        allowed = max_tokens + (ROOM_TO_THINK[self.effort] if self.effort else 0)
        if roomy:
            allowed = max(allowed, min(_MORE * allowed, _LONGEST))
        effort = {} if self.effort in (None, "default") else {_EFFORT: self.effort}
        return {self.limit: allowed} | effort

    def without(self, refused: str) -> "Allowance | None":
        """Return what is left when the service answers 400 with the message ``refused``; None: it is not about this."""
        if _EFFORT in refused and self.effort not in (None, "default"):
            return replace(self, effort="default")
        # "Unrecognized request argument supplied: max_completion_tokens"
        if _LIMIT in refused and "argument" in refused and self.limit == _LIMIT:
            return replace(self, limit=_LIMIT_OF_OLD)
        return None
