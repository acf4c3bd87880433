"""Our client of a language model against the endpoint.

Also against the account that OPENAI_CONTRACT_ENDPOINT, _KEY and _CHAT_DEPLOYMENT name.
"""

import asyncio
import json
import os
import time
from contextlib import asynccontextmanager

import pytest

from shared.clients.openai_account import open_account
from shared.clients.openai_chat import Chat
from shared.clients.openai_embeddings import Embeddings
from shared.errors import Rejected, Unavailable
from shared.llm.prompts import prompts
from shared.settings import ModelAccount, Service
from shared.topology import topology
from tests.support.openai import running_openai

pytestmark = pytest.mark.asyncio(loop_scope="module")

PROMPT = prompts().synonym_resins
MESSAGES = PROMPT.messages({"resin": {"code": "PP", "typed": "pp"}})
VERSION = str(topology().settings["OPENAI_API_VERSION"].default)
REAL = "OPENAI_CONTRACT_ENDPOINT" in os.environ and "OPENAI_CONTRACT_CHAT_DEPLOYMENT" in os.environ


def local_account(endpoint, api="azure", key="a-key", api_version=VERSION):
    return ModelAccount(api, Service(endpoint.url + ("/api/projects/p" if api == "project" else ""), key), api_version)


@asynccontextmanager
async def chat_of(account, deployment="gpt-4.1-mini", temperature=0.0, effort="default"):
    async with open_account(account, None) as opened:
        yield Chat(opened, deployment, temperature, effort)


async def ask(chat, **more):
    return await chat.complete(MESSAGES, PROMPT.answer_schema, 300, **more)


@pytest.mark.parametrize("api", ["azure", "project", *(["account"] if REAL else [])])
async def test_every_address_gives_an_answer_of_the_schema(endpoint, api):
    if api == "account":
        service = Service(os.environ["OPENAI_CONTRACT_ENDPOINT"], os.environ["OPENAI_CONTRACT_KEY"])
        opened = chat_of(ModelAccount("azure", service, VERSION), os.environ["OPENAI_CONTRACT_CHAT_DEPLOYMENT"])
    else:
        opened = chat_of(local_account(endpoint, api))
    async with opened as chat:
        reply = await ask(chat)
    assert set(json.loads(reply.text)) == {"resins"}
    assert not reply.cut
    assert reply.prompt_tokens > 100 > reply.completion_tokens > 0
    assert reply.model


async def test_a_reasoning_deployment_is_asked_without_a_temperature(endpoint):
    async with chat_of(local_account(endpoint), "o4-mini", None) as chat:
        assert "PE-HD" in (await ask(chat)).text
    async with chat_of(local_account(endpoint), "o4-mini", 0.0) as chat:
        with pytest.raises(Rejected, match=r"400.*temperature"):
            await ask(chat)


@pytest.mark.parametrize(
    ("deployment", "effort"),
    [("gpt-5.4-mini", "none"), ("gpt-5.4-mini", "low"), ("gpt-5-mini", "minimal"), ("o4-mini", "low")],
)
async def test_a_model_thinks_as_hard_as_it_is_told(endpoint, deployment, effort):
    async with chat_of(local_account(endpoint), deployment, None, effort) as chat:
        assert "PE-HD" in (await ask(chat)).text
    assert (await endpoint.stats())["by_status"] == {"200": 1}


@pytest.mark.parametrize(
    ("deployment", "effort"), [("gpt-5.4-mini", "minimal"), ("gpt-5-mini", "none"), ("gpt-4.1", "low")]
)
async def test_an_effort_that_a_model_does_not_know_is_left_out_from_then_on(endpoint, deployment, effort, caplog):
    async with chat_of(local_account(endpoint), deployment, None, effort) as chat:
        for _ in range(2):
            assert "PE-HD" in (await ask(chat)).text
    assert (await endpoint.stats())["by_status"] == {"200": 2, "400": 1}
    (told,) = [record for record in caplog.records if "LLM_REASONING_EFFORT" in record.message]
    assert "reasoning_effort" in told.reason


async def test_calls_at_once_learn_what_a_model_takes_and_all_are_answered(endpoint):
    account = local_account(endpoint, api_version="2024-08-01-preview")
    async with chat_of(account, "gpt-4.1-mini", None, "low") as chat:
        replies = await asyncio.gather(*(ask(chat) for _ in range(5)))
        assert all("PE-HD" in reply.text for reply in replies)
        await endpoint.reset_stats()
        await ask(chat)
    assert (await endpoint.stats())["by_status"] == {"200": 1}


async def test_an_api_version_older_than_a_reasoning_model_is_said_to_be_so(endpoint):
    async with chat_of(local_account(endpoint, api_version="2024-10-21"), "gpt-5.4-mini", None, "low") as chat:
        with pytest.raises(Rejected, match="enabled only for api versions 2024-12-01-preview and later"):
            await ask(chat)


