"""Opt-in: take from the durable SDK's replay what costs most and decides nothing.

The SDK parses one timestamp per history event and episode; dateutil's general parser takes most of a long replay.
``datetime.fromisoformat`` gives equal moments for the timestamps that this host writes (tested); other texts still go
to dateutil. The rest is done once instead of in every episode: the SDK makes the same namedtuple class anew (a quarter
of a short replay's time), parses the same two time spans, and asks the environment at each value whether typing is
strict, which so is decided by the first.
"""

import sys
from collections import namedtuple
from datetime import datetime
from functools import cache

from azure.durable_functions.models import DurableOrchestrationContext
from azure.durable_functions.models import TaskOrchestrationExecutor as executor  # noqa: N813
from azure.durable_functions.models.history import HistoryEvent
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
    # By their names: the packages show classes in the place of these modules.
    history_event = sys.modules[HistoryEvent.__module__]
    context = sys.modules[DurableOrchestrationContext.__module__]
    codec = sys.modules["azure.functions._durable_functions"]
    history_event.dt_parse = parse_timestamp  # pyright: ignore[reportAttributeAccessIssue]
    executor.namedtuple = cache(namedtuple)  # pyright: ignore[reportAttributeAccessIssue]
    context.parse_timespan_attrib = cache(context.parse_timespan_attrib)  # pyright: ignore[reportAttributeAccessIssue]
    codec._is_strict_mode = cache(codec._is_strict_mode)  # pyright: ignore[reportAttributeAccessIssue]
