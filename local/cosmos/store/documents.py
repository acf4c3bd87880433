"""An item between the wire and the tables: checked, keyed, and cut into a head and a tail."""

import time
from dataclasses import dataclass
from typing import Any

import orjson

from local.cosmos import limits
from local.cosmos.errors import bad_request, too_large
from local.cosmos.partition_key import PartitionKey
from local.processes.json_bodies import NestedTooDeep, check_nesting, read_json

SYSTEM = ("_rid", "_self", "_etag", "_attachments", "_ts")
_SPILL_ELEMENTS = 64
_SPILL_CHARACTERS = 4096
_FORBIDDEN_IN_ID = "/\\?#"


@dataclass(frozen=True, slots=True)
class Document:
    """An item ready to be written. ``tail``: its properties that are named in ``long``, as JSON; ``ttl_s`` its own."""

    id: str
    key: str
    head: bytes
    tail: bytes | None
    values: dict[str, Any]
    long: frozenset[str]
    ttl_s: int | None


def parse_item(body: bytes) -> dict[str, Any]:
    """The JSON object in ``body``.

    Raises:
        CosmosError: 413 over 2 MB; 400 for what is no JSON object or is nested too deep.
    """
    if len(body) > limits.ITEM_BYTES:
        raise too_large()
    value = parse_json(body)
    if not isinstance(value, dict):
        raise bad_request(f"The input content is invalid: a JSON object is expected, not {type(value).__name__}.")
    return value


def parse_json(body: bytes) -> Any:
    """The JSON in ``body``.

    Raises:
        CosmosError: 400 for what is no JSON or is nested too deep.
    """
    try:
        return read_json(body, limits.NESTING)
    except orjson.JSONDecodeError as error:
        raise bad_request(f"The input content is invalid JSON: {error}") from None
    except NestedTooDeep as error:
        raise bad_request(f"The item is {error}.") from None


def check_depth(item: dict[str, Any]) -> None:
    """Refuse an item of more than ``limits.NESTING`` levels.

    Raises:
        CosmosError: 400, it has more.
    """
    try:
        check_nesting(item, limits.NESTING)
    except NestedTooDeep as error:
        raise bad_request(f"The item is {error}.") from None


def make_document(item: dict[str, Any], partition_key: PartitionKey) -> Document:
    """Check ``item`` and cut it; what the service itself writes (``_etag`` and so on) is left out.

    Raises:
        CosmosError: 400 naming the property that is missing or wrong.
    """
    identity = item_id(item.get("id"))
    key = partition_key.of(item)
    head: dict[str, Any] = {}
    long: dict[str, Any] = {}
    for name, value in item.items():
        if name in SYSTEM:
            continue
        if _is_long(value):
            long[name] = value
        else:
            head[name] = value
    return Document(
        id=identity,
        key=key,
        head=orjson.dumps(head),
        tail=orjson.dumps(long) if long else None,
        values=item,
        long=frozenset(long),
        ttl_s=_ttl(item.get("ttl")),
    )


def _is_long(value: Any) -> bool:
    return (isinstance(value, list) and len(value) >= _SPILL_ELEMENTS) or (
        isinstance(value, str) and len(value) >= _SPILL_CHARACTERS
    )


def item_id(value: Any) -> str:
    """``value`` as an item's id."""
    if value is None:
        raise bad_request("The input content is invalid because the required properties - 'id; ' - are missing")
    if not isinstance(value, str) or not value:
        raise bad_request(f"The input content is invalid: 'id' must be a non-empty string, not {str(value)[:100]!r}.")
    if len(value.encode()) > limits.ITEM_ID_BYTES:
        raise bad_request(f"'id' has {len(value.encode())} bytes; at most {limits.ITEM_ID_BYTES} are accepted.")
    if any(character in _FORBIDDEN_IN_ID for character in value) or value.endswith(" "):
        raise bad_request(f"Id {value[:100]!r} contains illegal chars ('/', '\\', '?', '#') or ends with a blank.")
    return value


def _ttl(value: Any) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or (value != -1 and not 0 < value <= 2_147_483_647):
        raise bad_request(f"The input ttl '{str(value)[:50]}' is invalid: a positive whole number, or -1 for never.")
    return value


def expiry(ttl_s: int | None, default_ttl_s: int | None, written: float) -> float | None:
    """When an item expires (epoch seconds). Without a default in the container, an item's own ttl is not in force."""
    if default_ttl_s is None:
        return None
    effective = default_ttl_s if ttl_s is None else ttl_s
    return None if effective == -1 else written + effective


def etag_of(lsn: int) -> str:
    return f'"{lsn & 0xFFFFFFFF:08x}-0000-0800-0000-{lsn >> 32:04x}{int(time.time()):08x}"'


def with_system_properties(head: bytes, rid: str, link: str, etag: str, ts: int) -> bytes:
    """The stored head: the item's own properties, then the service's."""
    system = orjson.dumps({"_rid": rid, "_self": link, "_etag": etag, "_attachments": "attachments/", "_ts": ts})
    return head[:-1] + b"," + system[1:]


def whole(head: bytes, tail: bytes | None) -> bytes:
    """The item as JSON."""
    return head if tail is None else head[:-1] + b"," + tail[1:]
