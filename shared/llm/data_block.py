"""What users and catalogues say, as one block of JSON that no text inside it can end."""

import json
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

_CODE_DIGITS = 24
# Beside what JSON escapes by itself: other line ends, and characters that a reader does not see but a model reads, such
# as zero-width ones, changes of direction and Unicode's "tags". Lone surrogates cannot be sent at all.
_UNSEEN = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e0fff]+"
)


@dataclass(frozen=True)
class DataBlock:
    """``data``: one line of JSON; ``begin`` and ``end``: lines around it, neither of which stands in it."""

    begin: str
    data: str
    end: str


def data_block(document: Any) -> DataBlock:
    """Return ``document`` as a block; the same document gives the same block.

    The code in both lines is made from the document itself, so that whoever writes a text for it cannot know the code.
    """
    data = _UNSEEN.sub(_escaped, json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")))
    code = _code(data)
    while code in data:
        code = _code(code + data)
    return DataBlock(f"BEGIN-DATA {code}", data, f"END-DATA {code}")


def _code(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:_CODE_DIGITS]


def _escaped(match: re.Match[str]) -> str:
    # JSON escapes characters beyond the first 65,536 as two of the halves that UTF-16 has for them.
    return json.dumps(match.group())[1:-1]
