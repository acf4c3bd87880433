"""A chat request, checked field by field; the service refuses what it does not know, and so does this."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, cast

from local.openai.chat.schemas import check_strict
from local.openai.chat.thinking import check_thinking, check_version, is_known
from local.openai.refusals import Refusal, kind_of, model_of, read_object

MAX_MESSAGES = 2048
MAX_OUTPUT_TOKENS = 32_768
_ROLES = ("system", "developer", "user", "assistant")
_EMBEDS = "text-embedding"
_SCHEMA_NAME_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Turn:
    """One message: ``text`` is all of its parts."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class AnswerForm:
    """``kind``: the answer is text, JSON of any kind, or JSON of the schema ``name``."""

    kind: Literal["text", "json_object", "json_schema"] = "text"
    name: str = ""
    schema: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A request whose shape has been checked. ``max_tokens`` None: no limit but the model's own."""

    model: str
    turns: tuple[Turn, ...]
    form: AnswerForm
    max_tokens: int | None
    stream: bool
    include_usage: bool


def parse_chat(body: bytes, deployment: str | None, api_version: str | None) -> ChatRequest:
    """Read a chat request; ``deployment`` is the model that the path names, if it does, ``api_version`` the query's.

    Raises:
        Refusal: A field is missing, unknown or wrong; the message names it.
    """
    fields = read_object(body)
    model = model_of(fields, deployment)
    if model.startswith(_EMBEDS):
        raise Refusal(
            400,
            f"The chatCompletion operation does not work with the specified model, {model}. Please choose different "
            "model and try again.",
            kind=None,
            code="OperationNotSupported",
        )
    given = {name: value for name, value in fields.items() if value is not None}
    check_version(model, api_version)
    for name, value in given.items():
        if name not in _FIELDS or not is_known(name, model, api_version):
            raise Refusal(400, f"Unrecognized request argument supplied: {name[:80]}")
        _FIELDS[name](name, value)
    check_thinking(model, given)
    stream = given.get("stream") is True
    return ChatRequest(
        model=model,
        turns=_turns(fields.get("messages")),
        form=_form(given.get("response_format")),
        max_tokens=_limit(given),
        stream=stream,
        include_usage=_includes_usage(given.get("stream_options"), stream=stream),
    )


def _limit(given: dict[str, object]) -> int | None:
    if "max_tokens" in given and "max_completion_tokens" in given:
        raise Refusal(
            400,
            "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
            code="invalid_parameter_combination",
        )
    return cast("int | None", given.get("max_tokens", given.get("max_completion_tokens")))


def _turns(value: object) -> tuple[Turn, ...]:
    if value is None:
        raise Refusal(
            400, "Missing required parameter: 'messages'.", param="messages", code="missing_required_parameter"
        )
    if not isinstance(value, list):
        raise _wrong_type("messages", value, "an array of objects")
    messages = cast("list[object]", value)
    if not 1 <= len(messages) <= MAX_MESSAGES:
        raise Refusal(
            400, f"Invalid 'messages': {len(messages)} entries, expected 1 to {MAX_MESSAGES}.", param="messages"
        )
    return tuple(_turn(message, f"messages[{index}]") for index, message in enumerate(messages))


def _turn(value: object, place: str) -> Turn:
    if not isinstance(value, dict):
        raise _wrong_type(place, value, "an object")
    message = cast("dict[str, object]", value)
    role = message.get("role")
    if not isinstance(role, str) or role not in _ROLES:
        shown = f"'{role[:40]}'" if isinstance(role, str) else kind_of(role)
        raise Refusal(
            400,
            f"Invalid value: {shown}. Supported values are: {', '.join(map(repr, _ROLES))}.",
            param=f"{place}.role",
            code="invalid_value",
        )
    for name in message:
        if name not in ("role", "content", "name", "refusal"):
            raise Refusal(400, f"Unsupported parameter: '{place}.{name[:80]}'.", param=f"{place}.{name[:80]}")
    return Turn(role, _content(message.get("content"), f"{place}.content"))


def _content(value: object, place: str) -> str:
    if isinstance(value, str):
        return value
    if not isinstance(value, list) or not value:
        raise _wrong_type(place, value, "a string or an array of content parts")
    texts: list[str] = []
    for index, part in enumerate(cast("list[object]", value)):
        fields = cast("dict[str, object]", part) if isinstance(part, dict) else {}
        text = fields.get("text")
        if fields.get("type") != "text" or not isinstance(text, str):
            raise Refusal(
                400, f"Invalid '{place}[{index}]': expected a part of type 'text'.", param=f"{place}[{index}]"
            )
        texts.append(text)
    return "\n".join(texts)


