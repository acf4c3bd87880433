"""Answers from a deployment of a language model."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from opentelemetry.trace import Span

from shared.clients.openai_account import LONGEST_PAUSE_S, Account, Deployment
from shared.errors import Rejected, Unavailable
from shared.llm.conversation import AnswerSchema, Message, Reply
from shared.telemetry import metrics
from shared.telemetry.tracing import span

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from openai.types.chat import ChatCompletion

# Twenty materials with a sentence each take a small model 5 to 15 s; of the search's deadline a second try is left.
_TIMEOUT_S = 45.0
# What a reasoning model may spend on thinking: it counts against the limit, though nobody sees it.
_TOKENS_TO_THINK = 8_000
# The newer name is the only one that reasoning models take, and one that older models and API versions do not know.
_LIMIT, _LIMIT_OF_OLD = "max_completion_tokens", "max_tokens"


class Chat:
    """Answers from one deployment. While the service asks to be left alone, calls of this process wait.

    ``temperature`` None leaves it to the model: a reasoning model takes no other.
    """

    def __init__(
        self, account: Account, deployment: str, temperature: float | None = 0.0, timeout_s: float = _TIMEOUT_S
    ) -> None:
        self.model = deployment
        self._temperature = temperature
        self._timeout_s = timeout_s
        self._deployment = Deployment(account, deployment)
        self._limit = _LIMIT

    async def complete(
        self,
        messages: Sequence[Message],
        schema: AnswerSchema,
        max_tokens: int,
        patience_s: float = LONGEST_PAUSE_S,
    ) -> Reply:
        """Return the model's answer to ``messages``, which the service was told to keep to ``schema``.

        ``max_tokens``: how long the answer may be; ``patience_s``: how long to wait where the service has asked to be
        left alone.

        Raises:
            Unavailable: The service throttled, failed, timed out or could not be reached.
            Rejected: The service or the model refused to answer this, or the deployment does not exist.
        """
        client = await self._deployment.client(patience_s)
        began = time.perf_counter()
        with (
            span(f"chat {schema.name}", None, {"gen_ai.request.model": self.model}, outgoing=True) as told,
            self._deployment.translated("chat completion"),
        ):
            answer = await self._create(client, self._parameters(messages, schema), max_tokens)
            self._tell(told, schema.name, (time.perf_counter() - began) * 1000, answer)
            return _reply(answer)

    def _tell(self, told: Span, prompt: str, duration_ms: float, answer: "ChatCompletion") -> None:
        usage = answer.usage
        spent = (usage.prompt_tokens, usage.completion_tokens) if usage else (0, 0)
        told.set_attributes({"gen_ai.usage.input_tokens": spent[0], "gen_ai.usage.output_tokens": spent[1]})
        metrics.answered(self.model, prompt, duration_ms, *spent)

    def _parameters(self, messages: Sequence[Message], schema: AnswerSchema) -> dict[str, Any]:
        return {
            "model": self.model,
            "messages": [{"role": message.role, "content": message.content} for message in messages],
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": schema.name, "strict": True, "schema": schema.schema},
            },
        } | ({} if self._temperature is None else {"temperature": self._temperature})

    async def _create(self, client: "AsyncOpenAI", parameters: dict[str, Any], max_tokens: int) -> "ChatCompletion":
        from openai import BadRequestError  # loaded with the client

        limit = max_tokens + (_TOKENS_TO_THINK if self._temperature is None else 0)
        name = self._limit
        try:
            return await self._post(client, parameters | {name: limit})
        except BadRequestError as error:
            if name != _LIMIT or _LIMIT not in error.message or "argument" not in error.message:
                raise
        # "Unrecognized request argument supplied: max_completion_tokens": from now on by its older name.
        self._limit = _LIMIT_OF_OLD
        return await self._post(client, parameters | {_LIMIT_OF_OLD: limit})

    async def _post(self, client: "AsyncOpenAI", body: dict[str, Any]) -> "ChatCompletion":
        from openai.types.chat import ChatCompletion

        # Not chat.completions.create, which walks messages and schema for keys to rename, of which there are none: half
        # of what a call takes of this process.
        return await client.post(
            "/chat/completions", cast_to=ChatCompletion, body=body, options={"timeout": self._timeout_s}
        )


def _reply(answer: "ChatCompletion") -> Reply:
    if not answer.choices:
        raise Unavailable("Azure OpenAI answered no choice")
    choice = answer.choices[0]
    if choice.finish_reason == "content_filter":
        raise Rejected("Azure OpenAI's content filter stopped the answer", is_about_input=True)
    if choice.message.refusal:
        raise Rejected(f"The language model refused: {choice.message.refusal[:300]}", is_about_input=True)
    return Reply(
        text=choice.message.content or "",
        cut=choice.finish_reason == "length",
        model=answer.model,
        prompt_tokens=answer.usage.prompt_tokens if answer.usage else 0,
        completion_tokens=answer.usage.completion_tokens if answer.usage else 0,
    )