async def test_where_the_limit_has_its_older_name_it_is_used_from_then_on(endpoint):
    async with chat_of(local_account(endpoint, api_version="2024-08-01-preview")) as chat:
        for _ in range(3):
            assert "PE-HD" in (await ask(chat)).text
    assert (await endpoint.stats())["by_status"] == {"200": 3, "400": 1}


async def test_an_answer_that_was_cut_off_says_so(endpoint):
    async with chat_of(local_account(endpoint)) as chat:
        reply = await chat.complete(MESSAGES, PROMPT.answer_schema, 3)
    assert reply.cut
    assert reply.completion_tokens == 3


async def test_an_answer_that_was_cut_off_fits_where_there_is_more_room(endpoint):
    async with chat_of(local_account(endpoint)) as chat:
        short = await chat.complete(MESSAGES, PROMPT.answer_schema, 6)
        long = await chat.complete(MESSAGES, PROMPT.answer_schema, 6, roomy=True)
    assert (short.cut, long.cut) == (True, False)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("refusal", "The language model refused: I'm sorry"),
        ("content_filter", "content filter stopped the answer"),
        ("prompt_filter", "400.*content management policy"),
    ],
)
async def test_what_the_model_or_its_filter_refuses_is_rejected(endpoint, kind, reason):
    await endpoint.set_faults("chat", bad_answer=kind)
    async with chat_of(local_account(endpoint)) as chat:
        with pytest.raises(Rejected, match=reason) as caught:
            await ask(chat)
    assert caught.value.is_about_input


async def test_a_wrong_key_is_rejected(endpoint):
    async with chat_of(local_account(endpoint, key="wrong")) as chat:
        with pytest.raises(Rejected, match="401") as caught:
            await ask(chat)
    assert not caught.value.is_about_input


@pytest.mark.parametrize(
    "faults", [{"rate_500": 1.0}, {"rate_429": 1.0, "retry_after_s": 0}, {"rate_429": 1.0, "retry_after_s": None}]
)
async def test_failures_and_throttling_may_pass(endpoint, faults):
    await endpoint.set_faults("chat", **faults)
    async with chat_of(local_account(endpoint)) as chat:
        with pytest.raises(Unavailable) as caught:
            await ask(chat)
        assert caught.value.retry_after_s == faults.get("retry_after_s")
        await endpoint.set_faults()
        assert (await ask(chat)).text


async def test_a_model_that_does_not_answer_in_time_is_unavailable(endpoint):
    await endpoint.set_faults("chat", hang=True)
    async with open_account(local_account(endpoint), None) as account:
        with pytest.raises(Unavailable, match="did not answer in time"):
            await ask(Chat(account, "gpt-4.1-mini", timeout_s=0.2))


async def test_a_dead_endpoint_is_unavailable():
    async with running_openai() as running:
        dead = local_account(running)
    async with chat_of(dead) as chat:
        with pytest.raises(Unavailable, match="cannot be reached"):
            await ask(chat)


async def test_nothing_is_sent_before_retry_after(endpoint):
    await endpoint.set_faults("chat", rate_429=1.0, retry_after_s=1)
    async with chat_of(local_account(endpoint)) as chat:
        with pytest.raises(Unavailable) as caught:
            await ask(chat)
        throttled_at = time.monotonic()
        assert caught.value.retry_after_s == 1
        with pytest.raises(Unavailable, match="left alone"):
            await ask(chat, patience_s=0)
        await endpoint.set_faults()
        await endpoint.reset_stats()
        await ask(chat)
        assert time.monotonic() - throttled_at >= 0.9
        assert (await endpoint.stats())["requests"] == 1


async def test_a_deployment_that_is_throttled_does_not_hold_back_another(endpoint):
    await endpoint.set_faults("chat", rate_429=1.0, retry_after_s=20)
    async with open_account(local_account(endpoint), None) as account:
        chat, embeddings = Chat(account, "gpt-4.1-mini"), Embeddings(account, "text-embedding-3-small", 1536)
        with pytest.raises(Unavailable):
            await ask(chat)
        async with asyncio.timeout(10):
            assert len(await embeddings.embed(["x"], patience_s=0)) == 1
        with pytest.raises(Unavailable, match="left alone"):
            await ask(chat, patience_s=0)


async def test_both_models_share_one_client(endpoint):
    async with open_account(local_account(endpoint), None) as account:
        clients = await asyncio.gather(*(account.client() for _ in range(10)))
        await Embeddings(account, "text-embedding-3-small", 1536).embed(["x"])
    assert len(set(map(id, clients))) == 1
    assert clients[0].is_closed()