def _form(value: object) -> AnswerForm:
    if value is None:
        return AnswerForm()
    fields = cast("dict[str, object]", value)
    kind = fields.get("type")
    if kind == "text":
        return AnswerForm()
    if kind == "json_object":
        return AnswerForm("json_object")
    if kind != "json_schema":
        raise Refusal(
            400,
            "Invalid 'response_format.type': expected 'text', 'json_object' or 'json_schema'.",
            param="response_format.type",
            code="invalid_value",
        )
    place = "response_format.json_schema"
    named = fields.get("json_schema")
    if not isinstance(named, dict):
        raise Refusal(400, f"Missing required parameter: '{place}'.", param=place, code="missing_required_parameter")
    return _schema_form(cast("dict[str, object]", named), place)


def _schema_form(named: dict[str, object], place: str) -> AnswerForm:
    name, schema = named.get("name"), named.get("schema")
    if not isinstance(name, str) or not _is_schema_name(name):
        raise Refusal(
            400,
            f"Invalid '{place}.name': expected 1 to {_SCHEMA_NAME_LENGTH} letters, digits, '_' or '-'.",
            param=f"{place}.name",
        )
    if not isinstance(schema, dict):
        raise _wrong_type(f"{place}.schema", schema, "an object")
    checked = cast("dict[str, Any]", schema)
    if named.get("strict") is True:
        check_strict(checked, name)
    return AnswerForm("json_schema", name, checked)


def _is_schema_name(name: str) -> bool:
    return (
        0 < len(name) <= _SCHEMA_NAME_LENGTH and name.isascii() and name.replace("_", "a").replace("-", "a").isalnum()
    )


def _includes_usage(options: object, *, stream: bool) -> bool:
    if options is None:
        return False
    if not stream:
        raise Refusal(
            400, "The 'stream_options' parameter is only allowed when 'stream' is enabled.", param="stream_options"
        )
    return cast("dict[str, object]", options).get("include_usage") is True


def _wrong_type(place: str, value: object, expected: str) -> Refusal:
    return Refusal(
        400,
        f"Invalid type for '{place}': expected {expected}, but got {kind_of(value)} instead.",
        param=place,
        code="invalid_type",
    )


def _any(_name: str, _value: object) -> None:
    """Checked where it is read, or of no effect on rules."""


def _boolean(name: str, value: object) -> None:
    if not isinstance(value, bool):
        raise _wrong_type(name, value, "a boolean")


def _object(name: str, value: object) -> None:
    if not isinstance(value, dict):
        raise _wrong_type(name, value, "an object")


def _number(low: float, high: float) -> Callable[[str, object], None]:
    def check(name: str, value: object) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _wrong_type(name, value, "a number")
        if not (math.isfinite(value) and low <= value <= high):
            raise Refusal(400, f"Invalid '{name}': {value}, expected {low:g} to {high:g}.", param=name)

    return check


def _integer(low: int, high: int) -> Callable[[str, object], None]:
    def check(name: str, value: object) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            raise _wrong_type(name, value, "an integer")
        if not low <= value <= high:
            raise Refusal(
                400, f"Invalid '{name}': {value}, expected {low} to {high}.", param=name, code="integer_out_of_range"
            )

    return check


def _only(*allowed: object) -> Callable[[str, object], None]:
    def check(name: str, value: object) -> None:
        if value not in allowed or isinstance(value, bool) != isinstance(allowed[0], bool):
            raise Refusal(
                400,
                f"Unsupported value: '{name}' is supported with {', '.join(map(repr, allowed))} only here.",
                param=name,
                code="unsupported_value",
            )

    return check


_FIELDS: dict[str, Callable[[str, object], None]] = {
    "model": _any,
    "messages": _any,
    "response_format": _object,
    "max_tokens": _integer(1, MAX_OUTPUT_TOKENS),
    "max_completion_tokens": _integer(1, MAX_OUTPUT_TOKENS),
    "temperature": _number(0, 2),
    "top_p": _number(0, 1),
    "presence_penalty": _number(-2, 2),
    "frequency_penalty": _number(-2, 2),
    "n": _only(1),
    "logprobs": _only(False),
    "stream": _boolean,
    "stream_options": _object,
    "seed": _integer(-(2**63), 2**63 - 1),
    "user": _any,
    "store": _boolean,
    "metadata": _object,
    "reasoning_effort": _any,
    "service_tier": _any,
}
