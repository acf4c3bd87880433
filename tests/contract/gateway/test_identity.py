"""Who gets in, and as whom the app sees them."""

import json

import jwt
import pytest

from local.gateway.__main__ import BACKEND_AUDIENCE, INFRA
from local.gateway.services import IDENTITY
from tests.support.gateway import (
    FORGED,
    USER,
    GatewayUnderTest,
    signed_by_another,
    unsigned,
    without_signature,
)

OPERATIONS = json.loads((INFRA / "operations.json").read_text(encoding="utf-8"))


def is_refused(gateway: GatewayUnderTest, answer) -> bool:
    assert (answer.status, list(answer.json)) == (401, ["error"])
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    return gateway.blue.asked == []


async def test_a_request_without_a_token_does_not_reach_the_app(gateway: GatewayUnderTest) -> None:
    assert is_refused(gateway, await gateway.get("/status/req_1", token=None))


@pytest.mark.parametrize(
    "operation", [each for each in OPERATIONS if each["name"] != "health"], ids=lambda o: o["name"]
)
async def test_every_operation_but_health_needs_a_token(gateway: GatewayUnderTest, operation) -> None:
    path = operation["urlTemplate"].replace("{colour}", "blue").replace("*", "x")

    assert is_refused(gateway, await gateway.call(operation["method"], path, token=None))


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": 1_700_000_000},
        {"exp": None},
        {"nbf": 4_000_000_000},
        {"aud": "api://another"},
        {"aud": None},
        {"iss": "https://login.microsoftonline.com/another/v2.0"},
        {"iss": None},
        {"oid": None, "sub": None},
        {"oid": "", "sub": "somebody"},
    ],
    ids=[
        "expired",
        "endless",
        "too-early",
        "wrong-audience",
        "no-audience",
        "wrong-issuer",
        "no-issuer",
        "nobody",
        "empty",
    ],
)
async def test_a_token_that_does_not_hold_is_refused(gateway: GatewayUnderTest, claims) -> None:
    assert is_refused(gateway, await gateway.post("/search", token=gateway.token(**claims)))


@pytest.mark.parametrize("forge", [unsigned, without_signature, signed_by_another])
async def test_a_token_that_the_issuer_has_not_signed_is_refused(gateway: GatewayUnderTest, forge) -> None:
    assert is_refused(gateway, await gateway.post("/search", token=forge(gateway.token())))


async def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(gateway: GatewayUnderTest) -> None:
    key = (await gateway.get("/_issuer/keys", token=None)).json["keys"][0]
    claims = jwt.decode(gateway.token(), options={"verify_signature": False})
    forged = jwt.encode(claims, key["n"], "HS256", headers={"kid": key["kid"]})

    assert is_refused(gateway, await gateway.post("/search", token=forged))


async def test_a_token_with_a_key_that_the_issuer_does_not_publish_is_refused(gateway: GatewayUnderTest) -> None:
    claims = jwt.decode(gateway.token(), options={"verify_signature": False})
    forged = jwt.encode(claims, "x" * 32, "HS256", headers={"kid": "another"})

    assert is_refused(gateway, await gateway.post("/search", token=forged))


@pytest.mark.parametrize("header", ["Basic dXNlcjpwYXNz", "Bearer", "Bearer x", "Bearer a.b.c", "eyJhbGciOiJub25lIn0."])
async def test_what_is_no_bearer_token_is_refused(gateway: GatewayUnderTest, header) -> None:
    assert is_refused(gateway, await gateway.post("/search", token=None, headers={"Authorization": header}))


async def test_the_app_is_told_the_user_of_the_token(gateway: GatewayUnderTest) -> None:
    await gateway.post("/search")

    assert gateway.blue.asked[0].headers.getall("user-id") == [USER]


async def test_a_token_without_object_id_names_its_subject(gateway: GatewayUnderTest) -> None:
    await gateway.post("/search", token=gateway.token(oid=None, sub="somebody"))

    assert gateway.blue.asked[0].headers["user-id"] == "somebody"


@pytest.mark.parametrize("path", ["/search", "/api/orchestrators/embeddings", "/api/ai"])
async def test_no_identity_that_a_client_claims_reaches_the_app(gateway: GatewayUnderTest, path) -> None:
    await gateway.post(f"{path}?code=a-key&k=1", headers=FORGED)

    (asked,) = gateway.blue.asked
    assert asked.headers["user-id"] == USER
    assert [name for name in FORGED if name in asked.headers] == ["user-id"]
    assert asked.path == f"{path}?k=1"


async def test_the_app_gets_the_gateways_own_token_and_not_the_callers(gateway: GatewayUnderTest) -> None:
    token = gateway.token()
    await gateway.post("/search", token=token)

    (given,) = gateway.blue.asked[0].headers.getall("Authorization")
    claims = jwt.decode(given.removeprefix("Bearer "), options={"verify_signature": False})
    assert (claims["aud"], claims["oid"]) == (BACKEND_AUDIENCE, IDENTITY)
    assert token not in str(gateway.blue.asked)


async def test_health_needs_no_token_and_names_nobody(gateway: GatewayUnderTest) -> None:
    answer = await gateway.get("/api/health", token=None, headers=FORGED)

    assert answer.status == 200
    assert [name for name in FORGED if name in gateway.blue.asked[0].headers] == []


async def test_the_issuer_forgets_its_keys_with_its_process(gateway: GatewayUnderTest) -> None:
    other = type(gateway.issuer)(gateway.url, gateway.issuer.audience)

    assert is_refused(gateway, await gateway.post("/search", token=other.token(USER)))
