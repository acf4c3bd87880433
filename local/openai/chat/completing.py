"""From a request to its answer; the part that takes the time, for a thread of its own."""

import math

from local.openai.chat.answers import Answer
from local.openai.chat.bad_answers import spoilt
from local.openai.chat.requests import ChatRequest
from local.openai.faults import BadAnswer
from local.openai.models.cl100k import count, first_tokens
from local.openai.refusals import Refusal
from local.openai.rules.answering import content_for

CONTEXT_TOKENS = 128_000
# What the frame of each message takes, and the start of the answer (OpenAI cookbook, "How to count tokens").
_TOKENS_PER_MESSAGE, _TOKENS_TO_BEGIN = 3, 3
# OpenAI's rule of thumb. To count 30 KB would take longer than the rest of the answer, with a vocabulary that is not
# this model's either.
_BYTES_PER_TOKEN = 4
_REFUSAL = "I'm sorry, but I can't help with that."


def complete(request: ChatRequest, bad: BadAnswer | None) -> Answer:
    """Return the answer, wrong in the way of ``bad``.

    Raises:
        Refusal: The messages are too long, or the rules cannot answer them.
    """
    prompt_tokens = _count_prompt(request)
    if bad == "refusal":
        return Answer(None, prompt_tokens, _count(_REFUSAL), refusal=_REFUSAL)
    if bad == "content_filter":
        return Answer("", prompt_tokens, 0, finish_reason="content_filter")
    content = content_for(request)
    tokens = _count(content)
    if bad == "cut_short":
        return Answer(first_tokens(content, tokens // 2), prompt_tokens, tokens // 2, finish_reason="length")
    if bad is not None and request.form.kind == "json_schema":
        content = spoilt(content, bad)
    if request.max_tokens is not None and tokens > request.max_tokens:
        cut = first_tokens(content, request.max_tokens)
        return Answer(cut, prompt_tokens, request.max_tokens, finish_reason="length")
    return Answer(content, prompt_tokens, tokens)


def _count(text: str) -> int:
    return count([text])[0]


def _count_prompt(request: ChatRequest) -> int:
    tokens = (
        sum(_about(turn.text) for turn in request.turns) + _TOKENS_PER_MESSAGE * len(request.turns) + _TOKENS_TO_BEGIN
    )
    wanted = tokens + (request.max_tokens or 0)
    if wanted > CONTEXT_TOKENS:
        raise _too_long(wanted)
    return tokens


def _about(text: str) -> int:
    return math.ceil(len(text.encode("utf-8", "surrogatepass")) / _BYTES_PER_TOKEN)


def _too_long(count: int) -> Refusal:
    return Refusal(
        400,
        f"This model's maximum context length is {CONTEXT_TOKENS} tokens. However, you requested {count} tokens in the "
        "messages and the completion. Please reduce the length of either.",
        param="messages",
        code="context_length_exceeded",
    )
