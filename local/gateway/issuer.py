"""A token issuer for one machine: keys made at its start, an openid configuration, and a token for whoever asks.

It gives a token in any name to anybody, so it is served on the loopback alone and no deployment knows its keys.
"""

import time
import uuid
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from jwt.algorithms import RSAAlgorithm

PREFIX = "/_issuer"
ALGORITHM = "RS256"
_LIFETIME_S = 3600
_KEY_BITS = 2048
_MAX_BODY_BYTES = 16 * 1024


class Issuer:
    """``url``: its name, which is also where it is reached. ``audience``: of its tokens unless told otherwise."""

    def __init__(self, url: str, audience: str) -> None:
        self.url = f"{url}{PREFIX}"
        self.audience = audience
        self._key = generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
        self._key_id = uuid.uuid4().hex

    def token(self, user: str, claims: dict[str, Any] | None = None) -> str:
        """Return a signed access token of ``user`` (claim ``oid``).

        ``claims`` take the place of its own; one of None is left out.
        """
        now = int(time.time())
        whole = {
            "iss": self.url,
            "aud": self.audience,
            "iat": now,
            "nbf": now,
            "exp": now + _LIFETIME_S,
            "oid": user,
            "sub": f"subject-{user}",
            **(claims or {}),
        }
        content = {name: value for name, value in whole.items() if value is not None}
        return jwt.encode(content, self._key, ALGORITHM, headers={"kid": self._key_id})

    def routes(self) -> list[web.RouteDef]:
        """Return what it serves: openid configuration, keys and tokens."""
        return [
            web.get(f"{PREFIX}/.well-known/openid-configuration", self._configuration),
            web.get(f"{PREFIX}/keys", self._keys),
            web.post(f"{PREFIX}/token", self._issue),
        ]

    async def _configuration(self, _: web.Request) -> web.Response:
        return web.json_response({
            "issuer": self.url,
            "jwks_uri": f"{self.url}/keys",
            "token_endpoint": f"{self.url}/token",
            "id_token_signing_alg_values_supported": [ALGORITHM],
        })  # fmt: skip

    async def _keys(self, _: web.Request) -> web.Response:
        public = RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return web.json_response({"keys": [{**public, "kid": self._key_id, "use": "sig", "alg": ALGORITHM}]})

    async def _issue(self, request: web.Request) -> web.Response:
        """Answer ``{"user": ..., "claims": {...}}`` with a token, as an OAuth token endpoint would."""
        if (request.content_length or 0) > _MAX_BODY_BYTES:
            return web.json_response({"error": f"The body may have {_MAX_BODY_BYTES} bytes"}, status=413)
        try:
            wanted = await request.json()
        except (ValueError, RecursionError):
            return web.json_response({"error": "Invalid JSON payload"}, status=400)
        user = wanted.get("user") if isinstance(wanted, dict) else None
        claims = wanted.get("claims", {}) if isinstance(wanted, dict) else None
        if not isinstance(user, str) or not user or not isinstance(claims, dict):
            fault = "Expected an object with a string 'user' and, if any, an object 'claims'"
            return web.json_response({"error": fault}, status=400)
        try:
            token = self.token(user, claims)
        except (TypeError, ValueError) as error:
            return web.json_response({"error": f"No token can be made of these claims: {error}"}, status=400)
        return web.json_response({"access_token": token, "token_type": "Bearer", "expires_in": _LIFETIME_S})
