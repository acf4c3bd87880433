"""Who is calling: an opaque id that a trusted layer in front of the app vouches for, or nobody."""

from collections.abc import Mapping

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
