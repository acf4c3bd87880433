"""How the text of an app setting becomes a value, one parser per type that ``shared/topology.yaml`` names.

Each raises ``ValueError`` whose text says what was expected.
"""

import base64
from collections.abc import Callable
from urllib.parse import urlsplit

from shared.topology import Setting

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off", ""})


def _parse_int(setting: Setting, text: str) -> int:
    expected = f"a whole number from {setting.min} to {setting.max}"
    try:
        number = int(text)
    except ValueError:
        raise ValueError(expected) from None
    if not (setting.min or 0) <= number <= (setting.max or number):
        raise ValueError(expected)
    return number


def _parse_bool(_: Setting, text: str) -> bool:
    if text.lower() not in TRUE_WORDS | FALSE_WORDS:
        raise ValueError("1 or 0")
    return text.lower() in TRUE_WORDS


def _parse_choice(setting: Setting, text: str) -> str:
    if text.lower() not in setting.choices:
        raise ValueError(" or ".join(setting.choices))
    return text.lower()


def _parse_url(_: Setting, text: str) -> str:
    if not _is_address(text):
        raise ValueError("an address such as https://name.example")
    parts = urlsplit(text)
    return parts._replace(scheme=parts.scheme.lower()).geturl().rstrip("/")


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a bracket that does not close, a port out of range
        return False


def _parse_key(_: Setting, text: str) -> str:
    try:
        base64.b64decode(text, validate=True)
    except ValueError:
        raise ValueError("the base64 text that the portal shows") from None
    return text


def _parse_str(_: Setting, text: str) -> str:
    return text


def _parse_connection(setting: Setting, text: str) -> str:
    # The older form of PROJECT_CONNECTION_STRING has no scheme; whether it will do is decided where it is used.
    return _parse_url(setting, text) if "://" in text else text


PARSERS: dict[str, Callable[[Setting, str], str | int | bool]] = {
    "int": _parse_int,
    "bool": _parse_bool,
    "choice": _parse_choice,
    "url": _parse_url,
    "key": _parse_key,
    "str": _parse_str,
    "connection": _parse_connection,
}
