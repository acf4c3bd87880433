"""Who may read a search: by the settings, by who sent it and by who polls."""

import base64
import json
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from tests.support.search_client import SearchHost, search_host

PAYLOAD = {"k": 1, "REQUEST_COLOR_DESCR": "grey", "rerank": False}


def signed_in(name):
    """Return the header that platform authentication sends for somebody."""
    principal = {"auth_typ": "aad", "claims": [{"typ": "oid", "val": name}]}
    return {"X-MS-CLIENT-PRINCIPAL": base64.b64encode(json.dumps(principal).encode()).decode()}


CALLERS = {
    "nobody": {},
    "jane": {"user-id": "jane"},
    "john": {"user-id": "john"},
    "jane, signed in": signed_in("jane"),
    "john, signed in": signed_in("john"),
    "jane, signed in as john": {"user-id": "jane"} | signed_in("john"),
    "a broken principal": {"X-MS-CLIENT-PRINCIPAL": "bm8gSlNPTg=="},
    "an endless name": {"user-id": "j" * 300},
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def strict(stack, tmp_path_factory) -> AsyncGenerator[SearchHost]:
    """Behind a gateway and platform authentication, for owners only."""
    trusting = {"STATUS_REQUIRES_OWNER": "1", "TRUST_USER_ID_HEADER": "1", "TRUST_EASY_AUTH": "1"}
    async with search_host(stack, tmp_path_factory.mktemp("strict"), trusting) as host:
        yield host


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def exposed(stack, tmp_path_factory) -> AsyncGenerator[SearchHost]:
    """With nothing in front: whoever calls can write any header."""
    distrusting = {"STATUS_REQUIRES_OWNER": "0", "TRUST_USER_ID_HEADER": "0", "TRUST_EASY_AUTH": "0"}
    async with search_host(stack, tmp_path_factory.mktemp("exposed"), distrusting) as host:
        yield host


async def readers(client, sender):
    """Return who may read a search that ``sender`` sent: their answer is not 404."""
    request_id = await client.submit(PAYLOAD, CALLERS[sender])
    codes = {caller: (await client.status(request_id, headers))[0] for caller, headers in CALLERS.items()}
    assert set(codes.values()) <= {200, 202, 404}
    return {caller for caller, code in codes.items() if code != 404}


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        # The gateway's header comes first; where it names nobody, platform authentication does.
        ("jane", {"jane", "jane, signed in as john"}),
        ("jane, signed in as john", {"jane", "jane, signed in as john"}),
        ("jane, signed in", {"jane, signed in"}),
        ("nobody", set()),
        ("a broken principal", set()),
        ("an endless name", set()),
    ],
)
async def test_where_an_owner_is_required_only_the_owner_reads(strict, sender, expected):
    async with strict.opened() as beside:
        assert await readers(beside.client, sender) == expected


@pytest.mark.parametrize("sender", ["nobody", "jane", "jane, signed in"])
async def test_headers_that_nobody_vouches_for_are_not_believed(exposed, sender):
    async with exposed.opened() as beside:
        assert await readers(beside.client, sender) == set(CALLERS)
        document = await beside.parts.document(await beside.client.submit(PAYLOAD, CALLERS[sender]))
        assert (document["owner"], document["user_id"]) == ("", "")


ANONYMOUS_HERE = {"nobody", "jane, signed in", "john, signed in", "a broken principal", "an endless name"}


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        ("jane", {"jane", "jane, signed in as john"} | ANONYMOUS_HERE),
        ("nobody", ANONYMOUS_HERE),
        # Platform authentication is not in front of this one.
        ("jane, signed in", ANONYMOUS_HERE),
    ],
)
async def test_an_unguessable_id_is_enough_for_who_names_nobody_and_never_for_somebody_else(client, sender, expected):
    assert await readers(client, sender) == expected


async def test_searches_of_others_look_like_searches_that_do_not_exist(client):
    request_id = await client.submit(PAYLOAD, CALLERS["jane"])
    unknown = "req_00000000-0000-4000-8000-000000000000"
    of_jane, of_nobody = [await client.status(name, CALLERS["john"]) for name in (request_id, unknown)]
    assert of_jane[:2] == of_nobody[:2] == (404, {"error": "Request not found"})
    assert of_jane[2].keys() == of_nobody[2].keys()
