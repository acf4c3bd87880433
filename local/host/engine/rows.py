"""Between the engine's objects and its tables: the statements that write them, the rows that make them again."""

from collections.abc import Iterable, Sequence
from typing import Any

from local.host.engine import history
from local.host.engine.json_text import dumps, loads
from local.host.engine.model import Arrival, Execution, Kind, OpenTask, Outcome, Parent, Record, Retry, Status
from local.host.engine.store import Statement, Store

RECORD_COLUMNS = (
    "instance_id, execution_id, name, version, status, created, updated, custom_status, output,"
    " parent_id, parent_execution, parent_seq"
)
TERMINAL = "('Completed', 'Failed', 'Terminated', 'Canceled')"


def record_of(row: Sequence[Any]) -> Record:
    """Return the record in a row of RECORD_COLUMNS."""
    parent = None if row[9] is None else Parent(row[9], row[10], row[11])
    return Record(row[0], row[1], row[2], row[3], Status(row[4]), row[5], row[6], row[7], row[8], parent)


def create_instance(execution: Execution, *, fresh: bool = False) -> list[Statement]:
    """A new instance, or one that takes the place of an ended one with the same id; ``fresh``: never used before."""
    r, p = execution.record, execution.record.parent
    parent = (None, None, None) if p is None else (p.instance_id, p.execution_id, p.seq)
    row = (r.instance_id, r.execution_id, r.name, r.version, r.status, r.created, r.updated, r.custom_status, r.output)
    return [
        *([] if fresh else delete_instances([r.instance_id])),
        Statement(f"INSERT INTO instances ({RECORD_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", [(*row, *parent)]),  # noqa: S608
        Statement("INSERT INTO inputs VALUES (?,?)", [(r.instance_id, execution.input)]),
    ]


def update_instance(execution: Execution) -> Statement:
    """The instance's row as it is now."""
    r, outcome = execution.record, execution.outcome
    decided = (None, None) if outcome is None else (outcome.status, outcome.value)
    return Statement(
        "UPDATE instances SET execution_id=?, status=?, updated=?, custom_status=?, output=?, next_seq=?,"
        " seen_leaves=?, suspended=?, outcome_status=?, outcome_value=? WHERE instance_id=?",
        [(r.execution_id, r.status, r.updated, r.custom_status, r.output, execution.next_seq,
          execution.seen_leaves, int(execution.suspended), *decided, r.instance_id)],
    )  # fmt: skip


def append_history(instance_id: str, chunk: str) -> Statement:
    """An episode's events."""
    return Statement("INSERT INTO history (instance_id, events) VALUES (?,?)", [(instance_id, chunk)])


def _insert(table: str, found: list[tuple[Any, ...]]) -> list[Statement]:
    if not found:
        return []
    width = len(found[0])
    if len(found) == 1:
        return [Statement(f"INSERT INTO {table} VALUES ({','.join('?' * width)})", found)]  # noqa: S608
    # One statement over a JSON array instead of one per row: each gives up the interpreter lock and has to win it
    # back, which under load costs more than the row.
    columns = ", ".join(f"json_extract(value, '$[{n}]')" for n in range(width))
    return [Statement(f"INSERT INTO {table} SELECT {columns} FROM json_each(?)", [(dumps(found),)])]  # noqa: S608


def _delete(table: str, key: str, found: list[int]) -> list[Statement]:
    if not found:
        return []
    if len(found) == 1:
        return [Statement(f"DELETE FROM {table} WHERE {key}=?", [(found[0],)])]  # noqa: S608
    return [Statement(f"DELETE FROM {table} WHERE {key} IN (SELECT value FROM json_each(?))", [(dumps(found),)])]  # noqa: S608


def _retry_text(retry: Retry | None) -> str | None:
    if retry is None:
        return None
    return dumps([retry.max_attempts, retry.interval_ms, retry.attempt])


def open_tasks(instance_id: str, tasks: Iterable[OpenTask]) -> list[Statement]:
    """New rows of the outbox; each task has its ``task_id``."""
    rows = [
        (t.task_id, instance_id, t.seq, t.kind, t.name, t.input, t.fire_at, t.leaf, _retry_text(t.retry), t.retries,
         t.child_id, t.version)
        for t in tasks
    ]  # fmt: skip
    return _insert("open_tasks", rows)


