"""Who is calling: an opaque id that a trusted layer in front of the app vouches for, or nobody."""

import base64
import binascii
import json
from collections.abc import Mapping
from hashlib import sha256

from shared.settings import Settings

ANONYMOUS = ""
_MAX_ID_CHARACTERS = 256
# App Service sends a few KB; a request's headers may be larger where the platform lets them.
_MAX_PRINCIPAL_CHARACTERS = 32 * 1024
# Which claim tells who somebody is, best first: Entra ID's object id stays the same for every application.
_ID_CLAIMS = (
    "http://schemas.microsoft.com/identity/claims/objectidentifier",
    "oid",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier",
    "sub",
)


def caller_of(headers: Mapping[str, str], settings: Settings) -> str:
    """Return the caller's id, or ``ANONYMOUS``.

    Both headers can be forged by whoever reaches the app directly; each counts only where its setting says that
    something in front of the app overwrites it. ``X-MS-CLIENT-PRINCIPAL`` is plain base64, signed by nobody.
    """
    if settings.trust_user_id_header and (user := _id_of(headers.get("user-id"))):
        return f"user:{user}"
    if settings.trust_easy_auth and (principal := _principal_of(headers.get("x-ms-client-principal", ""))):
        return f"principal:{principal}"
    return ANONYMOUS


def _principal_of(header: str) -> str:
    """Return the id among the claims of a client principal (``{"claims": [{"typ", "val"}]}``), "" where none is."""
    if len(header) > _MAX_PRINCIPAL_CHARACTERS:
        return ""
    try:
        principal = json.loads(base64.b64decode(header, validate=True))
    except (binascii.Error, ValueError, RecursionError):
        return ""
    claims = principal.get("claims") if isinstance(principal, dict) else None
    values: dict[str, str] = {}
    for claim in claims if isinstance(claims, list) else ():
        if isinstance(claim, dict) and isinstance(typ := claim.get("typ"), str):
            values.setdefault(typ, _id_of(claim.get("val")))
    return next((value for typ in _ID_CLAIMS if (value := values.get(typ))), "")


def _id_of(value: object) -> str:
    """Return an id as text that every service can store, "" for what is none."""
    if not isinstance(value, str) or len(value) > _MAX_ID_CHARACTERS:
        return ""
    return value.strip().encode("utf-8", "backslashreplace").decode()


def presented_key(headers: Mapping[str, str], parameters: Mapping[str, str]) -> str:
    """Return a name for the function key that came with a request, or ``ANONYMOUS``.

    The platform has checked it where a key is asked for; it tells clients apart, not persons.
    """
    key = headers.get("x-functions-key") or parameters.get("code")
    return f"key:{sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()}" if key else ANONYMOUS
