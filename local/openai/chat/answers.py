"""An answer as the service sends it: one document, or a stream of server-sent events."""

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

MODEL = "offline-rules"
_PIECE = 40


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered. ``content`` None: the model refused, in the words of ``refusal``."""

    content: str | None
    prompt_tokens: int
    completion_tokens: int
    finish_reason: str = "stop"
    refusal: str | None = None
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid.uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))


def render(answer: Answer) -> bytes:
    """Return the answer as one document."""
    message = {"role": "assistant", "content": answer.content, "refusal": answer.refusal}
    choice = {"index": 0, "message": message, "finish_reason": answer.finish_reason, "logprobs": None}
    return orjson.dumps(_frame(answer, "chat.completion") | {"choices": [choice], "usage": _usage(answer)})


def events(answer: Answer, *, include_usage: bool) -> Iterator[bytes]:
    """Yield the answer as server-sent events, a few words each."""
    yield _event(answer, {"role": "assistant", "content": "", "refusal": None}, None)
    name, text = ("refusal", answer.refusal) if answer.content is None else ("content", answer.content)
    for start in range(0, len(text or ""), _PIECE):
        yield _event(answer, {name: (text or "")[start : start + _PIECE]}, None)
    yield _event(answer, {}, answer.finish_reason)
    if include_usage:
        yield _sse(_frame(answer, "chat.completion.chunk") | {"choices": [], "usage": _usage(answer)})
    yield b"data: [DONE]\n\n"


def _event(answer: Answer, delta: dict[str, Any], finish_reason: str | None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}
    return _sse(_frame(answer, "chat.completion.chunk") | {"choices": [choice]})


def _frame(answer: Answer, kind: str) -> dict[str, Any]:
    return {
        "id": answer.id,
        "object": kind,
        "created": answer.created,
        "model": MODEL,
        "system_fingerprint": "fp_offline_rules",
    }


def _usage(answer: Answer) -> dict[str, int]:
    return {
        "prompt_tokens": answer.prompt_tokens,
        "completion_tokens": answer.completion_tokens,
        "total_tokens": answer.prompt_tokens + answer.completion_tokens,
    }


def _sse(document: dict[str, Any]) -> bytes:
    return b"data: " + orjson.dumps(document) + b"\n\n"
