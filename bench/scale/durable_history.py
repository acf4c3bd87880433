"""What the durable engine did for orchestrations, read from its database."""

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

# Types of history events, as the durable SDK numbers them.
_TASK_SCHEDULED, _TIMER_CREATED, _TIMER_FIRED, _ORCHESTRATOR_STARTED = 4, 10, 11, 12


def counted(database: Path, instance_ids: Collection[str]) -> dict[str, Any]:
    """Sum what was done for ``instance_ids``: activities by name, timers, episodes, bytes of history.

    Raises:
        ValueError: The engine knows some of them not.
    """
    activities: Counter[str] = Counter()
    kinds: Counter[int] = Counter()
    size, known = 0, set[str]()
    for instance_id, text in _history(database):
        if instance_id not in instance_ids:
            continue
        known.add(instance_id)
        size += len(text.encode())
        for event in json.loads(f"[{text}]"):
            kinds[event["EventType"]] += 1
            if event["EventType"] == _TASK_SCHEDULED:
                activities[event["Name"]] += 1
    if missing := set(instance_ids) - known:
        raise ValueError(f"{database} has no history of {sorted(missing)[0]}")
    return {
        "activities": dict(sorted(activities.items())),
        "timers_created": kinds[_TIMER_CREATED],
        "timers_fired": kinds[_TIMER_FIRED],
        "episodes": kinds[_ORCHESTRATOR_STARTED],
        "history_bytes": size,
    }


def _history(database: Path) -> Iterator[tuple[str, str]]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as opened:
        yield from opened.execute("SELECT instance_id, events FROM history ORDER BY chunk_id")
