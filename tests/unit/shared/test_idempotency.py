"""One key, one run, against the Cosmos endpoint."""

import asyncio
from uuid import uuid4

import azure.functions as func
import pytest
import pytest_asyncio
from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError

from shared.clients.cosmos import open_database
from shared.errors import Conflict, InvalidRequest, Unavailable
from shared.idempotency import Acceptance, IdempotencyKeys
from shared.settings import Service, load_settings
from shared.topology import topology
from tests.support.cosmos import provisioned_cosmos
from tests.support.stack import sample_environment

FIRST = Acceptance("run-1", 1_000)
SECOND = Acceptance("run-2", 2_000)
BODY = b'{"name": "a.py"}'


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cosmos(tmp_path_factory):
    async with provisioned_cosmos(tmp_path_factory.mktemp("cosmos")) as running:
        yield running


@pytest.fixture
async def container(cosmos):
    async with open_database(Service(cosmos.url, cosmos.key), None) as database:
        yield database.get_container_client(topology().containers["idempotency_keys"].name)


@pytest.fixture
def keys(container):
    return IdempotencyKeys(container)


@pytest.fixture
def key():
    return f"key-{uuid4().hex}"


async def test_a_new_key_starts_what_is_proposed(keys, key):
    assert await keys.claim("user:1", "embeddings", key, BODY, FIRST) == FIRST


async def test_the_same_key_and_body_stand_for_the_first_run(keys, key):
    await keys.claim("user:1", "embeddings", key, BODY, FIRST)
    assert await keys.claim("user:1", "embeddings", key, BODY, SECOND) == FIRST


async def test_the_same_key_with_another_body_is_a_conflict_and_changes_nothing(keys, key):
    await keys.claim("user:1", "embeddings", key, BODY, FIRST)
    with pytest.raises(Conflict, match="with another body"):
        await keys.claim("user:1", "embeddings", key, BODY + b" ", SECOND)
    assert await keys.claim("user:1", "embeddings", key, BODY, SECOND) == FIRST


@pytest.mark.parametrize(("caller", "operation"), [("user:2", "embeddings"), ("", "embeddings"), ("user:1", "search")])
async def test_callers_and_operations_have_keys_of_their_own(keys, key, caller, operation):
    await keys.claim("user:1", "embeddings", key, BODY, FIRST)
    assert await keys.claim(caller, operation, key, b"another", SECOND) == SECOND


@pytest.mark.parametrize("text", ["a/b\\c?d#e", "é" * 255, " blank ", "\ud800"])
async def test_any_text_is_a_key(keys, key, text):
    text += key
    await keys.claim("user:1", "embeddings", text, BODY, FIRST)
    assert await keys.claim("user:1", "embeddings", text, BODY, SECOND) == FIRST


async def test_of_many_requests_at_once_one_starts_its_run_and_all_hear_of_it(keys, key):
    proposed = [Acceptance(f"run-{number}", number) for number in range(20)]
    answers = await asyncio.gather(*(keys.claim("", "embeddings", key, BODY, each) for each in proposed))
    assert len(set(answers)) == 1
    assert answers[0] in proposed


async def test_neither_key_nor_caller_nor_body_is_kept_in_plain(keys, key, container):
    await keys.claim("user:someone@example.org", "embeddings", key, b"a secret body", FIRST)
    stored = [repr(item) async for item in container.query_items("SELECT * FROM c")]
    assert any("run-1" in item for item in stored)
    assert not [item for item in stored if key in item or "someone" in item or "a secret" in item]


async def test_keys_are_kept_for_a_day(container):
    assert (await container.read())["defaultTtl"] == 86_400


async def test_without_the_database_the_caller_may_come_back(tmp_path):
    async with (
        provisioned_cosmos(tmp_path) as running,
        open_database(Service(running.url, running.key), None) as database,
    ):
        keys = IdempotencyKeys(database.get_container_client("idempotency-keys"))
        running.kill()
        with pytest.raises(Unavailable, match="Cosmos DB cannot be reached"):
            await keys.claim("", "embeddings", "key", BODY, FIRST)


def request(headers, body=BODY):
    return func.HttpRequest(method="POST", url="/api/x", headers=headers, body=body)


def settings(trust):
    return load_settings(sample_environment() | {"TRUST_USER_ID_HEADER": trust})


@pytest.mark.parametrize("headers", [{}, {"user-id": "me"}])
async def test_without_a_key_every_request_is_one_of_its_own(keys, headers):
    for proposed in (FIRST, SECOND):
        assert await keys.claim_for(request(headers), "search", proposed, settings("1")) == proposed


@pytest.mark.parametrize(
    ("trust", "other", "expected"),
    [
        ("1", {"user-id": "me"}, FIRST),
        ("1", {"user-id": "me", "x-functions-key": "another"}, FIRST),
        ("1", {"user-id": "somebody"}, SECOND),
        ("0", {"user-id": "me"}, SECOND),
    ],
)
async def test_a_requests_key_belongs_to_its_caller(keys, key, trust, other, expected):
    first = {"idempotency-key": key, "user-id": "me", "x-functions-key": "k"}
    assert await keys.claim_for(request(first), "search", FIRST, settings(trust)) == FIRST
    found = await keys.claim_for(request({"idempotency-key": key} | other), "search", SECOND, settings(trust))
    assert found == expected


@pytest.mark.parametrize("key", ["", "x" * 256])
async def test_a_key_that_is_empty_or_too_long_is_refused(keys, key):
    with pytest.raises(InvalidRequest, match=f"1 to 255 characters, got {len(key)}"):
        await keys.claim_for(request({"idempotency-key": key}), "search", FIRST, settings("1"))


class ExpiringContainer:
    """A container whose item expires between the refused creation and the reading."""

    async def create_item(self, item):
        raise ResourceExistsError("there is one")

    async def read_item(self, item, partition_key):
        raise ResourceNotFoundError("there is none")


async def test_a_key_that_expires_at_this_moment_may_be_tried_again():
    with pytest.raises(Unavailable, match="expired at this moment"):
        await IdempotencyKeys(ExpiringContainer()).claim("", "embeddings", "key", BODY, FIRST)
