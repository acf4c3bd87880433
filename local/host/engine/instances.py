"""What clients do with instances: start, look up, raise events, suspend, resume, terminate, purge."""

import uuid
from asyncio import Future
from collections.abc import Sequence
from dataclasses import dataclass

from local.host.engine import clock, history, rows
from local.host.engine.engine import Engine
from local.host.engine.episodes import MAX_PAYLOAD_BYTES, too_large
from local.host.engine.model import Execution, Record, Status
from local.host.engine.store import Statement
from local.host.errors import Refused

MAX_ID_LENGTH = 256
INVALID_OPERATION = "System.InvalidOperationException"


@dataclass(frozen=True)
class Query:
    """Which instances to list. ``after``: creation time and id of the last instance of the page before."""

    statuses: Sequence[Status] = ()
    created_from: str | None = None
    created_to: str | None = None
    id_prefix: str | None = None
    after: tuple[str, str] | None = None

    def where(self) -> tuple[str, list[str | int]]:
        """Return the SQL condition and its parameters."""
        conditions: list[str] = []
        parameters: list[str | int] = []
        if self.statuses:
            conditions.append(f"status IN ({', '.join('?' * len(self.statuses))})")
            parameters += self.statuses
        if self.id_prefix:
            conditions.append("substr(instance_id, 1, ?) = ?")
            parameters += [len(self.id_prefix), self.id_prefix]
        for comparison, value in (("created >= ?", self.created_from), ("created <= ?", self.created_to)):
            if value is not None:
                conditions.append(comparison)
                parameters.append(value)
        if self.after is not None:
            conditions.append("(created, instance_id) > (?, ?)")
            parameters += self.after
        return " AND ".join(conditions) or "1", parameters


def check_instance_id(instance_id: str) -> None:
    """Refuse an id that Azure's storage or a URL could not carry.

    Raises:
        Refused: With what is wrong and what is expected.
    """
    if not 1 <= len(instance_id) <= MAX_ID_LENGTH:
        raise Refused(400, f"The instance id has {len(instance_id)} characters; expected 1 to {MAX_ID_LENGTH}.")
    if instance_id.startswith("@"):
        raise Refused(400, f"The instance id {instance_id!r} starts with '@', which names an entity.")
    if bad := sorted({c for c in instance_id if c in "/\\#?" or ord(c) < 32 or 127 <= ord(c) < 160}):
        raise Refused(
            400, f"The instance id {instance_id!r} holds {bad}; not allowed are / \\ # ? and control characters."
        )


def check_payload(what: str, text: str | None) -> None:
    """Refuse a payload that Durable Task Scheduler would refuse.

    Raises:
        Refused: It is over 1 MB.
    """
    if (size := too_large(text)) is not None:
        raise Refused(413, f"The {what} is {size} bytes; at most {MAX_PAYLOAD_BYTES} are allowed.")


