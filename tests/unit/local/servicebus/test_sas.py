"""Shared access signatures: made as the SDK makes them, checked in every part."""

import time

import pytest
from azure.servicebus._pyamqp.utils import generate_sas_token
from hypothesis import given
from hypothesis import strategies as st

from local.servicebus.errors import AmqpError
from local.servicebus.sas import KEY_NAME, Claim, Signatures, key_of, path_of

NOW = 1_000_000.0
SIGNATURES = Signatures("a/key+with==", KEY_NAME)


def token(resource: str = "sb://host:5672/orders", expires: int = 1_000_060, key: str = "a/key+with==") -> str:
    return generate_sas_token(resource, KEY_NAME, key, expires)


@pytest.mark.parametrize(
    ("audience", "path"),
    [
        ("sb://host:5672/orders", "orders"),
        ("amqps://other/orders/", "orders"),
        ("orders/$management", "orders/$management"),
        ("SB://HOST/Orders/$DeadLetterQueue", "orders/$deadletterqueue"),
    ],
)
def test_claim_is_for_the_part_that_was_asked_for(audience: str, path: str):
    assert SIGNATURES.claim(token(), audience, NOW) == Claim(path, 1_000_060)


def test_key_for_the_namespace_covers_everything():
    claim = SIGNATURES.claim(token("sb://host/"), "sb://host/", NOW)
    assert claim.covers("orders")
    assert claim.covers("orders/$DeadLetterQueue")


@pytest.mark.parametrize("path", ["orders2", "order", "", "other"])
def test_claim_covers_nothing_beside_its_path(path: str):
    assert not Claim("orders", 0).covers(path)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (token(key="other"), "InvalidSignature"),
        (token(expires=999_999), "ExpiredToken"),
        (token().replace("orders", "others"), "InvalidSignature"),
        (token().replace("1000060", "9000060"), "InvalidSignature"),
        (token().replace(KEY_NAME, "Another"), "InvalidSignature"),
        (token("sb://host/other"), "InvalidAudience"),
        ("", "MalformedToken"),
        ("Bearer e30", "MalformedToken"),
        ("SharedAccessSignature ", "InvalidSignature"),
        ("SharedAccessSignature sr&sig&se&skn", "InvalidSignature"),
    ],
)
def test_token_that_is_not_good_is_refused_with_the_reason(bad: str, reason: str):
    with pytest.raises(AmqpError, match=reason) as refused:
        SIGNATURES.claim(bad, "sb://host/orders", NOW)
    assert refused.value.status == 401
    assert "key+with" not in str(refused.value)


@given(st.text())
def test_no_text_is_a_token_by_chance(text: str):
    with pytest.raises(AmqpError):
        SIGNATURES.claim(f"SharedAccessSignature {text}", "orders", time.time())


def test_path_is_what_follows_the_host():
    assert [path_of(a) for a in ("sb://h", "sb://h/", "https://h:1/a/b/", "q", "/q/")] == ["", "", "a/b", "q", "q"]


def test_key_is_found_in_a_connection_string():
    assert key_of("Endpoint=sb://h;SharedAccessKeyName=n;SharedAccessKey=ab+/==;X=y") == "ab+/=="
    assert key_of("") is None
    assert key_of("Endpoint=sb://h;SharedAccessKey=") is None
