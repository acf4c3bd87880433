"""Who asks: an anonymous caller, one with a token, a GitHub App or one of its installations."""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import jwt

from local.github.refusals import Refusal, bad_credentials

APPS_DOCS = "https://docs.github.com/rest/apps/apps#create-an-installation-access-token-for-an-app"
# GitHub takes a JWT that lives ten minutes at most.
JWT_LIFETIME_S = 600
INSTALLATION_TOKEN_S = 3600
# Tokens of old installations are forgotten oldest first; a client holds one at a time.
MAX_INSTALLATION_TOKENS = 1000


@dataclass(frozen=True, slots=True)
class Caller:
    """``id``: under which its quota is kept and its entity tags hold. ``name``: how messages call it."""

    id: str
    name: str
    authenticated: bool


@dataclass(frozen=True, slots=True)
class App:
    """A GitHub App. ``public_key``: PEM, of the key that signs its JWTs."""

    id: str
    installation: str
    public_key: str

    @classmethod
    def of(cls, text: str) -> "App":
        """Read ``ID:INSTALLATION:FILE``; the file holds the public key.

        Raises:
            ValueError: The text or the file is not that.
        """
        parts = text.split(":", 2)
        if len(parts) != 3 or not all(parts):
            raise ValueError(f"--app is {text!r}, expected ID:INSTALLATION:FILE with the app's public key")
        try:
            return cls(parts[0], parts[1], Path(parts[2]).read_text(encoding="ascii"))
        except OSError as error:
            raise ValueError(f"--app: cannot read {parts[2]}: {error.strerror}") from error


class Credentials:
    """What is let in. Without ``token`` any token is one; without ``app`` there is no GitHub App.

    ``clock`` gives seconds since 1970.
    """

    def __init__(self, token: str | None, app: App | None = None, clock: Callable[[], float] = time.time) -> None:
        self._token = token
        self._app = app
        self._clock = clock
        self._installation_tokens: dict[str, float] = {}

    def caller(self, authorization: str | None, address: str) -> Caller:
        """Return who sent the ``Authorization`` header; ``address`` stands for whoever sent none.

        Raises:
            Refusal: 401.
        """
        if not authorization:
            return Caller(f"address {address}", address, authenticated=False)
        scheme, _, token = authorization.partition(" ")
        token = token.strip()
        if scheme.lower() not in ("token", "bearer") or not token:
            raise bad_credentials()
        expires_at = self._installation_tokens.get(token)
        if expires_at is not None:
            if self._clock() >= expires_at:
                raise bad_credentials()
            return Caller(_fingerprint(token), "installation", authenticated=True)
        if self._token is not None and not hmac.compare_digest(
            token.encode(errors="surrogateescape"), self._token.encode()
        ):
            raise bad_credentials()
        return Caller(_fingerprint(token), "user ID 1", authenticated=True)

    def installation_token(self, authorization: str | None, installation: str, lifetime_s: int) -> dict[str, object]:
        """Return a new token of an installation, as GitHub's answer holds it.

        Raises:
            Refusal: 401 for a JWT that is none of the app's, 404 for an installation that it does not have.
        """
        self._check_jwt(authorization)
        if self._app is None or installation != self._app.installation:
            raise Refusal(404, "Not Found", APPS_DOCS)
        token = f"ghs_{secrets.token_urlsafe(27)}"
        expires_at = self._clock() + lifetime_s
        self._installation_tokens[token] = expires_at
        while len(self._installation_tokens) > MAX_INSTALLATION_TOKENS:
            del self._installation_tokens[next(iter(self._installation_tokens))]
        return {
            "token": token,
            "expires_at": datetime.fromtimestamp(expires_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "permissions": {"contents": "read", "metadata": "read"},
            "repository_selection": "all",
        }

    def _check_jwt(self, authorization: str | None) -> None:
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or self._app is None:
            raise Refusal(401, "A JSON web token could not be decoded", DOCS_JWT)
        try:
            # Times are checked below, against our own clock and with GitHub's words.
            claims = jwt.decode(
                token,
                self._app.public_key,
                algorithms=["RS256"],
                issuer=self._app.id,
                options={"verify_exp": False, "verify_iat": False, "require": ["iat", "exp", "iss"]},
            )
        except (jwt.InvalidTokenError, ValueError) as error:
            raise Refusal(401, "A JSON web token could not be decoded", DOCS_JWT) from error
        issued_at, expires_at, now = claims["iat"], claims["exp"], self._clock()
        if not all(isinstance(each, int) for each in (issued_at, expires_at)) or issued_at > now:
            raise Refusal(
                401, "'Issued at' claim ('iat') must be an Integer representing the time in the past", DOCS_JWT
            )
        if not now < expires_at <= now + JWT_LIFETIME_S:
            raise Refusal(401, "'Expiration time' claim ('exp') must be a numeric value in the near future", DOCS_JWT)


DOCS_JWT = (
    "https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/"
    "generating-a-json-web-token-jwt-for-a-github-app"
)


def _fingerprint(token: str) -> str:
    return f"token {hashlib.sha256(token.encode(errors='surrogateescape')).hexdigest()[:16]}"