class Instances:
    """Client operations on the engine's instances. What a method did is durable when it returns."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    # -- reading ---------------------------------------------------------------------------------------------------

    def find(self, instance_id: str) -> Record | None:
        """Return the committed record of an instance."""
        found = self.engine.store.read(
            f"SELECT {rows.RECORD_COLUMNS} FROM instances WHERE instance_id=?",  # noqa: S608
            (instance_id,),
        )
        return rows.record_of(found[0]) if found else None

    def inputs(self, instance_ids: Sequence[str]) -> dict[str, str | None]:
        """Return the raw inputs of instances."""
        marks = ", ".join("?" * len(instance_ids))
        sql = f"SELECT instance_id, input FROM inputs WHERE instance_id IN ({marks})"  # noqa: S608
        return dict(self.engine.store.read(sql, instance_ids))

    def history(self, instance_id: str) -> str:
        """Return the history as a JSON array."""
        chunks = self.engine.store.read(
            "SELECT events FROM history WHERE instance_id=? ORDER BY chunk_id", (instance_id,)
        )
        return f"[{','.join(events for (events,) in chunks)}]"

    def list(self, query: Query, limit: int) -> list[Record]:
        """Return at most ``limit`` instances, oldest first."""
        where, parameters = query.where()
        found = self.engine.store.read(
            f"SELECT {rows.RECORD_COLUMNS} FROM instances WHERE {where} ORDER BY created, instance_id LIMIT ?",  # noqa: S608
            (*parameters, limit),
        )
        return [rows.record_of(row) for row in found]

    # -- changing --------------------------------------------------------------------------------------------------

    async def start(self, name: str, instance_id: str | None, raw_input: str | None, version: str | None) -> str:
        """Start an orchestration and return its id; raises as ``begin`` does."""
        instance_id = self.begin(name, instance_id, raw_input, version)
        await self.saved()
        return instance_id

    async def saved(self) -> None:
        """Return when everything done until now is durable."""
        await self.engine.commit([])

    def begin(self, name: str, instance_id: str | None, raw_input: str | None, version: str | None) -> str:
        """Start an orchestration and return its id, though it is not durable before ``saved`` or its end.

        Raises:
            Refused: Unknown orchestrator, bad id, input over 1 MB, or an instance of that id has not ended.
        """
        engine = self.engine
        function = engine.orchestrators.get(name.lower())
        if function is None:
            raise Refused(
                400, unknown_orchestrator(name, sorted(f.durable_name for f in engine.orchestrators.values()))
            )
        fresh = instance_id is None
        instance_id = uuid.uuid4().hex if instance_id is None else instance_id
        check_instance_id(instance_id)
        check_payload("input", raw_input)
        with engine.lock:
            statements = self._replace(instance_id)
            execution = engine.new_execution(function.durable_name, instance_id, raw_input, version)
            # Its first episode commits the start along; whoever must not wait for that awaits ``saved``.
            engine.store.submit_soon([*statements, *rows.create_instance(execution, fresh=fresh)])
            engine.wake(execution)
        return instance_id

    def _replace(self, instance_id: str) -> Sequence[Statement]:
        """End the live instance of this id, if there is one and settings allow it; return what stores that."""
        engine = self.engine
        existing = engine.live.get(instance_id)
        if existing is None:
            return []
        if engine.settings.overridable_existing_instance_states != "AnyState":
            status = existing.record.status
            raise Refused(409, f"An Orchestration instance with the status {status} already exists.", INVALID_OPERATION)
        engine.close(existing)
        return engine.tell_parent(existing.record, failure="The orchestration was replaced by another of its id.")

    def _live(self, instance_id: str) -> Execution:
        """Return a live execution; hold the engine's lock until what is done to it is submitted."""
        if (execution := self.engine.live.get(instance_id)) is not None:
            return execution
        record = self.find(instance_id)
        if record is None:
            raise Refused(404, f"No instance with ID '{instance_id}' found.")
        # Gone, or ending: its last commit is on its way.
        raise Refused(410, f"The instance '{instance_id}' has ended with status {record.status}.", INVALID_OPERATION)

    async def raise_event(self, instance_id: str, name: str, raw_input: str | None) -> None:
        """Put an external event into an instance's inbox.

        Raises:
            Refused: Unknown instance (404), ended (410), payload over 1 MB (413).
        """
        with self.engine.lock:
            execution = self._live(instance_id)
            check_payload("event's payload", raw_input)
            arrival = self.engine.message("raised", history.event_raised(clock.timestamp(), name, raw_input))
            committed = self.engine.commit(rows.put_in_inbox(instance_id, [arrival]))
            self.engine.deliver(execution, [arrival])
        await committed

    async def suspend(self, instance_id: str, reason: str) -> None:
        """Hold an instance: no episode runs, what arrives is kept.

        Raises:
            Refused: Unknown instance (404), ended (410), already suspended (500, as the extension answers).
        """
        with self.engine.lock:
            execution = self._live(instance_id)
            if execution.suspended:
                raise Refused(
                    500, f"Cannot suspend orchestration instance in the {Status.SUSPENDED} state.", INVALID_OPERATION
                )
            execution.suspended = True
            execution.record.status = Status.SUSPENDED
            committed = self._mark(execution, "suspended", history.execution_suspended(clock.timestamp(), reason))
        await committed

    async def resume(self, instance_id: str, reason: str) -> None:
        """Let a suspended instance go on with what has arrived meanwhile.

        Raises:
            Refused: Unknown instance (404), ended (410), not suspended (500, as the extension answers).
        """
        with self.engine.lock:
            execution = self._live(instance_id)
            if not execution.suspended:
                status = execution.record.status
                raise Refused(500, f"Cannot resume orchestration instance in the {status} state.", INVALID_OPERATION)
            execution.suspended = False
            execution.record.status = Status.RUNNING
            committed = self._mark(execution, "resumed", history.execution_resumed(clock.timestamp(), reason))
        await committed

    def _mark(self, execution: Execution, kind: str, event: str) -> Future[None]:
        execution.record.updated = clock.timestamp()
        arrival = self.engine.message(kind, event)
        statements = [rows.update_instance(execution), *rows.put_in_inbox(execution.record.instance_id, [arrival])]
        committed = self.engine.commit(statements)
        self.engine.deliver(execution, [arrival])
        return committed

    async def terminate(self, instance_id: str, reason: str) -> None:
        """End an instance at once; its open work is ignored, its sub-orchestrations run on.

        Raises:
            Refused: Unknown instance (404), ended (410).
        """
        with self.engine.lock:
            execution = self._live(instance_id)
            record, at = execution.record, clock.timestamp()
            record.status, record.output, record.updated = Status.TERMINATED, reason, at
            self.engine.close(execution)
            ends = (
                history.orchestrator_started(at), history.execution_terminated(at, reason),
                history.execution_completed(at, execution.next_seq, Status.TERMINATED, reason),
                history.orchestrator_completed(at),
            )  # fmt: skip
            committed = self.engine.commit([
                rows.update_instance(execution),
                rows.append_history(instance_id, ",".join(ends)),
                *rows.clear_pending(instance_id),
                *self.engine.tell_parent(record, failure=reason),
            ])  # fmt: skip
        await committed
        self.engine.watchers.ended(record)

    async def purge(self, instance_id: str) -> int:
        """Forget an instance that has ended; return how many were forgotten.

        Raises:
            Refused: Unknown instance, or one that has not ended (404).
        """
        record = self.find(instance_id)
        if record is None:
            raise Refused(404, f"No instance with ID '{instance_id}' found.")
        with self.engine.lock:
            if (execution := self.engine.live.get(instance_id)) is not None:
                status = execution.record.status
                raise Refused(
                    404, f"The instance '{instance_id}' is {status}; only instances that have ended can be purged."
                )
            committed = self.engine.commit(rows.delete_instances([instance_id]))
        await committed
        return 1

    async def purge_all(self, query: Query) -> int:
        """Forget the ended instances that ``query`` names; return their number."""
        where, parameters = query.where()
        found = self.engine.store.read(
            f"SELECT instance_id FROM instances WHERE {where} AND status IN {rows.TERMINAL}",  # noqa: S608
            parameters,
        )
        with self.engine.lock:
            ids = [instance_id for (instance_id,) in found if instance_id not in self.engine.live]
            committed = self.engine.commit(rows.delete_instances(ids))
        await committed
        return len(ids)


def unknown_orchestrator(name: str, known: Sequence[str]) -> str:
    """Return the extension's message for a start of something that is no orchestrator."""
    names = ", ".join(known) or "none"
    return (
        f"The function '{name}' doesn't exist, is disabled, or is not an orchestrator function. "
        f"Additional info: The following are the known orchestrator functions: {names}."
    )
