"""The block of data in a conversation."""

import re
from collections.abc import Iterable
from typing import cast

import orjson

from local.openai.chat.requests import Turn
from local.openai.refusals import Refusal

# Both lines bear the same code, and the data between them is one line: what looks like such a line inside a text of the
# data is not a line.
_BLOCK = re.compile(r"^BEGIN-DATA ([0-9a-f]{8,64})\n([^\n]*)\nEND-DATA \1$", re.MULTILINE)


def find_block(turns: Iterable[Turn]) -> dict[str, object]:
    """Return the data of the first block that a user's message holds.

    Raises:
        Refusal: No message holds one, or it is no JSON object.
    """
    for turn in turns:
        found = _BLOCK.search(turn.text) if turn.role == "user" else None
        if found is None:
            continue
        try:
            document: object = orjson.loads(found.group(2))
        except orjson.JSONDecodeError as error:
            raise Refusal(400, f"offline-rules cannot read the data block: {error}", param="messages") from error
        if isinstance(document, dict):
            return cast("dict[str, object]", document)
        raise Refusal(400, "offline-rules cannot read the data block: it is no object", param="messages")
    raise Refusal(
        400,
        "offline-rules answers from a JSON block between the lines 'BEGIN-DATA <code>' and 'END-DATA <code>' in a "
        "user's message; there is none.",
        param="messages",
    )
