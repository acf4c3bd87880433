"""Who is calling: an opaque id that a trusted layer in front of the app vouches for, or nobody."""

from collections.abc import Mapping
from hashlib import sha256

from shared.settings import Settings

ANONYMOUS = ""
_MAX_ID_CHARACTERS = 256


def caller_of(headers: Mapping[str, str], settings: Settings) -> str:
    """Return the caller's id, or ``ANONYMOUS``.

    Both headers can be forged by whoever reaches the app directly; each counts only where its setting says that
    something in front of the app overwrites it.
    """
    if settings.trust_user_id_header and (user := headers.get("user-id", "").strip()):
        return f"user:{user[:_MAX_ID_CHARACTERS]}"
    if settings.trust_easy_auth and (principal := headers.get("x-ms-client-principal-id", "").strip()):
        return f"principal:{principal[:_MAX_ID_CHARACTERS]}"
    return ANONYMOUS


def presented_key(headers: Mapping[str, str], parameters: Mapping[str, str]) -> str:
    """Return a name for the function key that came with a request, or ``ANONYMOUS``.

    The platform has checked it where a key is asked for; it tells clients apart, not persons.
    """
    key = headers.get("x-functions-key") or parameters.get("code")
    return f"key:{sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()}" if key else ANONYMOUS
