"""Partition keys: their definition, the key of an item, the request header, and where a key falls in the hash range."""

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson

from local.cosmos.errors import bad_request
from local.cosmos.sql.values import EXACT

_STEP = re.compile(r'/(?:"((?:[^"\\]|\\.)*)"|([^/"]+))')
_MASK = 0xFFFFFFFFFFFFFFFF


@dataclass(frozen=True, slots=True)
class PartitionKey:
    """``paths``: one, or up to three of a hierarchical key; each is the steps into the item."""

    paths: tuple[tuple[str, ...], ...]
    hierarchical: bool

    def of(self, item: dict[str, Any]) -> str:
        """The canonical key of ``item``: a JSON array in which ``{}`` stands for a missing value."""
        return canonical([_component(item, path) for path in self.paths])

    def from_header(self, header: str) -> str:
        """The canonical key that a request names.

        Raises:
            CosmosError: 400, the header is no JSON array of as many scalars as the key has paths.
        """
        try:
            components = orjson.loads(header)
        except orjson.JSONDecodeError:
            components = None
        if not isinstance(components, list) or not all(_is_component(part) for part in components):
            raise bad_request(f"Partition key {header[:200]} is invalid: a JSON array of scalars is expected.")
        if len(components) != len(self.paths):
            raise bad_request(
                f"Partition key provided has {len(components)} component(s), but the container's key has "
                f"{len(self.paths)}.",
                substatus=1001,
            )
        return canonical(components)


def steps_of(path: Any, field: str) -> tuple[str, ...]:
    """The steps of ``/a/b`` or ``/"odd name"/b``."""
    if not isinstance(path, str) or len(path) > 1024 or not path.startswith("/"):
        raise bad_request(f"{field}: the path {str(path)[:100]!r} must begin with '/'.")
    steps = [match.group(1) or match.group(2) for match in _STEP.finditer(path)]
    if not steps or "".join(match.group(0) for match in _STEP.finditer(path)) != path:
        raise bad_request(f"{field}: the path {path[:100]!r} is invalid; '/name' or '/outer/inner' is expected.")
    return tuple(steps)


def _is_component(value: Any) -> bool:
    return value is None or isinstance(value, (str, int, float)) or value == {}


def _component(item: Any, path: tuple[str, ...]) -> Any:
    value = item
    for step in path:
        if not isinstance(value, dict) or step not in value:
            return {}
        value = value[step]
    if isinstance(value, (dict, list)):
        raise bad_request(f"The value at the partition key path /{'/'.join(path)} must be a scalar.")
    return value


def canonical(components: Sequence[Any]) -> str:
    """One text for equal keys: 1 and 1.0 are one number."""
    return orjson.dumps(
        [
            int(part) if isinstance(part, float) and part.is_integer() and abs(part) < EXACT else part
            for part in components
        ]
    ).decode()


@lru_cache(maxsize=100_000)
def effective(key: str, hierarchical: bool) -> str:
    """Where the canonical ``key`` falls in the range "" to "FF": its MurmurHash3, as in the SDK (version 2)."""
    encoded = [_encoded(part) for part in orjson.loads(key)]
    if hierarchical:
        return "".join(_hash(part) for part in encoded)
    return _hash(b"".join(encoded))


def _encoded(component: Any) -> bytes:
    match component:
        case None:
            return b"\x01"
        case False:
            return b"\x02"
        case True:
            return b"\x03"
        case int() | float():
            return b"\x05" + struct.pack("<d", component)
        case str():
            return b"\x08" + component.encode() + b"\xff"
        case _:
            return b"\x00"


def _hash(data: bytes) -> str:
    low, high = _murmur3_128(data)
    digest = bytearray(low.to_bytes(8, "little") + high.to_bytes(8, "little"))
    digest.reverse()
    digest[0] &= 0x3F
    return digest.hex().upper()


def _rotate(value: int, bits: int) -> int:
    return ((value << bits) | (value >> (64 - bits))) & _MASK


def _mix(value: int) -> int:
    value ^= value >> 33
    value = value * 0xFF51AFD7ED558CCD & _MASK
    value ^= value >> 33
    value = value * 0xC4CEB9FE1A85EC53 & _MASK
    return value ^ value >> 33


def _murmur3_128(data: bytes) -> tuple[int, int]:
    """MurmurHash3 x64 128 (Austin Appleby, 2011, public domain), seed 0."""
    c1, c2 = 0x87C37B91114253D5, 0x4CF5AD432745937F
    h1 = h2 = 0
    whole = len(data) & ~15
    for at in range(0, whole, 16):
        k1, k2 = struct.unpack_from("<QQ", data, at)
        h1 ^= _rotate(k1 * c1 & _MASK, 31) * c2 & _MASK
        h1 = (_rotate(h1, 27) + h2) * 5 + 0x52DCE729 & _MASK
        h2 ^= _rotate(k2 * c2 & _MASK, 33) * c1 & _MASK
        h2 = (_rotate(h2, 31) + h1) * 5 + 0x38495AB5 & _MASK
    k1, k2 = struct.unpack("<QQ", data[whole:].ljust(16, b"\0"))
    h2 ^= _rotate(k2 * c2 & _MASK, 33) * c1 & _MASK
    h1 ^= _rotate(k1 * c1 & _MASK, 31) * c2 & _MASK
    h1 ^= len(data)
    h2 ^= len(data)
    h1 = h1 + h2 & _MASK
    h2 = h2 + h1 & _MASK
    h1, h2 = _mix(h1), _mix(h2)
    h1 = h1 + h2 & _MASK
    return h1, h2 + h1 & _MASK
