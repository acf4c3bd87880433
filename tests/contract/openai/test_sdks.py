"""The unmodified SDKs on the local embeddings endpoint."""

import math
import re
import time
from collections.abc import AsyncGenerator
from typing import Any

import numpy as np
import openai
import pytest
import pytest_asyncio
from azure.ai.projects.aio import AIProjectClient
from azure.core.credentials import AccessToken, AccessTokenInfo
from openai import AsyncAzureOpenAI, AsyncOpenAI

from tests.support.openai import LocalOpenAI

pytestmark = pytest.mark.asyncio(loop_scope="module")

MODEL = "text-embedding-3-small"
KEY = "a-key"


@pytest_asyncio.fixture(loop_scope="module")
async def azure(endpoint: LocalOpenAI) -> AsyncGenerator[AsyncAzureOpenAI]:
    async with AsyncAzureOpenAI(
        azure_endpoint=endpoint.url, api_key=KEY, api_version="2024-10-21", max_retries=0
    ) as client:
        yield client


def cosine(left: list[float], right: list[float]) -> float:
    return float(np.dot(left, right) / np.linalg.norm(left) / np.linalg.norm(right))


async def test_azure_client_gets_unit_vectors_in_the_order_of_its_inputs(azure: AsyncAzureOpenAI) -> None:
    answer = await azure.embeddings.create(model=MODEL, input=["sort a list", "open a socket"])
    alone = await azure.embeddings.create(model=MODEL, input="open a socket")
    assert [item.index for item in answer.data] == [0, 1]
    assert [len(item.embedding) for item in answer.data] == [1536, 1536]
    assert np.linalg.norm(answer.data[0].embedding) == pytest.approx(1, abs=1e-6)
    assert answer.data[1].embedding == alone.data[0].embedding
    assert answer.model == MODEL


async def test_openai_client_with_a_token_provider_is_served_on_the_v1_route(endpoint: LocalOpenAI) -> None:
    async def token() -> str:
        return KEY

    async with AsyncOpenAI(base_url=f"{endpoint.url}/openai/v1", api_key=token) as client:
        answer = await client.embeddings.create(model=MODEL, input="hello", dimensions=8)
    assert len(answer.data[0].embedding) == 8


class _Credential:
    """A token credential that hands out the endpoint's key."""

    async def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        return AccessToken(KEY, int(time.time()) + 3600)

    async def get_token_info(self, *scopes: str, **_: Any) -> AccessTokenInfo:
        return AccessTokenInfo(KEY, int(time.time()) + 3600)

    async def close(self) -> None:
        return

    async def __aenter__(self) -> "_Credential":
        return self

    async def __aexit__(self, *_: object) -> None:
        return


async def test_foundry_project_client_is_served_on_its_project_route(endpoint: LocalOpenAI) -> None:
    async with (
        AIProjectClient(endpoint=f"{endpoint.url}/api/projects/demo", credential=_Credential()) as project,
        project.get_openai_client() as client,
    ):
        answer = await client.embeddings.create(model=MODEL, input="hello")
    assert len(answer.data[0].embedding) == 1536


async def test_base64_and_float_encodings_carry_the_same_vector(azure: AsyncAzureOpenAI) -> None:
    by_default = await azure.embeddings.create(model=MODEL, input="hello")
    as_floats = await azure.embeddings.create(model=MODEL, input="hello", encoding_format="float")
    assert by_default.data[0].embedding == pytest.approx(as_floats.data[0].embedding, abs=1e-7)


async def test_meaning_orders_the_similarities(azure: AsyncAzureOpenAI) -> None:
    texts = ["copy a directory with all its files", "def copytree(src, dst): ...", "variance of a sample"]
    question, near, far = [item.embedding for item in (await azure.embeddings.create(model=MODEL, input=texts)).data]
    assert cosine(question, near) > cosine(question, far) + 0.1


@pytest.mark.parametrize("dimensions", [1, 64, 256, 1536, 3072, 4096])
async def test_vectors_have_the_dimensions_asked_for_and_length_one(azure: AsyncAzureOpenAI, dimensions: int) -> None:
    answer = await azure.embeddings.create(model=MODEL, input="hello", dimensions=dimensions)
    assert len(answer.data[0].embedding) == dimensions
    assert math.hypot(*answer.data[0].embedding) == pytest.approx(1, abs=1e-6)


async def test_padding_changes_no_cosine(azure: AsyncAzureOpenAI) -> None:
    texts = ["merge sorted lists", "join ordered arrays"]
    own = await azure.embeddings.create(model=MODEL, input=texts, dimensions=512)
    padded = await azure.embeddings.create(model=MODEL, input=texts, dimensions=3072)
    assert cosine(*[d.embedding for d in padded.data]) == pytest.approx(cosine(*[d.embedding for d in own.data]))


async def test_usage_counts_the_tokens_of_all_inputs(azure: AsyncAzureOpenAI) -> None:
    one = await azure.embeddings.create(model=MODEL, input="hello world")
    two = await azure.embeddings.create(model=MODEL, input=["hello world", "hello world"])
    assert one.usage.prompt_tokens == 2
    assert two.usage.total_tokens == 4


async def test_an_input_of_as_many_tokens_as_the_model_takes_is_embedded(azure: AsyncAzureOpenAI) -> None:
    answer = await azure.embeddings.create(model=MODEL, input=" word" * 8192)
    assert answer.usage.prompt_tokens == 8192


