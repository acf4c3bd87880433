"""The unmodified SDKs on the local chat endpoint."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator
from typing import Any

import openai
import pytest
import pytest_asyncio
from openai import AsyncAzureOpenAI, AsyncOpenAI
from pydantic import BaseModel

from shared.llm.prompts import prompts
from shared.topology import topology
from tests.support.openai import LocalOpenAI, running_openai

pytestmark = pytest.mark.asyncio(loop_scope="module")

MODEL = "gpt-4.1-mini"
KEY = "a-key"
HELLO = [{"role": "user", "content": "Say hello"}]
API_VERSION = str(topology().settings["OPENAI_API_VERSION"].default)


@pytest_asyncio.fixture(loop_scope="module")
async def azure(endpoint: LocalOpenAI) -> AsyncGenerator[AsyncAzureOpenAI]:
    async with AsyncAzureOpenAI(
        azure_endpoint=endpoint.url, api_key=KEY, api_version=API_VERSION, max_retries=0
    ) as client:
        yield client


def asks_for(name: str, document: dict[str, Any]) -> dict[str, Any]:
    """What is sent to ask one of the three prompts about ``document``."""
    prompt = getattr(prompts(), name)
    return {
        "model": MODEL,
        "messages": [{"role": each.role, "content": each.content} for each in prompt.messages(document)],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": name, "strict": True, "schema": prompt.schema_},
        },
    }


REQUEST = {"resin": {"code": "PP"}, "acceptable_resins": [], "lab": [45, 12, -25], "wishes": []}
SCORES = asks_for(
    "score_chunk",
    {"request": REQUEST, "materials": [{"id": "A", "resin": "PP", "dE": 0}, {"id": "B", "resin": "PA6", "dE": 9}]},
)
ANALYSIS = asks_for(
    "overall_analysis", {"request": REQUEST, "results": [{"id": "A", "resin": "PP", "dE": 0.5, "score": 98}]}
)
SYNONYMS = asks_for("synonym_resins", {"resin": {"code": "PP"}})


def is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


async def content(client: AsyncOpenAI, asked: dict[str, Any], **more: Any) -> str:
    answer = await client.chat.completions.create(**asked, **more)
    return answer.choices[0].message.content or ""


async def test_plain_chat_says_what_it_is(azure: AsyncAzureOpenAI) -> None:
    answer = await azure.chat.completions.create(model=MODEL, messages=HELLO)
    (choice,) = answer.choices
    assert answer.model == "offline-rules"
    assert "no language model" in choice.message.content
    assert (choice.finish_reason, choice.message.role, choice.message.refusal) == ("stop", "assistant", None)
    assert answer.usage.prompt_tokens > 0
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


async def test_openai_client_is_served_on_the_v1_route(endpoint: LocalOpenAI) -> None:
    async with AsyncOpenAI(base_url=f"{endpoint.url}/openai/v1", api_key=KEY) as client:
        assert "offline-rules" in await content(client, {"model": MODEL, "messages": HELLO})


async def test_each_prompt_is_answered_in_its_schema(azure: AsyncAzureOpenAI) -> None:
    scores = json.loads(await content(azure, SCORES))["scores"]
    assert [each["id"] for each in scores] == ["A", "B"]
    assert scores[0]["score"] == 100 > scores[1]["score"]
    assert json.loads(await content(azure, SYNONYMS)) == {"resins": ["PE-HD", "PP-R", "TPO"]}
    analysis = json.loads(await content(azure, ANALYSIS))
    assert analysis["best_match"] == "A"
    assert "offline-rules" in analysis["summary"]


async def test_the_same_question_has_the_same_answer(azure: AsyncAzureOpenAI) -> None:
    answers = [await azure.chat.completions.create(**SCORES) for _ in range(2)]
    assert answers[0].choices[0].message.content == answers[1].choices[0].message.content
    assert answers[0].usage == answers[1].usage


async def test_the_sdk_s_own_parser_takes_the_answer(azure: AsyncAzureOpenAI) -> None:
    class Resins(BaseModel):
        resins: list[str]

    Resins.__name__ = "synonym_resins"
    answer = await azure.chat.completions.parse(
        model=MODEL, messages=SYNONYMS["messages"], response_format=Resins, temperature=0
    )
    assert answer.choices[0].message.parsed == Resins(resins=["PE-HD", "PP-R", "TPO"])


async def test_json_mode_answers_json(azure: AsyncAzureOpenAI) -> None:
    text = await content(azure, {"model": MODEL, "messages": HELLO, "response_format": {"type": "json_object"}})
    assert json.loads(text)["model"] == "offline-rules"


async def test_a_stream_carries_the_same_answer_in_pieces(azure: AsyncAzureOpenAI) -> None:
    whole = await azure.chat.completions.create(**SCORES)
    stream = await azure.chat.completions.create(**SCORES, stream=True, stream_options={"include_usage": True})
    chunks = [chunk async for chunk in stream]
    pieces = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices]
    assert len(pieces) > 3
    assert "".join(piece or "" for piece in pieces) == whole.choices[0].message.content
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].usage == whole.usage
    assert len({chunk.id for chunk in chunks}) == 1


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
async def test_an_answer_ends_where_its_tokens_do(azure: AsyncAzureOpenAI, name: str) -> None:
    whole = await azure.chat.completions.create(**SCORES)
    answer = await azure.chat.completions.create(**SCORES, **{name: 10})
    assert answer.choices[0].finish_reason == "length"
    assert answer.usage.completion_tokens == 10
    assert whole.choices[0].message.content.startswith(answer.choices[0].message.content)
    enough = await azure.chat.completions.create(**SCORES, **{name: whole.usage.completion_tokens})
    assert enough.choices[0].finish_reason == "stop"


async def test_text_parts_are_read_like_a_text(azure: AsyncAzureOpenAI) -> None:
    system, user = SYNONYMS["messages"]
    parts = [{"type": "text", "text": user["content"]}]
    asked = SYNONYMS | {"messages": [system | {"role": "developer"}, user | {"content": parts}]}
    assert json.loads(await content(azure, asked))["resins"][0] == "PE-HD"


async def test_a_correction_is_answered_from_the_block_before_it(azure: AsyncAzureOpenAI) -> None:
    more = [{"role": "assistant", "content": "no"}, {"role": "user", "content": "That answer cannot be used."}]
    asked = SYNONYMS | {"messages": [*SYNONYMS["messages"], *more]}
    assert json.loads(await content(azure, asked))["resins"][0] == "PE-HD"


STRICT = {"type": "json_schema", "json_schema": {"name": "other", "strict": True, "schema": {}}}


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"messages": []}, "Invalid 'messages': 0 entries"),
        ({"messages": "hello"}, "Invalid type for 'messages': expected an array of objects, but got a string"),
        ({"messages": ["hello"]}, "Invalid type for 'messages[0]'"),
        ({"messages": [{"role": "wizard", "content": "x"}]}, "Invalid value: 'wizard'. Supported values are: 'system'"),
        ({"messages": [{"content": "x"}]}, "Invalid value: null"),
        ({"messages": [{"role": "user", "content": None}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "expected a part of type 'text'"),
        ({"messages": [{"role": "user", "content": "x", "tool_calls": []}]}, "Unsupported parameter"),
        ({"messages": [{"role": "user", "content": "word " * 130_000}]}, "maximum context length is 128000 tokens"),
        ({"messages": [{"role": "user", "content": "x" * 5_000_000}]}, "maximum context length is 128000 tokens"),
        ({"n": 2}, "'n' is supported with 1 only"),
        ({"logprobs": True}, "'logprobs' is supported with False only"),
        ({"tools": []}, "Unrecognized request argument supplied: tools"),
        ({"temperature": 3}, "Invalid 'temperature': 3, expected 0 to 2"),
        ({"temperature": "0"}, "expected a number, but got a string"),
        ({"max_tokens": 0}, "Invalid 'max_tokens': 0"),
        ({"max_tokens": 1.5}, "expected an integer"),
        ({"max_tokens": 5, "max_completion_tokens": 5}, "at the same time is not supported"),
        ({"stream_options": {"include_usage": True}}, "only allowed when 'stream' is enabled"),
        ({"response_format": {"type": "xml"}}, "expected 'text', 'json_object' or 'json_schema'"),
        ({"response_format": {"type": "json_schema"}}, "Missing required parameter: 'response_format.json_schema'"),
        ({"response_format": STRICT}, "Invalid schema for response_format 'other'"),
        ({"model": "text-embedding-3-small"}, "chatCompletion operation does not work with the specified model"),
    ],
    ids=str,
)
async def test_bad_request_names_the_field_and_what_is_expected(
    azure: AsyncAzureOpenAI, wrong: dict[str, Any], text: str
) -> None:
    with pytest.raises(openai.BadRequestError, match=re.escape(text)):
        await azure.chat.completions.create(**({"model": MODEL, "messages": HELLO} | wrong))


async def test_a_schema_that_the_rules_do_not_know_is_refused(azure: AsyncAzureOpenAI) -> None:
    schema = {"type": "object", "additionalProperties": False, "required": [], "properties": {}}
    form = {"type": "json_schema", "json_schema": {"name": "haiku", "strict": True, "schema": schema}}
    with pytest.raises(openai.BadRequestError, match="offline-rules cannot answer in the schema 'haiku'"):
        await azure.chat.completions.create(**SYNONYMS | {"response_format": form})
    form["json_schema"]["name"] = "synonym_resins"
    with pytest.raises(openai.BadRequestError, match="cannot give a valid answer"):
        await azure.chat.completions.create(**SYNONYMS | {"response_format": form})


@pytest.mark.parametrize(
    ("block", "text"),
    [
        ("PP", "there is none"),
        ("BEGIN-DATA 0123456789ab\n{\nEND-DATA 0123456789ab", "cannot read the data block"),
        ("BEGIN-DATA 0123456789ab\n[]\nEND-DATA 0123456789ab", "it is no object"),
        ("BEGIN-DATA 0123456789ab\n{}\nEND-DATA 0123456789ab", "resin: Field required"),
        ('BEGIN-DATA 0123456789ab\n{"resin":{"code":"PP"}}\nEND-DATA ba9876543210', "there is none"),
    ],
)
async def test_without_data_that_can_be_read_there_is_no_answer(azure: AsyncAzureOpenAI, block: str, text: str) -> None:
    asked = SYNONYMS | {"messages": [SYNONYMS["messages"][0], {"role": "user", "content": block}]}
    with pytest.raises(openai.BadRequestError, match=text):
        await azure.chat.completions.create(**asked)


async def test_reasoning_deployments_take_no_temperature_and_the_newer_limit(azure: AsyncAzureOpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="Use 'max_completion_tokens' instead"):
        await azure.chat.completions.create(model="gpt-5-mini", messages=HELLO, max_tokens=5)
    with pytest.raises(openai.BadRequestError, match=r"Only the default \(1\) value is supported"):
        await azure.chat.completions.create(model="o4-mini", messages=HELLO, temperature=0)
    answer = await azure.chat.completions.create(model="o4-mini", messages=HELLO, max_completion_tokens=500)
    assert answer.choices[0].message.content


@pytest.mark.parametrize(
    ("model", "knows", "effort"),
    [
        ("gpt-5.4-mini", "'none', 'low', 'medium', 'high', and 'xhigh'", "minimal"),
        ("gpt-5.1", "'none', 'low', 'medium', and 'high'", "xhigh"),
        ("gpt-5-mini", "'minimal', 'low', 'medium', and 'high'", "none"),
        ("o4-mini", "'low', 'medium', and 'high'", "minimal"),
    ],
)
async def test_an_effort_that_a_reasoning_deployment_does_not_know_is_refused(
    azure: AsyncAzureOpenAI, model: str, knows: str, effort: Any
) -> None:
    with pytest.raises(openai.BadRequestError, match=f"does not support '{effort}' with this model.*{knows}"):
        await azure.chat.completions.create(model=model, messages=HELLO, reasoning_effort=effort)
    answer = await azure.chat.completions.create(model=model, messages=HELLO, reasoning_effort="low")
    assert answer.choices[0].message.content


async def test_a_deployment_that_does_not_think_knows_no_effort(azure: AsyncAzureOpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="Unrecognized request argument supplied: reasoning_effort"):
        await azure.chat.completions.create(model=MODEL, messages=HELLO, reasoning_effort="low")


async def test_old_api_versions_have_no_reasoning_deployments(endpoint: LocalOpenAI) -> None:
    async with AsyncAzureOpenAI(azure_endpoint=endpoint.url, api_key=KEY, api_version="2024-10-21") as client:
        with pytest.raises(openai.BadRequestError, match="Model o4-mini is enabled only for api versions 2024-12-01"):
            await client.chat.completions.create(model="o4-mini", messages=HELLO)


async def test_old_api_versions_do_not_know_the_newer_limit(endpoint: LocalOpenAI) -> None:
    async with AsyncAzureOpenAI(azure_endpoint=endpoint.url, api_key=KEY, api_version="2024-08-01-preview") as client:
        with pytest.raises(openai.BadRequestError, match="Unrecognized request argument supplied: max_completion"):
            await client.chat.completions.create(model=MODEL, messages=HELLO, max_completion_tokens=5)


async def test_a_deployment_that_does_not_exist_is_not_found() -> None:
    async with (
        running_openai("--deployment", MODEL, "--deployment", "text-embedding-3-small") as endpoint,
        AsyncAzureOpenAI(azure_endpoint=endpoint.url, api_key=KEY, api_version=API_VERSION) as client,
    ):
        assert (await client.chat.completions.create(model=MODEL, messages=HELLO)).choices
        with pytest.raises(openai.NotFoundError, match="deployment for this resource does not exist"):
            await client.chat.completions.create(model="gpt-4o", messages=HELLO)
        with pytest.raises(openai.NotFoundError, match="deployment for this resource does not exist"):
            await client.embeddings.create(model="text-embedding-3-large", input="hello")


async def test_wrong_key_is_unauthorized(endpoint: LocalOpenAI) -> None:
    async with AsyncAzureOpenAI(azure_endpoint=endpoint.url, api_key="other", api_version=API_VERSION) as client:
        with pytest.raises(openai.AuthenticationError):
            await client.chat.completions.create(model=MODEL, messages=HELLO)


async def test_chat_can_fail_while_embeddings_do_not(endpoint: LocalOpenAI, azure: AsyncAzureOpenAI) -> None:
    await endpoint.set_faults("chat", rate_500=1.0)
    with pytest.raises(openai.InternalServerError):
        await azure.chat.completions.create(model=MODEL, messages=HELLO)
    assert (await azure.embeddings.create(model="text-embedding-3-small", input="hello")).data
    assert (await endpoint.stats("chat"))["by_status"] == {"500": 1}
    assert (await endpoint.stats("embeddings"))["by_status"] == {"200": 1}
    assert (await endpoint.stats())["requests"] == 2


async def test_one_prompt_can_fail_while_the_others_do_not(endpoint: LocalOpenAI, azure: AsyncAzureOpenAI) -> None:
    await endpoint.set_faults("chat/overall_analysis", fail_next=1)
    assert await content(azure, SCORES)
    with pytest.raises(openai.InternalServerError):
        await content(azure, ANALYSIS)
    assert await content(azure, ANALYSIS)
    assert (await endpoint.stats("chat/overall_analysis"))["by_status"] == {"200": 1, "500": 1}
    assert (await endpoint.stats("chat/score_chunk"))["requests"] == 1


@pytest.mark.parametrize(("retry_after_s", "header"), [(7, "7"), (None, None)])
async def test_throttling_says_how_long_to_wait_or_not(
    endpoint: LocalOpenAI, azure: AsyncAzureOpenAI, retry_after_s: float | None, header: str | None
) -> None:
    await endpoint.set_faults("chat", rate_429=1.0, retry_after_s=retry_after_s)
    with pytest.raises(openai.RateLimitError, match="ChatCompletions_Create") as raised:
        await azure.chat.completions.create(model=MODEL, messages=HELLO)
    assert raised.value.response.headers.get("retry-after") == header


async def test_messages_with_a_matching_text_fail(endpoint: LocalOpenAI, azure: AsyncAzureOpenAI) -> None:
    await endpoint.set_faults("chat", fail_matching="poison")
    with pytest.raises(openai.InternalServerError):
        await azure.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "a poisoned one"}])
    assert (await azure.chat.completions.create(model=MODEL, messages=HELLO)).choices


async def test_a_request_hangs_until_its_caller_gives_up(endpoint: LocalOpenAI, azure: AsyncAzureOpenAI) -> None:
    await endpoint.set_faults("chat", hang=True)
    with pytest.raises(openai.APITimeoutError):
        await azure.chat.completions.create(model=MODEL, messages=HELLO, timeout=0.2)
    assert (await azure.embeddings.create(model="text-embedding-3-small", input="hello")).data


async def test_a_request_that_hangs_fails_when_the_switches_change(
    endpoint: LocalOpenAI, azure: AsyncAzureOpenAI
) -> None:
    await endpoint.set_faults("chat", hang=True)
    hanging = asyncio.create_task(azure.chat.completions.create(model=MODEL, messages=HELLO))
    async with asyncio.timeout(10):
        while (await endpoint.stats())["max_in_flight"] == 0:
            await asyncio.sleep(0.01)
        await endpoint.set_faults("chat")
        with pytest.raises(openai.InternalServerError):
            await hanging


@pytest.mark.parametrize(
    ("kind", "seen"),
    [
        ("bad_json", lambda text: not is_json(text)),
        ("wrong_schema", lambda text: "scores" not in json.loads(text)),
        ("unknown_material", lambda text: json.loads(text)["scores"][0]["id"] not in ("A", "B")),
        ("score_out_of_range", lambda text: json.loads(text)["scores"][0]["score"] > 100),
    ],
)
async def test_an_answer_is_wrong_once_in_the_way_that_was_asked_for(
    endpoint: LocalOpenAI, azure: AsyncAzureOpenAI, kind: str, seen: Any
) -> None:
    good = await content(azure, SCORES)
    await endpoint.set_faults("chat/score_chunk", bad_answer=kind, bad_answers=1)
    assert json.loads(await content(azure, ANALYSIS))["best_match"] == "A"
    assert seen(await content(azure, SCORES))
    assert await content(azure, SCORES) == good


async def test_an_analysis_can_recommend_what_was_not_sent(endpoint: LocalOpenAI, azure: AsyncAzureOpenAI) -> None:
    await endpoint.set_faults("chat", bad_answer="unknown_material")
    assert json.loads(await content(azure, ANALYSIS))["best_match"] != "A"
    assert json.loads(await content(azure, SYNONYMS))["resins"], "there is no material in it to be wrong about"


async def test_answers_can_be_cut_refused_or_filtered(endpoint: LocalOpenAI, azure: AsyncAzureOpenAI) -> None:
    await endpoint.set_faults("chat", bad_answer="cut_short")
    assert (await azure.chat.completions.create(**SCORES)).choices[0].finish_reason == "length"
    await endpoint.set_faults("chat", bad_answer="refusal")
    message = (await azure.chat.completions.create(**SCORES)).choices[0].message
    assert (message.content, bool(message.refusal)) == (None, True)
    await endpoint.set_faults("chat", bad_answer="content_filter")
    assert (await azure.chat.completions.create(**SCORES)).choices[0].finish_reason == "content_filter"
    await endpoint.set_faults("chat", bad_answer="prompt_filter")
    with pytest.raises(openai.BadRequestError) as raised:
        await azure.chat.completions.create(**SCORES)
    assert raised.value.code == "content_filter"


async def test_a_refusal_can_be_streamed(endpoint: LocalOpenAI, azure: AsyncAzureOpenAI) -> None:
    await endpoint.set_faults("chat", bad_answer="refusal")
    stream = await azure.chat.completions.create(**SCORES, stream=True)
    deltas = [chunk.choices[0].delta async for chunk in stream]
    assert "can't help" in "".join(delta.refusal or "" for delta in deltas)
