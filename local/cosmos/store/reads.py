"""Reading items in reader threads, each with its own connection, each query within one view of the tables."""

import sqlite3
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from local.cosmos.errors import not_found
from local.cosmos.partition_key import effective
from local.cosmos.store import schema
from local.cosmos.store.catalog import Container
from local.cosmos.store.documents import whole
from local.cosmos.store.items import Stored
from local.cosmos.store.memory_index import MemoryIndex
from local.cosmos.store.texts import PartitionView, TextIndex
from local.cosmos.store.vectors import VectorIndex, VectorView

# A partition with more different texts than this is not looked through for a pattern.
_MOST_TEXTS = 5000
_IN = "{} IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class EffectiveRange:
    """A feed range: keys whose hash is at least ``low`` and below ``high`` (upper-case hexadecimal)."""

    low: str
    high: str

    def contains(self, key: str, *, hierarchical: bool) -> bool:
        # A range of one point, as the SDK makes it of a whole key, ends where it begins.
        hashed = effective(key, hierarchical)
        return self.low <= hashed < self.high or hashed == self.low


@dataclass(slots=True)
class Filter:
    """What of a query's WHERE the tables can check: all of it must hold, and more may be asked of what is found."""

    keys: list[str] | None = None
    range: EffectiveRange | None = None
    ids: list[Any] | None = None
    properties: dict[tuple[str, ...], list[Any]] = field(default_factory=dict[tuple[str, ...], list[Any]])
    patterns: dict[str, Callable[[str], bool]] = field(default_factory=dict[str, Callable[[str], bool]])
    """For a property whether its text will do; looked through in one partition only."""

    @property
    def narrow(self) -> bool:
        return self.ids is not None or bool(self.properties) or bool(self.patterns)


