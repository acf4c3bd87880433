"""Answers that are wrong on purpose, one way for each kind of fault that a caller has to notice."""

from typing import Any

import orjson

from local.openai.faults import BadAnswer
from local.openai.refusals import Refusal

NOBODY = "MATERIAL-THAT-WAS-NOT-SENT"
BEYOND = 101


def prompt_filtered() -> Refusal:
    """Return the refusal of the service's content filter, which the model never saw."""
    return Refusal(
        400,
        "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. "
        "Please modify your prompt and retry.",
        kind=None,
        param="prompt",
        code="content_filter",
    )


def spoilt(content: str, kind: BadAnswer) -> str:
    """Return ``content`` with the fault in it; where the fault has no place, as it is."""
    if kind == "bad_json":
        return content[: len(content) // 2] + "…"
    if kind == "wrong_schema":
        return orjson.dumps({"answer": content, "note": "not what the schema asks for"}).decode()
    document: Any = orjson.loads(content)
    if kind == "unknown_material":
        _name_nobody(document)
    elif kind == "score_out_of_range":
        for score in document.get("scores", [])[:1]:
            score["score"] = BEYOND
    return orjson.dumps(document).decode()


def _name_nobody(document: Any) -> None:
    if document.get("scores"):
        document["scores"][0]["id"] = NOBODY
    elif "best_match" in document:
        document["best_match"] = NOBODY
