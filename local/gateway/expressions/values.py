"""What expressions work with: static kinds as the C# compiler sees them, JSON and tokens as .NET holds them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from local.gateway.exchange import Exchange, evaluation_failure

LONG_MAX = 2**63 - 1


class Kind(Enum):
    """A type of C#, by its name there."""

    STRING = "string"
    INT = "int"
    LONG = "long"
    BOOL = "bool"
    OBJECT = "object"
    JSON = "JToken"
    JSON_OBJECT = "JObject"
    JWT = "Jwt"
    NULL = "null"


@dataclass(frozen=True)
class Expression:
    """An expression that compiles. ``evaluate`` raises ``PolicyFailure`` where C# would throw."""

    kind: Kind
    evaluate: Callable[[Exchange], Any]


@dataclass(frozen=True)
class Json:
    """A ``JToken``. A field that is missing is ``None``, one that holds null is ``Json(None)``."""

    value: Any

    def field(self, name: str) -> "Json | None":
        """Return a field of an object."""
        if not isinstance(self.value, dict):
            raise evaluation_failure("Cannot access child value of a JSON value that is no object")
        return Json(self.value[name]) if name in self.value else None

    def dumped(self) -> str:
        """Return it as ``ToString(Newtonsoft.Json.Formatting.None)`` does."""
        return json.dumps(self.value, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class Jwt:
    """A token that was validated."""

    claims: dict[str, Any]

    def claim(self, name: str, default: str | None) -> str | None:
        """Return a claim's values, separated by commas."""
        if name not in self.claims:
            return default
        value = self.claims[name]
        return ",".join(_plain(each) for each in value) if isinstance(value, list) else _plain(value)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def parse_json(text: str | None) -> Json:
    """Return what ``JObject.Parse`` does."""
    try:
        value = json.loads(text) if text is not None else None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise evaluation_failure("JObject.Parse: this is no JSON object")
    return Json(value)


def parse_long(text: str | None) -> int:
    """Return what ``long.Parse`` does of digits."""
    stripped = (text or "").strip()
    digits = stripped.isascii() and stripped.isdigit() and len(stripped) <= len(str(LONG_MAX))
    if not digits or int(stripped) > LONG_MAX:
        raise evaluation_failure(f"long.Parse: {stripped[:40]!r} is no Int64")
    return int(stripped)


def cast_to_string(value: Any) -> str | None:
    """Return what ``(string)`` does of a variable or of a JSON value."""
    if isinstance(value, Json):
        if isinstance(value.value, dict | list):
            raise evaluation_failure("Can not convert Object or Array to String")
        value = value.value
        return None if value is None else _plain(value)
    if value is None or isinstance(value, str):
        return value
    raise evaluation_failure(f"Unable to cast {type(value).__name__} to String")


def cast_to_int(value: Any) -> int:
    """Return what ``(int)`` does of a variable or of a JSON value."""
    number = value.value if isinstance(value, Json) else value
    if isinstance(number, bool) or not isinstance(number, int):
        raise evaluation_failure(f"Unable to cast {type(number).__name__} to Int32")
    return number


def cast_to_jwt(value: Any) -> Jwt:
    """Return what ``(Jwt)`` does of a variable."""
    if not isinstance(value, Jwt):
        raise evaluation_failure(f"Unable to cast {type(value).__name__} to Jwt")
    return value


def to_text(value: Any) -> str:
    """Return what ``ToString()`` does."""
    if value is None:
        raise evaluation_failure("Object reference not set to an instance of an object")
    return str(value) if not isinstance(value, bool) else str(value).title()


def not_null(value: str | None) -> str:
    """Return a string whose member is asked for."""
    if value is None:
        raise evaluation_failure("Object reference not set to an instance of an object")
    return value
