"""Shared access signatures (HMAC-SHA256), as the SDKs make them."""

import hmac
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import unquote_plus

from local.servicebus.errors import UNAUTHORIZED, AmqpError

KEY_NAME = "RootManageSharedAccessKey"
_PREFIX = "SharedAccessSignature "
_SCHEMES = ("sb://", "amqps://", "amqp://", "https://", "http://")


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to use a resource and what is under it. ``path``: without the host; empty for the whole namespace."""

    path: str
    expires: float

    def covers(self, path: str) -> bool:
        wanted = path.lower()
        return not self.path or wanted == self.path or wanted.startswith(self.path + "/")


class Signatures:
    """Checks tokens made with one key."""

    def __init__(self, key: str, name: str) -> None:
        self._key = key.encode()
        self._name = name

    def claim(self, token: str, audience: str, now: float) -> Claim:
        """Return what the token allows: its resource, or the part of it that ``audience`` names.

        Raises:
            AmqpError: It is no signature, of another key or resource, or too old.
        """
        parts = _parts(token)
        resource, expires = parts.get("sr", ""), parts.get("se", "")
        signed = hmac.new(self._key, f"{resource}\n{expires}".encode(), sha256).digest()
        sent = unquote_plus(parts.get("sig", ""))
        if not hmac.compare_digest(b64encode(signed), sent.encode()):
            raise _refused("InvalidSignature: The token has an invalid signature.")
        if unquote_plus(parts.get("skn", "")) != self._name:
            raise _refused(f"InvalidSignature: The token names another key than '{self._name}'.")
        if not (expires.isascii() and expires.isdigit() and len(expires) < 16) or int(expires) <= now:
            raise _refused(f"ExpiredToken: The token is expired. Expiration time: '{expires[:20]}'.")
        whole = Claim(path_of(unquote_plus(resource)).lower(), float(expires))
        if not whole.covers(path_of(audience)):
            raise _refused(f"InvalidAudience: The token is for '{whole.path}', not for '{path_of(audience)}'.")
        return Claim(path_of(audience).lower(), float(expires))


def path_of(address: str) -> str:
    """Return an address without scheme, host and slashes around it: ``sb://host:5672/orders/`` is ``orders``."""
    for scheme in _SCHEMES:
        if address.lower().startswith(scheme):
            return address[len(scheme) :].partition("/")[2].strip("/")
    return address.strip("/")


def key_of(connection_string: str) -> str | None:
    """Return the key in a connection string, None when it has none."""
    for field in connection_string.split(";"):
        name, _, value = field.partition("=")
        if name.strip().lower() == "sharedaccesskey":
            return value.strip() or None
    return None


def _parts(token: str) -> dict[str, str]:
    if not token.startswith(_PREFIX):
        raise _refused("MalformedToken: Only shared access signatures can be checked here.")
    parts: dict[str, str] = {}
    for part in token[len(_PREFIX) :].split("&"):
        name, _, value = part.partition("=")
        parts[name] = value
    return parts


def _refused(description: str) -> AmqpError:
    return AmqpError(UNAUTHORIZED, description)
