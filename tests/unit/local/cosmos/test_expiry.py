"""What expires is purged from the tables by a timer that is set only when something will expire."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from local.cosmos.definitions import read_definition
from local.cosmos.engine import Engine
from local.cosmos.store import items
from local.cosmos.store.catalog import Container
from local.cosmos.store.documents import expiry, make_document
from local.cosmos.store.expiry import PurgeTimer
from local.cosmos.store.schema import FILE_NAME


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncGenerator[Engine]:
    opened = Engine(tmp_path)
    await opened.start()
    yield opened
    await opened.stop()


async def brief_container(engine: Engine) -> Container:
    definition = read_definition({"id": "c", "partitionKey": {"paths": ["/pk"]}, "defaultTtl": 1})
    await engine.write(lambda transaction: engine.catalog.create_database(transaction, "d"))
    return await engine.write(lambda transaction: engine.catalog.create_container(transaction, "d", definition))


async def test_expired_rows_leave_the_tables_and_kept_ones_stay(engine: Engine, tmp_path: Path):
    container = await brief_container(engine)
    for identity, ttl in (("brief", 1), ("long", 1000), ("never", -1)):
        document = make_document(
            {"id": identity, "pk": "p", "ttl": ttl, "v": [0.5] * 100}, container.definition.partition_key
        )
        await engine.write(lambda transaction, each=document: items.create(transaction, container, each))

    def counts() -> tuple[int, int]:
        with sqlite3.connect(tmp_path / FILE_NAME) as connection:
            tables = (f"items_{container.number}", f"tails_{container.number}")
            left = tuple(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables)
        connection.close()
        return left[0], left[1]

    assert counts() == (3, 3)
    deadline = time.monotonic() + 10
    while counts() != (2, 2):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


async def test_timer_fires_for_the_earliest_moment_and_then_for_what_the_purge_says():
    purged: list[float] = []
    again = asyncio.Event()

    async def purge() -> float | None:
        purged.append(time.time())
        if len(purged) == 2:
            again.set()
            return None
        return time.time()

    timer = PurgeTimer(purge)
    timer.expires_at(time.time() + 3600)
    timer.expires_at(time.time())
    await asyncio.wait_for(again.wait(), 10)
    await timer.stop()
    assert len(purged) == 2


@pytest.mark.parametrize(
    ("own", "default", "expected"),
    [
        (None, None, None),
        (5, None, None),
        (None, -1, None),
        (5, -1, 105.0),
        (None, 7, 107.0),
        (5, 7, 105.0),
        (-1, 7, None),
    ],
)
def test_own_time_to_live_goes_before_the_default(own: int | None, default: int | None, expected: float | None):
    assert expiry(own, default, 100.0) == expected
