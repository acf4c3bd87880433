"""The master-key signature of a request (HMAC-SHA256), as the SDK makes it."""

import hmac
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from urllib.parse import unquote

from local.cosmos.errors import CosmosError, unauthorized

_MOST_SKEW_S = 15 * 60


class Signatures:
    """Checks signatures made with one key."""

    def __init__(self, key: str) -> None:
        try:
            self._key = b64decode(key, validate=True)
        except Base64Error:
            raise ValueError("the key is no base64") from None

    def check(self, verb: str, resource_type: str, link: str, date: str | None, authorization: str | None) -> None:
        """Raises: CosmosError: 401 for a missing or wrong signature, 403 for an old one."""
        if not authorization:
            raise CosmosError(
                401, "Required Header authorization is missing. Ensure a valid Authorization token is passed."
            )
        if not date:
            raise CosmosError(401, "Required Header x-ms-date is missing. It is part of the signature.")
        parts = _parts(authorization)
        if parts.get("type") != "master" or parts.get("ver") != "1.0":
            raise unauthorized()
        text = f"{verb.lower()}\n{resource_type.lower()}\n{link}\n{date.lower()}\n\n"
        expected = b64encode(hmac.new(self._key, text.encode(), sha256).digest())
        if not hmac.compare_digest(expected, parts.get("sig", "").encode()):
            raise unauthorized()
        _check_date(date)


def _parts(authorization: str) -> dict[str, str]:
    """``type``, ``ver`` and ``sig`` of the header."""
    parts: dict[str, str] = {}
    for part in unquote(authorization).split("&", 2):
        name, _, value = part.partition("=")
        parts[name] = value
    return parts


def _check_date(date: str) -> None:
    try:
        sent = parsedate_to_datetime(date)
    except (ValueError, TypeError):
        raise unauthorized() from None
    skew = abs((datetime.now(UTC) - sent.astimezone(UTC)).total_seconds())
    if skew > _MOST_SKEW_S:
        raise CosmosError(
            403,
            f"The authorization token is not valid at the current time: x-ms-date is {skew:.0f} s off, at most "
            f"{_MOST_SKEW_S} s are accepted.",
        )
