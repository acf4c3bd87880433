"""Who is calling: only what a trusted layer in front vouches for counts."""

import base64
import json

import pytest

from shared.identity import ANONYMOUS, caller_of
from shared.settings import load_settings
from tests.support.stack import sample_environment

OBJECT_ID = "http://schemas.microsoft.com/identity/claims/objectidentifier"
NAME_ID = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier"


def settings(user_id="0", easy_auth="0"):
    return load_settings(sample_environment() | {"TRUST_USER_ID_HEADER": user_id, "TRUST_EASY_AUTH": easy_auth})


BEHIND_GATEWAY = settings(user_id="1")
EASY_AUTH = settings(easy_auth="1")
BOTH = settings("1", "1")


def encoded(document):
    return base64.b64encode(json.dumps(document).encode()).decode()


def principal(*claims):
    return encoded({"auth_typ": "aad", "claims": [{"typ": typ, "val": val} for typ, val in claims]})


def signed_in(header):
    return caller_of({"x-ms-client-principal": header}, EASY_AUTH)


def test_without_a_trusted_layer_everybody_is_anonymous():
    headers = {"user-id": "me", "x-ms-client-principal": principal((OBJECT_ID, "me")), "x-ms-client-principal-id": "me"}
    assert caller_of(headers, settings()) == ANONYMOUS


def test_behind_a_gateway_the_user_id_header_counts():
    assert caller_of({"user-id": " john.doe@avient.com "}, BEHIND_GATEWAY) == "user:john.doe@avient.com"
    assert caller_of({"x-ms-client-principal": principal((OBJECT_ID, "me"))}, BEHIND_GATEWAY) == ANONYMOUS


@pytest.mark.parametrize("value", ["", " ", "x" * 257])
def test_a_user_id_that_is_none_or_too_long_is_nobody(value):
    assert caller_of({"user-id": value}, BEHIND_GATEWAY) == ANONYMOUS


def test_a_user_id_that_is_no_text_becomes_one():
    caller = caller_of({"user-id": "a\udcff"}, BEHIND_GATEWAY)
    assert caller.encode().startswith(b"user:a")


@pytest.mark.parametrize("typ", [OBJECT_ID, "oid", NAME_ID, "sub"])
def test_the_claim_that_names_somebody_counts(typ):
    assert signed_in(principal(("name", "John"), (typ, "4f1c"), ("groups", "x"))) == "principal:4f1c"


def test_of_several_claims_the_object_id_counts():
    assert signed_in(principal(("sub", "3"), (NAME_ID, "2"), (OBJECT_ID, "1"))) == "principal:1"


def test_of_two_claims_of_one_kind_the_first_counts():
    assert signed_in(principal((OBJECT_ID, "1"), (OBJECT_ID, "2"))) == "principal:1"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "not base64!",
        "abc",
        "\udcff",
        base64.b64encode(b"\xff\xfe").decode(),
        base64.b64encode(b"[" * 10_000).decode(),
        encoded([]),
        encoded("text"),
        encoded({}),
        encoded({"claims": None}),
        encoded({"claims": {"typ": "sub", "val": "1"}}),
        encoded({"claims": ["sub", None, 1, [], {}]}),
        encoded({"claims": [{"typ": ["sub"], "val": "1"}, {"typ": "sub"}]}),
        principal(("sub", 1)),
        principal(("sub", "")),
        principal(("sub", " ")),
        principal(("sub", "x" * 257)),
        principal(("name", "John")),
        encoded({"userId": "1", "claims": []}),
        principal(("sub", "1"), ("filler", "x" * 40_000)),
    ],
)
def test_a_principal_that_names_nobody_is_anonymous(header):
    assert signed_in(header) == ANONYMOUS


def test_the_header_beside_the_payload_counts_for_nothing():
    assert caller_of({"x-ms-client-principal-id": "somebody"}, EASY_AUTH) == ANONYMOUS


def test_the_gateways_word_comes_first():
    headers = {"user-id": "me", "x-ms-client-principal": principal(("sub", "1"))}
    assert caller_of(headers, BOTH) == "user:me"
    assert caller_of(headers | {"user-id": ""}, BOTH) == "principal:1"
