"""What both query languages are read into."""

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias


class QuerySyntaxError(Exception):
    """The text is no query of the full Lucene syntax; the message says where."""


class Occur(Enum):
    SHOULD = "should"
    MUST = "must"
    MUST_NOT = "must not"


@dataclass(frozen=True, slots=True)
class Words:
    """Text that is analysed; one word mostly, several where the analyzer finds several."""

    text: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words one after the other, with at most ``slop`` others between them."""

    text: str
    slop: int = 0


@dataclass(frozen=True, slots=True)
class Prefix:
    text: str


@dataclass(frozen=True, slots=True)
class Wildcard:
    """``pattern`` has ``*`` and ``?``; characters behind a backslash stand for themselves."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Regex:
    pattern: str


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """Words that ``distance`` edits make of ``text``."""

    text: str
    distance: int


@dataclass(frozen=True, slots=True)
class Boosted:
    inner: "Node"
    factor: float


@dataclass(frozen=True, slots=True)
class Fielded:
    """``inner`` in one field only."""

    field: str
    inner: "Node"


@dataclass(frozen=True, slots=True)
class Group:
    clauses: tuple[tuple[Occur, "Node"], ...]


@dataclass(frozen=True, slots=True)
class Everything:
    """``*`` alone."""


Node: TypeAlias = Words | Phrase | Prefix | Wildcard | Regex | Fuzzy | Boosted | Fielded | Group | Everything
