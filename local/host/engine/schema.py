"""The engine's tables."""

#: Kept in PRAGMA user_version; a database of another version is refused rather than guessed at.
SCHEMA_VERSION = 1

TABLES = """
CREATE TABLE instances (
    instance_id TEXT PRIMARY KEY,
    execution_id TEXT NOT NULL,
    name TEXT NOT NULL,
    version TEXT,
    status TEXT NOT NULL,
    created TEXT NOT NULL,
    updated TEXT NOT NULL,
    custom_status TEXT,
    output TEXT,
    parent_id TEXT,
    parent_execution TEXT,
    parent_seq INTEGER,
    next_seq INTEGER NOT NULL DEFAULT 0,
    seen_leaves INTEGER NOT NULL DEFAULT 0,
    suspended INTEGER NOT NULL DEFAULT 0,
    outcome_status TEXT,
    outcome_value TEXT
);
CREATE INDEX instances_by_creation ON instances (created, instance_id);
CREATE INDEX live_instances ON instances (status)
    WHERE status NOT IN ('Completed', 'Failed', 'Terminated', 'Canceled');
-- Apart from instances, so that an episode's update does not rewrite a large input.
CREATE TABLE inputs (instance_id TEXT PRIMARY KEY, input TEXT);
-- One row per episode: its events as JSON text, comma-joined.
CREATE TABLE history (
    chunk_id INTEGER PRIMARY KEY,
    instance_id TEXT NOT NULL,
    events TEXT NOT NULL
);
CREATE INDEX history_by_instance ON history (instance_id, chunk_id);
-- The outbox: activities to run, timers to fire, sub-orchestrations to await. An episode that consumes the end of one
-- deletes its row.
CREATE TABLE open_tasks (
    task_id INTEGER PRIMARY KEY,
    instance_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    input TEXT NOT NULL,
    fire_at TEXT,
    leaf INTEGER,
    retry TEXT,
    retries TEXT,
    child_id TEXT,
    version TEXT
);
CREATE INDEX open_tasks_by_instance ON open_tasks (instance_id);
CREATE TABLE inbox (
    message_id INTEGER PRIMARY KEY,
    instance_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    seq INTEGER,
    event TEXT NOT NULL
);
CREATE INDEX inbox_by_instance ON inbox (instance_id);
-- What the last run of a timer-triggered function was, so that a missed one is noticed after a restart.
CREATE TABLE schedules (
    function TEXT PRIMARY KEY,
    schedule TEXT NOT NULL,
    last TEXT,
    next TEXT NOT NULL,
    updated TEXT NOT NULL
);
"""