def close_tasks(tasks: Iterable[OpenTask]) -> list[Statement]:
    """Rows of the outbox whose end an episode has consumed."""
    return _delete("open_tasks", "task_id", [task.task_id for task in tasks])


def put_in_inbox(instance_id: str, arrivals: Iterable[Arrival]) -> list[Statement]:
    """Rows for what waits for an episode; each arrival has its ``message_id``."""
    rows = [(a.message_id, instance_id, a.kind, a.seq, a.event) for a in arrivals]
    return _insert("inbox", rows)


def take_from_inbox(arrivals: Iterable[Arrival]) -> list[Statement]:
    """Remove what an episode has consumed; an arrival that was never stored has no row."""
    return _delete("inbox", "message_id", [a.message_id for a in arrivals if a.message_id is not None])


def clear_generation(instance_id: str) -> list[Statement]:
    """Forget history, open work and undelivered messages, as continue-as-new does."""
    return [Statement(f"DELETE FROM {table} WHERE instance_id=?", [(instance_id,)])  # noqa: S608
            for table in ("history", "open_tasks", "inbox")]  # fmt: skip


def clear_pending(instance_id: str) -> list[Statement]:
    """Forget open work and undelivered messages of an instance that has ended."""
    return [Statement(f"DELETE FROM {table} WHERE instance_id=?", [(instance_id,)])  # noqa: S608
            for table in ("open_tasks", "inbox")]  # fmt: skip


def replace_input(execution: Execution) -> Statement:
    """The input of a new generation."""
    return Statement("UPDATE inputs SET input=? WHERE instance_id=?", [(execution.input, execution.record.instance_id)])


def delete_instances(instance_ids: Iterable[str]) -> list[Statement]:
    """Everything about these instances."""
    rows = [(instance_id,) for instance_id in instance_ids]
    tables = ("instances", "inputs", "history", "open_tasks", "inbox")
    return [Statement(f"DELETE FROM {table} WHERE instance_id=?", rows) for table in tables] if rows else []  # noqa: S608


def task_of(row: Sequence[Any]) -> OpenTask:
    """Return the task in a row of open_tasks."""
    task_id, _, seq, kind, name, input_text, fire_at, leaf, retry, retries, child_id, version = row
    return OpenTask(
        seq, Kind(kind), name, input_text, fire_at, leaf, Retry(*loads(retry)) if retry else None,
        Kind(retries) if retries else None, child_id, version, task_id,
    )  # fmt: skip


def arrival_of(row: Sequence[Any]) -> Arrival:
    """Return the arrival in a row of the inbox."""
    message_id, _, kind, seq, event = row
    return Arrival(kind, event, seq, message_id)


def execution_of(row: Sequence[Any]) -> Execution:
    """Return a live execution from RECORD_COLUMNS and input, next_seq, seen_leaves, suspended, outcome's two."""
    raw_input, next_seq, seen_leaves, suspended, outcome_status, outcome_value = row[12:]
    outcome = None if outcome_status is None else Outcome(Status(outcome_status), outcome_value)
    return Execution(
        record_of(row),
        raw_input,
        next_seq=next_seq,
        seen_leaves=seen_leaves,
        suspended=bool(suspended),
        outcome=outcome,
    )


def load_live(store: Store) -> list[Execution]:
    """Return every instance that has not ended, with its history, open tasks and undelivered messages."""
    live = {
        row[0]: execution_of(row)
        for row in store.read(
            f"SELECT {', '.join('i.' + column.strip() for column in RECORD_COLUMNS.split(','))}, inputs.input,"  # noqa: S608
            " i.next_seq, i.seen_leaves, i.suspended, i.outcome_status, i.outcome_value"
            " FROM instances i LEFT JOIN inputs USING (instance_id)"
            f" WHERE i.status NOT IN {TERMINAL} ORDER BY i.created"
        )
    }
    for instance_id, execution in live.items():
        chunks = store.read("SELECT events FROM history WHERE instance_id=? ORDER BY chunk_id", (instance_id,))
        execution.history = [history.read_by_sdk(events) for (events,) in chunks]
        tasks = store.read("SELECT * FROM open_tasks WHERE instance_id=? ORDER BY task_id", (instance_id,))
        execution.open = {task.seq: task for task in map(task_of, tasks)}
        messages = store.read("SELECT * FROM inbox WHERE instance_id=? ORDER BY message_id", (instance_id,))
        execution.inbox.extend(map(arrival_of, messages))
    return list(live.values())
