"""Answers from a deployment of a language model."""

import logging
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from opentelemetry.trace import Span

from shared.clients.openai_account import LONGEST_PAUSE_S, Account, Deployment
from shared.clients.openai_allowance import Allowance
from shared.errors import Rejected, Unavailable
from shared.llm.conversation import AnswerSchema, Message, Reply
from shared.telemetry import metrics
from shared.telemetry.tracing import span

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from openai.types.chat import ChatCompletion

# Twenty materials with a sentence each take a small model 5 to 15 s; of the search's deadline a second try is left.
_TIMEOUT_S = 45.0

_logger = logging.getLogger(__name__)


class Chat:
    """Answers from one deployment. While the service asks to be left alone, calls of this process wait.

    Args:
        account: Where the deployment is.
        deployment: Its name.
        temperature: None leaves it to the model: a reasoning model takes no other.
        effort: How hard such a model thinks; "default" leaves that to it, too.
        timeout_s: How long one call may take.
    """

    def __init__(
        self,
        account: Account,
        deployment: str,
        temperature: float | None = 0.0,
        effort: str = "default",
        timeout_s: float = _TIMEOUT_S,
    ) -> None:
        self.model = deployment
        self._temperature = temperature
        self._timeout_s = timeout_s
        self._deployment = Deployment(account, deployment)
        self._allowance = Allowance(effort if temperature is None else None)

    async def complete(
        self,
        messages: Sequence[Message],
        schema: AnswerSchema,
        max_tokens: int,
        patience_s: float = LONGEST_PAUSE_S,
        *,
        roomy: bool = False,
    ) -> Reply:
        """Return the model's answer to ``messages``, which the service was told to keep to ``schema``.

        ``max_tokens``: how long the answer may be, thinking aside; ``patience_s``: how long to wait where the service
        has asked to be left alone; ``roomy``: allow several times as much, after an answer that was cut off.

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
            answer = await self._create(client, self._parameters(messages, schema), max_tokens, roomy=roomy)
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

    async def _create(
        self, client: "AsyncOpenAI", parameters: dict[str, Any], max_tokens: int, *, roomy: bool
    ) -> "ChatCompletion":
        from openai import BadRequestError  # loaded with the client

        while True:
            asked = self._allowance
            try:
                return await self._post(client, parameters | asked.fields(max_tokens, roomy=roomy))
            except BadRequestError as error:
                understood = asked.without(error.message)
                if understood is None:
                    raise
                # From now on, unless another call has learnt it meanwhile; each time less is told, so that this ends.
                if self._allowance == asked:
                    self._allowance = understood
                    _logger.warning(
                        "The model takes less than it is told (LLM_REASONING_EFFORT, OPENAI_API_VERSION)",
                        extra={"model": self.model, "reason": error.message[:300]},
                    )

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
