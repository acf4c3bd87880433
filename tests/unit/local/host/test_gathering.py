"""When an orchestration waits for more results before it is replayed."""

from local.host.engine import gathering
from local.host.engine.model import Arrival, Execution, Kind, OpenTask, Record, Retry, Status

AT = "2026-01-01T00:00:00.000000Z"


def execution(*, running: int, arrived: int, replay_s: float, retry: Retry | None = None) -> Execution:
    made = Execution(Record("i", "e", "flow", None, Status.RUNNING, AT, AT), None, replay_s=replay_s)
    made.open = {seq: OpenTask(seq, Kind.ACTIVITY, retry=retry) for seq in range(running)}
    made.inbox.extend(Arrival("completed", "{}", seq) for seq in range(arrived))
    made.first_arrival, made.last_arrival = 10.0, 10.1
    return made


def test_the_last_open_activity_is_waited_for_no_more() -> None:
    assert gathering.wait_s(execution(running=3, arrived=3, replay_s=1.0), 10.1) <= 0


def test_cheap_replay_waits_for_nothing() -> None:
    assert gathering.wait_s(execution(running=3, arrived=1, replay_s=0.0005), 10.1) <= 0


def test_open_retry_waits_for_nothing() -> None:
    assert gathering.wait_s(execution(running=3, arrived=1, replay_s=1.0, retry=Retry(3, 1)), 10.1) <= 0


def test_dear_replay_waits_half_of_itself_after_the_newest_result_and_never_for_ever() -> None:
    waiting = execution(running=3, arrived=1, replay_s=1.0)
    assert 0.4 < gathering.wait_s(waiting, 10.1) < 0.6
    waiting.last_arrival = 20.0
    assert gathering.wait_s(waiting, 20.0) <= 0
