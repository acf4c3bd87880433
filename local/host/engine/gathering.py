"""How long an orchestration waits for more results before it is replayed.

An episode replays the whole history. Were it run for each of a thousand results, a fan-out would cost a thousand
replays; waiting for about half of one lets most of the results share it.
"""

from local.host.engine.model import Execution, Kind

#: About what one more history event adds to a replay.
EVENT_COST_S = 30e-6
#: Below this a replay is too cheap to be worth waiting for.
CHEAP_REPLAY_S = 0.002
#: At most this many replays' time is spent waiting, however steadily results come.
PATIENCE = 4


def wait_s(execution: Execution, now: float) -> float:
    """Return how many seconds the next episode should wait, at most zero for not at all. ``now``: loop time."""
    replay_s = execution.replay_s + EVENT_COST_S * len(execution.inbox)
    if replay_s < CHEAP_REPLAY_S or execution.outcome is not None or execution.has_open_retry:
        return 0.0
    running = sum(1 for task in execution.open.values() if task.kind is Kind.ACTIVITY)
    if running <= len(execution.inbox):
        return 0.0
    return min(execution.last_arrival + replay_s / 2, execution.first_arrival + PATIENCE * replay_s) - now
