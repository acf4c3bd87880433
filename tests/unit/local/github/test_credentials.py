"""Who is let in, on a clock of the test's own."""

from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from local.github.credentials import App, Credentials
from local.github.refusals import Refusal

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC = KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
NOW = 1_800_000_000


class Clock:
    def __init__(self) -> None:
        self.now = float(NOW)

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def credentials(clock: Clock) -> Credentials:
    return Credentials("secret", App("77", "4711", PUBLIC.decode()), clock)


def signed(**claims: Any) -> str:
    token = jwt.encode({"iat": NOW - 60, "exp": NOW + 300, "iss": "77"} | claims, KEY, algorithm="RS256")
    return f"Bearer {token}"


@pytest.mark.parametrize("authorization", ["token secret", "Bearer secret", "bearer secret"])
def test_token_is_let_in_by_either_scheme(credentials: Credentials, authorization: str) -> None:
    assert credentials.caller(authorization, "10.0.0.1").authenticated


def test_caller_is_never_named_by_its_token(credentials: Credentials) -> None:
    caller = credentials.caller("token secret", "10.0.0.1")
    assert "secret" not in f"{caller}"


@pytest.mark.parametrize("authorization", [None, ""])
def test_caller_without_a_token_is_its_address(credentials: Credentials, authorization: str | None) -> None:
    caller = credentials.caller(authorization, "10.0.0.1")
    assert (caller.id, caller.authenticated) == ("address 10.0.0.1", False)


@pytest.mark.parametrize("authorization", ["token wrong", "Basic secret", "secret", "token", "token \udcff"])
def test_what_is_no_token_is_refused(credentials: Credentials, authorization: str) -> None:
    with pytest.raises(Refusal, match="Bad credentials"):
        credentials.caller(authorization, "10.0.0.1")


def test_without_a_token_of_its_own_any_is_let_in() -> None:
    anyone = Credentials(None)
    assert anyone.caller("token a", "x").id != anyone.caller("token b", "x").id


def test_token_of_an_installation_ends(credentials: Credentials, clock: Clock) -> None:
    given = credentials.installation_token(signed(), "4711", 60)
    assert given["expires_at"] == "2027-01-15T08:01:00Z"
    clock.now += 59
    assert credentials.caller(f"token {given['token']}", "x").authenticated
    clock.now += 1
    with pytest.raises(Refusal, match="Bad credentials"):
        credentials.caller(f"token {given['token']}", "x")


@pytest.mark.parametrize(
    ("claims", "message"),
    [
        ({"iss": "78"}, "could not be decoded"),
        ({"exp": NOW + 601}, "'exp'"),
        ({"exp": NOW}, "'exp'"),
        ({"iat": NOW + 30}, "'iat'"),
        ({"iat": NOW - 0.5}, "'iat'"),
    ],
)
def test_jwt_with_other_claims_is_refused(credentials: Credentials, claims: dict[str, Any], message: str) -> None:
    with pytest.raises(Refusal, match=message) as raised:
        credentials.installation_token(signed(**claims), "4711", 60)
    assert raised.value.status == 401


@pytest.mark.parametrize("authorization", [None, "Bearer x", "Bearer a.b.c", "token secret"])
def test_what_is_no_jwt_is_refused(credentials: Credentials, authorization: str | None) -> None:
    with pytest.raises(Refusal, match="could not be decoded"):
        credentials.installation_token(authorization, "4711", 60)


def test_jwt_signed_with_nothing_is_refused(credentials: Credentials) -> None:
    unsigned = jwt.encode({"iat": NOW - 60, "exp": NOW + 300, "iss": "77"}, "", algorithm="none")
    with pytest.raises(Refusal, match="could not be decoded"):
        credentials.installation_token(f"Bearer {unsigned}", "4711", 60)


@pytest.mark.parametrize("text", ["77", "77:4711", "77::key.pem", "77:4711:/nowhere.pem"])
def test_app_that_is_none_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="--app"):
        App.of(text)


def test_app_is_read_with_its_key(tmp_path: Path) -> None:
    (tmp_path / "app.pem").write_bytes(PUBLIC)
    assert App.of(f"77:4711:{tmp_path / 'app.pem'}").installation == "4711"
