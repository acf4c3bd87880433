"""Our client of Azure OpenAI, by either address, against the endpoint.

Also against the account that OPENAI_CONTRACT_ENDPOINT, _KEY and _DEPLOYMENT name.
"""

import os
import time
from contextlib import asynccontextmanager

import pytest

from shared.clients.openai_account import open_account
from shared.clients.openai_embeddings import Embeddings
from shared.errors import Rejected, Unavailable
from shared.settings import EmbeddingModel, ModelAccount, Service
from tests.support.openai import running_openai


@pytest.fixture
async def endpoint():
    async with running_openai("--key", "local") as running:
        yield running


def model(endpoint, api="azure", key="local", dimensions=1536):
    path = "/api/projects/p" if api == "project" else ""
    return EmbeddingModel(
        ModelAccount(api, Service(endpoint.url + path, key), api_version="2024-10-21"),
        deployment="text-embedding-3-small",
        dimensions=dimensions,
    )


@asynccontextmanager
async def opened(model):
    async with open_account(model.account, None) as account:
        yield Embeddings(account, model.deployment, model.dimensions)


def account():
    """The account that the environment names."""
    service = Service(os.environ["OPENAI_CONTRACT_ENDPOINT"], os.environ["OPENAI_CONTRACT_KEY"])
    return EmbeddingModel(
        ModelAccount("azure", service, api_version="2024-10-21"),
        deployment=os.environ.get("OPENAI_CONTRACT_DEPLOYMENT", "text-embedding-3-small"),
        dimensions=1536,
    )


@pytest.mark.parametrize(
    "api", ["azure", "project", *(["account"] if "OPENAI_CONTRACT_ENDPOINT" in os.environ else [])]
)
async def test_every_address_gives_unit_vectors_in_order(endpoint, api):
    async with opened(account() if api == "account" else model(endpoint, api)) as embeddings:
        one, other = await embeddings.embed(["def add(a, b): return a + b", "a loaf of bread"])
    assert len(one) == len(other) == 1536
    assert sum(x * x for x in one) == pytest.approx(1.0, abs=1e-4)
    assert one == [round(x, 7) for x in one]
    assert one != other


async def test_a_wrong_key_is_rejected(endpoint):
    async with opened(model(endpoint, key="wrong")) as embeddings:
        with pytest.raises(Rejected, match="401"):
            await embeddings.embed(["x"])


async def test_a_text_that_the_service_refuses_is_rejected(endpoint):
    async with opened(model(endpoint)) as embeddings:
        with pytest.raises(Rejected, match="400"):
            await embeddings.embed([""])


@pytest.mark.parametrize("faults", [{"rate_500": 1.0}, {"rate_429": 1.0, "retry_after_s": 0}])
async def test_failures_and_throttling_may_pass(endpoint, faults):
    await endpoint.set_faults(**faults)
    async with opened(model(endpoint)) as embeddings:
        with pytest.raises(Unavailable):
            await embeddings.embed(["x"])
        await endpoint.set_faults()
        assert len(await embeddings.embed(["x"])) == 1


async def test_a_dead_endpoint_is_unavailable():
    async with running_openai() as running:
        dead = model(running)
    async with opened(dead) as embeddings:
        with pytest.raises(Unavailable, match="cannot be reached"):
            await embeddings.embed(["x"])


async def test_nothing_is_sent_before_retry_after(endpoint):
    await endpoint.set_faults(rate_429=1.0, retry_after_s=1)
    async with opened(model(endpoint)) as embeddings:
        with pytest.raises(Unavailable) as caught:
            await embeddings.embed(["x"])
        throttled_at = time.monotonic()
        assert caught.value.retry_after_s == 1
        with pytest.raises(Unavailable, match="left alone"):
            await embeddings.embed(["x"], patience_s=0)
        await endpoint.set_faults()
        await endpoint.reset_stats()
        await embeddings.embed(["x"])
        assert time.monotonic() - throttled_at >= 0.9
        assert (await endpoint.stats())["requests"] == 1