async def test_token_ids_are_embedded_as_their_text(azure: AsyncAzureOpenAI) -> None:
    text = await azure.embeddings.create(model=MODEL, input="hello world")
    ids = await azure.embeddings.create(model=MODEL, input=[15339, 1917])
    several = await azure.embeddings.create(model=MODEL, input=[[15339, 1917], [15339]])
    assert ids.data[0].embedding == several.data[0].embedding == text.data[0].embedding
    assert (ids.usage.prompt_tokens, several.usage.prompt_tokens, len(several.data)) == (2, 3, 2)


async def test_wrong_key_is_unauthorized(endpoint: LocalOpenAI) -> None:
    async with AsyncAzureOpenAI(
        azure_endpoint=endpoint.url, api_key="other", api_version="2024-10-21", max_retries=0
    ) as client:
        with pytest.raises(openai.AuthenticationError):
            await client.embeddings.create(model=MODEL, input="hello")


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"input": ""}, "cannot be an empty string"),
        ({"input": ["a", ""]}, "input[1]"),
        ({"input": []}, "the array is empty"),
        ({"input": ["a"] * 2049}, "maximum length 2048"),
        ({"input": "word " * 9000}, "maximum context length is 8192 tokens"),
        ({"input": "x" * 1_000_000}, "maximum context length is 8192 tokens"),
        ({"input": [15339, -1]}, "Invalid 'input': expected token ids of cl100k_base, 0 to 100255"),
        ({"input": [[15339], [100256]]}, "Invalid 'input[1]': expected token ids"),
        ({"input": [[15339, True]]}, "Invalid 'input[0]': expected token ids"),
        ({"input": [[]]}, "Invalid 'input[0]': expected token ids"),
        ({"input": [15339] * 8193}, "however you requested 8193 tokens in 'input[0]'"),
        ({"input": "fine" + " word" * 8192}, "however you requested 8193 tokens in 'input[0]'"),
        ({"input": [None]}, "null, expected a string"),
        ({"input": {"a": 1}}, "an object, expected a string"),
        ({"input": "a", "dimensions": 0}, "expected 1 to 4096"),
        ({"input": "a", "dimensions": True}, "a boolean, expected an integer"),
        ({"input": "a", "encoding_format": "hex"}, "expected 'float' or 'base64'"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else value,
)
async def test_bad_request_names_the_field_and_what_is_expected(
    azure: AsyncAzureOpenAI, wrong: dict[str, Any], text: str
) -> None:
    with pytest.raises(openai.BadRequestError, match=re.escape(text)):
        await azure.embeddings.create(model=MODEL, **wrong)


async def test_throttling_carries_the_time_to_wait(endpoint: LocalOpenAI, azure: AsyncAzureOpenAI) -> None:
    await endpoint.set_faults(rate_429=1.0, retry_after_s=7)
    with pytest.raises(openai.RateLimitError) as raised:
        await azure.embeddings.create(model=MODEL, input="hello")
    assert raised.value.response.headers["retry-after"] == "7"


async def test_client_waits_as_told_and_succeeds(endpoint: LocalOpenAI, azure: AsyncAzureOpenAI) -> None:
    await endpoint.set_faults(fail_next=1)
    answer = await azure.with_options(max_retries=1).embeddings.create(model=MODEL, input="hello")
    assert answer.data
    assert (await endpoint.stats())["by_status"] == {"200": 1, "500": 1}


async def test_next_requests_fail_and_no_more(endpoint: LocalOpenAI, azure: AsyncAzureOpenAI) -> None:
    await endpoint.set_faults(fail_next=2)
    for _ in range(2):
        with pytest.raises(openai.InternalServerError):
            await azure.embeddings.create(model=MODEL, input="hello")
    assert (await azure.embeddings.create(model=MODEL, input="hello")).data


async def test_requests_with_a_matching_input_fail(endpoint: LocalOpenAI, azure: AsyncAzureOpenAI) -> None:
    await endpoint.set_faults(fail_matching="poison")
    with pytest.raises(openai.InternalServerError):
        await azure.embeddings.create(model=MODEL, input=["fine", "a poisoned one"])
    assert (await azure.embeddings.create(model=MODEL, input=["fine"])).data


async def test_rate_of_failures_is_about_what_was_asked(endpoint: LocalOpenAI, azure: AsyncAzureOpenAI) -> None:
    await endpoint.set_faults(rate_500=0.5)
    for _ in range(100):
        try:
            await azure.embeddings.create(model=MODEL, input="hello", dimensions=1)
        except openai.InternalServerError:
            continue
    assert 30 <= (await endpoint.stats())["by_status"]["500"] <= 70


async def test_latency_is_added(endpoint: LocalOpenAI, azure: AsyncAzureOpenAI) -> None:
    await endpoint.set_faults(latency_ms=200)
    start = time.perf_counter()
    await azure.embeddings.create(model=MODEL, input="hello")
    assert time.perf_counter() - start >= 0.2


async def test_stats_count_requests_and_inputs(endpoint: LocalOpenAI, azure: AsyncAzureOpenAI) -> None:
    await azure.embeddings.create(model=MODEL, input=["a", "b", "c"])
    await azure.embeddings.create(model=MODEL, input="d")
    stats = await endpoint.stats()
    assert (stats["requests"], stats["inputs"], stats["max_in_flight"]) == (2, 4, 1)


async def test_unknown_route_answers_in_the_service_s_shape(endpoint: LocalOpenAI) -> None:
    async with AsyncOpenAI(base_url=f"{endpoint.url}/openai/v2", api_key=KEY, max_retries=0) as client:
        with pytest.raises(openai.NotFoundError, match="/openai/v2/embeddings"):
            await client.embeddings.create(model=MODEL, input="hello")
