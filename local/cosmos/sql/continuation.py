"""Continuation tokens: where the next page of a query begins. The client hands them back; they are not trusted."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from zlib import crc32

import orjson

from local.cosmos.errors import bad_request

_LARGEST = 2**62


@dataclass(frozen=True, slots=True)
class Position:
    """``rows``: rows that counted towards OFFSET and TOP so far. ``seq`` and ``binding``: the last one's item, and
    which of its rows it was."""

    rows: int = 0
    seq: int = 0
    binding: int = -1


def encode(position: Position, query: str) -> str:
    fields = [crc32(query.encode()), position.rows, position.seq, position.binding]
    return urlsafe_b64encode(orjson.dumps(fields)).decode()


def decode(token: str | None, query: str) -> Position:
    """Raises: CosmosError: 400, the token was not made by this endpoint for this query."""
    if not token:
        return Position()
    try:
        fields = orjson.loads(urlsafe_b64decode(token.encode()))
    except ValueError:
        fields = None
    if not isinstance(fields, list) or len(fields) != 4 or not all(type(each) is int for each in fields):
        raise bad_request(f"Invalid Continuation Token {token[:60]!r}: it was not made by this endpoint.")
    checksum, rows, seq, binding = fields
    if checksum != crc32(query.encode()):
        raise bad_request("Invalid Continuation Token: it belongs to another query.")
    if not 0 <= rows < _LARGEST or not 0 <= seq < _LARGEST or not -1 <= binding < _LARGEST:
        raise bad_request(f"Invalid Continuation Token {token[:60]!r}: it was not made by this endpoint.")
    return Position(rows, seq, binding)
