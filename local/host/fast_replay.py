"""Opt-in: take from the durable SDK's replay what costs most and decides nothing.

The SDK parses one timestamp per history event and episode; dateutil's general parser takes most of a long replay.
``datetime.fromisoformat`` gives equal moments for the timestamps that this host writes (tested); other texts still go
to dateutil. And the SDK makes the same namedtuple class anew for each episode, a quarter of a short replay's time.
"""

from collections import namedtuple
from datetime import datetime
from functools import cache

from azure.durable_functions.models import TaskOrchestrationExecutor as executor_module  # noqa: N813
from azure.durable_functions.models.history import HistoryEvent as history_event_module  # noqa: N813
from dateutil.parser import parse as dateutil_parse


def parse_timestamp(text: str) -> datetime:
    """Return the moment that a history timestamp names."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return dateutil_parse(text)
    return moment if moment.tzinfo is not None else dateutil_parse(text)


def install() -> None:
    """Patch the SDK in this process."""
    import sys

    module = sys.modules[history_event_module.__module__]
    module.dt_parse = parse_timestamp  # pyright: ignore[reportAttributeAccessIssue]
    executor_module.namedtuple = cache(namedtuple)  # pyright: ignore[reportAttributeAccessIssue]
