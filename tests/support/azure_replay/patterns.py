"""Ways to wait for parallel work that are found in the wild, most of which Azure's replay breaks. See docs/adr/0002."""

from collections.abc import Generator
from contextlib import suppress
from datetime import timedelta
from typing import Any, cast

from azure.durable_functions import DurableOrchestrationContext, RetryOptions
from azure.durable_functions.models.Task import TimerTask

Steps = Generator[Any, Any, Any]
RETRY = RetryOptions(first_retry_interval_in_milliseconds=1000, max_number_of_attempts=3)


def _timer(context: DurableOrchestrationContext, after_s: float) -> TimerTask:
    return cast("TimerTask", context.create_timer(context.current_utc_datetime + timedelta(seconds=after_s)))


def any_over_retries(context: DurableOrchestrationContext) -> Steps:
    left = [context.call_activity_with_retry("part", RETRY, number) for number in range(4)]
    while left:
        left.remove((yield context.task_any(left)))
    return (yield context.call_activity("after", 0))


def retry_against_timer(context: DurableOrchestrationContext) -> Steps:
    task = context.call_activity_with_retry("part", RETRY, 0)
    timer = _timer(context, 500)
    if (yield context.task_any([task, timer])) is task:
        timer.cancel()
    return (yield context.call_activity("after", 0))


def all_of_retries_against_timer(context: DurableOrchestrationContext) -> Steps:
    every = context.task_all([context.call_activity_with_retry("part", RETRY, number) for number in range(3)])
    timer = _timer(context, 500)
    if (yield context.task_any([every, timer])) is every:
        timer.cancel()
    return (yield context.call_activity("after", 0))


def caught_failure_among_retries(context: DurableOrchestrationContext) -> Steps:
    with suppress(Exception):  # what the SDK throws; going on is the point of this pattern
        yield context.task_all([context.call_activity_with_retry("part", RETRY, number) for number in range(4)])
    first = yield context.call_activity("after", 1)
    second = yield context.call_activity("after", 2)
    return [first, second]


def all_of_plain_against_timer(context: DurableOrchestrationContext) -> Steps:
    every = context.task_all([context.call_activity("part", number) for number in range(3)])
    timer = _timer(context, 500)
    yield context.task_any([every, timer])
    return (yield context.call_activity("after", 0))


def one_timer_for_two_waits(context: DurableOrchestrationContext) -> Steps:
    timer = _timer(context, 5)
    yield context.task_any([context.call_activity("quick", 0), timer])
    yield context.task_any([context.call_activity("hung", 0), timer])
    return (yield context.call_activity("after", 0))


def a_timer_for_each_wait(context: DurableOrchestrationContext) -> Steps:
    until = context.current_utc_datetime + timedelta(seconds=5)
    for name in ("quick", "hung"):
        timer = cast("TimerTask", context.create_timer(until))
        if (yield context.task_any([context.call_activity(name, 0), timer])) is not timer:
            timer.cancel()
    return (yield context.call_activity("after", 0))


def sliding_window(context: DurableOrchestrationContext) -> Steps:
    todo, open_tasks, results = list(range(8)), [], []
    while todo or open_tasks:
        while todo and len(open_tasks) < 3:
            open_tasks.append(context.call_activity("part", todo.pop(0)))
        ended = yield context.task_any(open_tasks)
        open_tasks.remove(ended)
        results.append(ended.result)
    yield context.call_activity("after", 0)
    return sorted(results)


def retries_one_by_one(context: DurableOrchestrationContext) -> Steps:
    results = []
    for number in range(3):
        results.append((yield context.call_activity_with_retry("part", RETRY, number)))  # noqa: PERF401
    return results


def all_of_retries(context: DurableOrchestrationContext) -> Steps:
    results = yield context.task_all([context.call_activity_with_retry("part", RETRY, number) for number in range(4)])
    return [*results, (yield context.call_activity("after", 0))]


def flat_any_loop(context: DurableOrchestrationContext) -> Steps:
    tasks = [context.call_activity("part", number) for number in range(3)]
    tasks += [context.call_sub_orchestrator("child", number) for number in range(3)]
    left = list(tasks)
    while left:
        left.remove((yield context.task_any(left)))
    yield context.call_activity("after", 0)
    return [None if isinstance(task.result, Exception) else task.result for task in tasks]