class ItemReader:
    """One container as it is at one moment: after the write ``lsn``."""

    def __init__(self, connection: sqlite3.Connection, container: Container, lsn: int) -> None:
        self.lsn = lsn
        self._connection = connection
        self.container = container
        self._items = f"items_{container.number}"
        self._tails = f"tails_{container.number}"
        self._now = time.time()

    def item(self, key: str, identity: str) -> Stored | None:
        row = self._connection.execute(
            f"SELECT i.head, t.json, i.etag FROM {self._items} i LEFT JOIN {self._tails} t ON t.seq = i.seq "  # noqa: S608
            "WHERE i.pk = ? AND i.id = ? AND (i.expires IS NULL OR i.expires > ?)",
            (key, identity, self._now),
        ).fetchone()
        return None if row is None else Stored(whole(row[0], row[1]), row[2].decode())

    def scan(self, wanted: Filter, after: int = 0) -> Iterator[tuple[int, bytes]]:
        """(seq, head) of the items that ``wanted`` leaves, in the order in which they were made, from ``after`` on."""
        where, values = self._conditions(wanted)
        statement = f"SELECT seq, head, pk FROM {self._items} WHERE {where} AND seq >= ? ORDER BY seq"  # noqa: S608
        cursor = self._connection.execute(statement, (*values, after))
        hierarchical = self.container.definition.partition_key.hierarchical
        while rows := cursor.fetchmany(256):
            for seq, head, key in rows:
                if wanted.range is None or wanted.range.contains(key.decode(), hierarchical=hierarchical):
                    yield seq, head

    def seqs(self, wanted: Filter, most: int = -1) -> list[int]:
        """Up to ``most`` (-1: all) of the items that ``wanted`` leaves, without reading them."""
        where, values = self._conditions(wanted)
        statement = f"SELECT seq, pk FROM {self._items} WHERE {where} LIMIT ?"  # noqa: S608
        rows = self._connection.execute(statement, (*values, most))
        if wanted.range is None:
            return [row[0] for row in rows]
        hierarchical = self.container.definition.partition_key.hierarchical
        return [seq for seq, key in rows if wanted.range.contains(key.decode(), hierarchical=hierarchical)]

    def count(self, wanted: Filter) -> int:
        """How many items there are."""
        if wanted.range is not None:
            return len(self.seqs(wanted))
        where, values = self._conditions(wanted)
        statement = f"SELECT count(*) FROM {self._items} WHERE {where}"  # noqa: S608
        return int(self._connection.execute(statement, values).fetchone()[0])

    def next_expiry(self) -> float | None:
        """When the next item expires (epoch seconds)."""
        statement = f"SELECT min(expires) FROM {self._items} WHERE expires IS NOT NULL"  # noqa: S608
        return self._connection.execute(statement).fetchone()[0]

    def holds_more_than(self, count: int) -> bool:
        """Whether the container has more items than ``count``, expired ones included."""
        statement = f"SELECT 1 FROM {self._items} LIMIT 1 OFFSET ?"  # noqa: S608
        return self._connection.execute(statement, (count,)).fetchone() is not None

    def heads(self, seqs: Iterable[int]) -> dict[int, bytes]:
        """Heads of these items, without those that have expired."""
        rows = self._connection.execute(
            f"SELECT seq, head FROM {self._items} WHERE seq IN (SELECT value FROM json_each(?)) "  # noqa: S608
            "AND (expires IS NULL OR expires > ?)",
            (orjson.dumps(list(seqs)).decode(), self._now),
        )
        return dict(rows.fetchall())

    def text(self, seq: int, path: str) -> str | None:
        """The text at ``path`` (``/words``) of an item, expired or not."""
        row = self._connection.execute(
            f"SELECT i.head, t.json FROM {self._items} i LEFT JOIN {self._tails} t ON t.seq = i.seq WHERE i.seq = ?",  # noqa: S608
            (seq,),
        ).fetchone()
        value: Any = None if row is None else orjson.loads(whole(row[0], row[1]))
        for step in path[1:].split("/"):
            value = value.get(step) if isinstance(value, dict) else None
        return value if isinstance(value, str) else None

    def tail(self, seq: int) -> bytes | None:
        row = self._connection.execute(f"SELECT json FROM {self._tails} WHERE seq = ?", (seq,)).fetchone()  # noqa: S608
        return None if row is None else row[0]

    def changes(self, after: int, since: float, wanted: Filter, most: int) -> tuple[list[bytes], int]:
        """Items changed after write ``after`` and moment ``since``, oldest change first, and where they end."""
        where, values = self._conditions(Filter(keys=wanted.keys))
        cursor = self._connection.execute(
            f"SELECT seq, head, pk, lsn FROM {self._items} WHERE {where} AND lsn > ? AND written >= ? ORDER BY lsn",  # noqa: S608
            (*values, after, since),
        )
        hierarchical = self.container.definition.partition_key.hierarchical
        found: list[bytes] = []
        for seq, head, key, lsn in cursor:
            if wanted.range is not None and not wanted.range.contains(key.decode(), hierarchical=hierarchical):
                continue
            found.append(whole(head, self.tail(seq)))
            if len(found) == most:
                return found, lsn
        return found, max(after, self.lsn)

    def vectors(self, index: VectorIndex, key: str | None) -> VectorView:
        return index.view(self.lsn, key)

    def texts(self, index: TextIndex, wanted: Filter, sought: Sequence[str]) -> list[PartitionView]:
        """Where the words ``sought`` are, in the partitions that ``wanted`` leaves."""
        if wanted.keys is not None and len(wanted.keys) == 1 and wanted.range is None:
            return index.view(self.lsn, wanted.keys[0], sought)
        return index.view(self.lsn, self.in_partitions(wanted), sought)

    def in_partitions(self, wanted: Filter) -> Callable[[str], bool] | None:
        """Whether a partition key is one of those that ``wanted`` leaves; None when all are."""
        keys, span = wanted.keys, wanted.range
        if keys is None and span is None:
            return None
        among = None if keys is None else frozenset(keys)
        hierarchical = self.container.definition.partition_key.hierarchical

        def fits(key: str) -> bool:
            return (among is None or key in among) and (span is None or span.contains(key, hierarchical=hierarchical))

        return fits

    def _conditions(self, wanted: Filter) -> tuple[str, list[Any]]:
        parts: list[str] = ["(expires IS NULL OR expires > ?)"]
        values: list[Any] = [self._now]
        terms: list[tuple[str, list[Any] | None]] = [("pk", wanted.keys), ("id", wanted.ids)]
        terms += [(schema.extract(path), allowed) for path, allowed in wanted.properties.items()]
        if wanted.keys is not None and len(wanted.keys) == 1:
            terms += [
                (schema.quoted(name), self._texts_like(name, wanted.keys[0], fits))
                for name, fits in wanted.patterns.items()
                if (schema.TEXTS, name) in self.container.indexed
            ]
        for column, allowed in terms:
            if allowed is None:
                continue
            if len(allowed) == 1:
                parts.append(f"{column} = ?")
                values.append(allowed[0])
            else:
                parts.append(_IN.format(column))
                values.append(orjson.dumps(allowed).decode())
        return " AND ".join(parts), values

    def _texts_like(self, name: str, key: str, fits: Callable[[str], bool]) -> list[str] | None:
        """The JSON of each text of the property that fits; None when there are too many to tell."""
        column = schema.quoted(name)
        # From each text to the next by the index, however many items have the same.
        following = f"SELECT {column} FROM {self._items} WHERE pk = :key AND {column} > texts.text ORDER BY 1 LIMIT 1"  # noqa: S608
        rows = self._connection.execute(
            f"WITH RECURSIVE texts (text) AS (SELECT '' UNION ALL SELECT ({following}) FROM texts "  # noqa: S608
            "WHERE texts.text IS NOT NULL LIMIT :most) SELECT text FROM texts WHERE text IS NOT NULL",
            {"key": key, "most": _MOST_TEXTS + 2},
        ).fetchall()
        if len(rows) > _MOST_TEXTS:
            return None
        return [text.decode() for (text,) in rows if text[:1] == b'"' and fits(orjson.loads(text))]


class Readers:
    """A few threads, so that a long query keeps nobody else waiting."""

    def __init__(self, folder: Path, threads: int = 4) -> None:
        self._folder = folder
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="cosmos-reader")

    @contextmanager
    def view(self, container: Container, entering: Sequence[MemoryIndex] = ()) -> Generator[ItemReader]:
        """The container as it is now. ``entering``: indexes that must drop nothing meanwhile.

        Raises:
            CosmosError: 404, the container is gone.
        """
        connection = self._connection()
        for index in entering:
            index.enter()
        try:
            connection.execute("BEGIN")
            # The first read, not BEGIN, fixes the view.
            lsn = int(connection.execute("SELECT lsn FROM clock").fetchone()[0])
            yield ItemReader(connection, container, lsn)
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                raise not_found() from None
            raise
        finally:
            for index in entering:
                index.leave()
            if connection.in_transaction:
                connection.execute("ROLLBACK")

    def close(self) -> None:
        self.pool.shutdown(wait=True, cancel_futures=True)
        for connection in self._connections:
            connection.close()

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = schema.connect(self._folder, readonly=True)
            self._connections.append(connection)
        return connection
