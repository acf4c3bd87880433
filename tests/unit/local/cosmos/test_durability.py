"""What a commit waits for."""

from pathlib import Path

import pytest

from local.cosmos.store import schema

# SQLite's numbers of the levels: NORMAL outlives the process, FULL a power cut too.
NORMAL, FULL = 1, 2


@pytest.mark.parametrize(("fsync", "level"), [(False, NORMAL), (True, FULL)])
def test_a_commit_waits_for_the_disk_only_when_it_is_asked_to(tmp_path: Path, fsync: bool, level: int) -> None:
    connection = schema.connect(tmp_path, fsync=fsync)
    try:
        assert connection.execute("PRAGMA synchronous").fetchone() == (level,)
    finally:
        connection.close()
