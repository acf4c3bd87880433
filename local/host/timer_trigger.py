"""Timer triggers: NCRONTAB schedules in UTC, runs that a stopped host missed, one run at a time."""

import logging
import re
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from azure.functions.meta import Datum
from croniter import croniter

from local.host import worker_rules
from local.host.app_loader import LoadedFunction
from local.host.engine import clock
from local.host.engine.store import Statement, Store
from local.host.engine.timers import TimerHeap
from local.host.errors import AppError
from local.host.invocation import Invocation, Invoker
from local.host.settings import parse_timespan

log = logging.getLogger("local.host.timer")

#: Shorter schedules are not monitored unless the function asks for it, as in the Functions host.
MONITORED_FROM = timedelta(minutes=1)
# croniter knows more (L, #, @daily, random fields); NCRONTAB does not.
_FIELD = re.compile(r"^(\*|[A-Za-z0-9]+)(-[A-Za-z0-9]+)?(/\d+)?(,(\*|[A-Za-z0-9]+)(-[A-Za-z0-9]+)?(/\d+)?)*$")
_RANDOM = re.compile(r"\b[hrl]\b", re.IGNORECASE)

Next = Callable[[datetime], datetime]


def parse_schedule(text: str, where: str) -> Next:
    """Return what gives the next run after a moment.

    Args:
        text: NCRONTAB with six fields (seconds first) or five, or an interval ``hh:mm:ss``.

    Raises:
        AppError: It is neither.
    """
    fields = text.split()
    if len(fields) == 1 and ":" in text:
        return _interval(text, where)
    fits = len(fields) in (5, 6) and all(_FIELD.match(field) and not _RANDOM.search(field) for field in fields)
    if not fits or not croniter.is_valid(text, second_at_beginning=len(fields) == 6):
        raise AppError(
            f"{where} is {text!r}; expected NCRONTAB of five or six fields, such as '0 */5 * * * *', or hh:mm:ss"
        )

    def following(moment: datetime) -> datetime:
        # NCRONTAB wants both day fields to fit; cron is content with either.
        return croniter(text, moment, second_at_beginning=len(fields) == 6, day_or=False).get_next(datetime)

    return following


def _interval(text: str, where: str) -> Next:
    try:
        seconds = parse_timespan(text)
    except ValueError as error:
        raise AppError(f"{where}: {error}") from error
    if seconds <= 0:
        raise AppError(f"{where} is {text!r}; expected an interval longer than zero")
    return lambda moment: moment + timedelta(seconds=seconds)


class ScheduledFunction:
    """One timer-triggered function and when it runs."""

    def __init__(self, function: LoadedFunction) -> None:
        where = f"function {function.name}: schedule"
        self.function = function
        self.text = str(function.trigger.get("schedule", ""))
        self.next = parse_schedule(self.text, where)
        self.run_on_startup = bool(function.trigger.get("runOnStartup", False))
        monitor = function.trigger.get("useMonitor")
        first = self.next(datetime.now(UTC))
        self.monitored = self.next(first) - first >= MONITORED_FROM if monitor is None else bool(monitor)
        self.last: datetime | None = None
        self.due = first


class TimerTrigger:
    """Runs timer-triggered functions. What is monitored survives in the engine's database."""

    def __init__(self, functions: Sequence[LoadedFunction], store: Store, timers: TimerHeap, invoker: Invoker) -> None:
        self._store = store
        self._timers = timers
        self._invoker = invoker
        self._decoder: Any = worker_rules.converter("timerTrigger")
        self._scheduled = [ScheduledFunction(f) for f in functions if f.trigger_type == "timerTrigger"]

    def start(self) -> None:
        """Arm every schedule; run at once what asks for it or what a stopped host missed."""
        now = datetime.now(UTC)
        for scheduled in self._scheduled:
            missed = self._recall(scheduled, now)
            if missed or scheduled.run_on_startup:
                self._run(scheduled, past_due=missed)
            else:
                self._arm(scheduled, now)

    def _recall(self, scheduled: ScheduledFunction, now: datetime) -> bool:
        if not scheduled.monitored:
            return False
        row = self._store.read(
            "SELECT schedule, last, next FROM schedules WHERE function=?", (scheduled.function.name,)
        )
        if not row or row[0][0] != scheduled.text:  # never ran, or another schedule than the one remembered
            return False
        scheduled.last = clock.parse(row[0][1]) if row[0][1] else None
        scheduled.due = clock.parse(row[0][2])
        return scheduled.due <= now

    def _arm(self, scheduled: ScheduledFunction, now: datetime) -> None:
        if scheduled.due <= now:
            scheduled.due = scheduled.next(now)
        self._remember(scheduled)
        self._timers.at(scheduled.due.timestamp(), lambda: self._run(scheduled, past_due=False))

    def _remember(self, scheduled: ScheduledFunction) -> None:
        if not scheduled.monitored:
            return
        last = None if scheduled.last is None else clock.timestamp(scheduled.last)
        row = (scheduled.function.name, scheduled.text, last, clock.timestamp(scheduled.due), clock.timestamp())
        self._store.submit([Statement("INSERT OR REPLACE INTO schedules VALUES (?,?,?,?,?)", [row])])

    def _run(self, scheduled: ScheduledFunction, *, past_due: bool) -> None:
        now = datetime.now(UTC)
        # The next run is counted from this one's due time: it is armed when this one has ended.
        scheduled.last = now if past_due or scheduled.due > now else scheduled.due
        upcoming = scheduled.next(max(now, scheduled.due))
        status = {
            "Last": (scheduled.last or now).isoformat(),
            "Next": upcoming.isoformat(),
            "LastUpdated": now.isoformat(),
        }
        info = {"Schedule": {"AdjustForDST": True}, "ScheduleStatus": status, "IsPastDue": past_due}
        call = self._invoker.user_loop.submit(self._call(scheduled.function, orjson.dumps(info).decode()))
        call.add_done_callback(lambda done: self._ended(scheduled, done))

    async def _call(self, function: LoadedFunction, info: str) -> None:
        invocation = Invocation(function.name)
        outcome = "Failed"
        try:
            await self._invoker.call(
                function, self._decoder.decode(Datum(info, "json"), trigger_metadata=None), invocation
            )
            outcome = "Succeeded"
        except Exception:  # noqa: BLE001 - a failed run is logged; the schedule goes on
            fields = {"function": function.name, "invocation": invocation.invocation_id}
            log.error("The function raised an exception.\n%s", traceback.format_exc().rstrip(), extra=fields)  # noqa: TRY400
        finally:
            self._invoker.finished(invocation, outcome)

    def _ended(self, scheduled: ScheduledFunction, call: "Future[None]") -> None:
        if not call.cancelled() and not self._timers.loop.is_closed():
            self._timers.loop.call_soon_threadsafe(self._arm, scheduled, datetime.now(UTC))
