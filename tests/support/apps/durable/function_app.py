"""A sample app for tests of the host: one small orchestrator per durable pattern."""

import asyncio
import collections
import datetime as dt
import json
import logging
import os
import pathlib
import time

import azure.durable_functions as df
import azure.functions as func

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)
attempts: collections.Counter[str] = collections.Counter()


def seconds(context, number):
    return context.current_utc_datetime + dt.timedelta(seconds=number)


@app.route(route="start/{name}", methods=["POST"])
@app.durable_client_input(client_name="client")
async def start(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    body = req.get_body()
    instance_id = await client.start_new(
        req.route_params["name"], req.params.get("id"), json.loads(body) if body else None
    )
    return client.create_check_status_response(req, instance_id)


@app.route(route="process")
def process_of_http(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(str(os.getpid()))


# -- activities


@app.activity_trigger(input_name="value")
async def echo(value):
    return value


@app.activity_trigger(input_name="value")
def echo_in_thread(value):
    return value


@app.activity_trigger(input_name="value")
async def boom(value):
    raise ValueError(value)


@app.activity_trigger(input_name="plan")
async def flaky(plan: dict):
    """Fail the first ``fails`` times for a key, then return the attempt's number."""
    attempts[plan["key"]] += 1
    if attempts[plan["key"]] <= plan["fails"]:
        raise RuntimeError(f"attempt {attempts[plan['key']]}")
    return [plan["key"], attempts[plan["key"]]]


@app.activity_trigger(input_name="wait_s")
async def nap(wait_s):
    try:
        await asyncio.sleep(wait_s)
    except asyncio.CancelledError:
        logging.info("the nap was cancelled")
        raise
    return wait_s


@app.activity_trigger(input_name="wait_s")
def nap_in_thread(wait_s):
    time.sleep(wait_s)
    return wait_s


@app.activity_trigger(input_name="wait_s")
async def process(wait_s):
    """Say in which process it ran, after a while."""
    await asyncio.sleep(wait_s)
    return os.getpid()


@app.activity_trigger(input_name="plan")
async def end_the_process(plan: dict):
    """End this process until the journal at ``path`` tells of so many ``deaths``; then say which it is."""
    with pathlib.Path(plan["path"]).open("a+") as journal:  # noqa: ASYNC230 - one line to a local file
        journal.seek(0)
        if len(journal.readlines()) >= plan["deaths"]:
            return os.getpid()
        journal.write("died\n")
    os._exit(3)


@app.activity_trigger(input_name="size")
async def large(size):
    return "x" * size


@app.activity_trigger(input_name="entry")
async def record(entry: dict):
    """Append a line to the journal: what ran, for tests that kill the host."""
    await asyncio.sleep(entry.get("wait_s", 0))
    with pathlib.Path(os.environ["JOURNAL"]).open("a") as journal:  # noqa: ASYNC230 - one line to a local file
        journal.write(json.dumps(entry) + "\n")
    return entry["n"]


@app.activity_trigger(input_name="value", activity="Renamed")
async def under_another_name(value, context):
    logging.info("renamed activity ran", extra={"colour": "teal"})
    return [context.function_name, value]


# -- orchestrators


@app.orchestration_trigger(context_name="context")
def fan_out(context):
    tasks = [context.call_activity("echo", n) for n in range(context.get_input())]
    results = yield context.task_all(tasks)
    return len(results)


@app.orchestration_trigger(context_name="context")
def processes(context):
    """Ask so many activities at once in which process they run."""
    return (yield context.task_all([context.call_activity("process", 0.3) for _ in range(context.get_input())]))


@app.orchestration_trigger(context_name="context")
def chain(context):
    value = 0
    for _ in range(context.get_input()):
        value = (yield context.call_activity("echo", value)) + 1
    return value


@app.orchestration_trigger(context_name="context")
def call(context):
    """Call one activity: [name, input]."""
    name, value = context.get_input()
    return (yield context.call_activity(name, value))


@app.orchestration_trigger(context_name="context")
def call_and_catch(context):
    name, value = context.get_input()
    try:
        return (yield context.call_activity(name, value))
    except Exception as error:  # noqa: BLE001 - what the SDK throws for a failed task
        return str(error)


@app.orchestration_trigger(context_name="context")
def retries(context):
    """Run flaky activities side by side with retries, then a plain one: [[key, fails, attempts], ...]."""
    options = df.RetryOptions(1, 3)
    tasks = [
        context.call_activity_with_retry("flaky", options, {"key": f"{context.instance_id}-{key}", "fails": fails})
        for key, fails in context.get_input()
    ]
    outcome = yield context.task_all(tasks)
    after = yield context.call_activity("echo", "after")
    return [*(count for _, count in outcome), after]


@app.orchestration_trigger(context_name="context")
def retry_beside_chain(context):
    """While a retry is open, other completions schedule more work: the numbers of both must not mix."""
    key = context.instance_id
    retry = context.call_activity_with_retry("flaky", df.RetryOptions(1, 3), {"key": key, "fails": 2})
    event = context.wait_for_external_event("go")
    pending, seen = [retry, event], []
    while pending:
        winner = yield context.task_any(pending)
        pending.remove(winner)
        if winner is event:
            seen.append((yield context.call_activity("echo", "from the event")))
            seen.append((yield context.call_activity("echo", "and then")))
        else:
            seen.append(winner.result[1])
    return sorted(map(str, seen))


@app.orchestration_trigger(context_name="context")
def retry_exhausted(context):
    plan = {"key": context.instance_id, "fails": 9}
    try:
        yield context.call_activity_with_retry("flaky", df.RetryOptions(1, 2), plan)
    except Exception as error:  # noqa: BLE001 - what the SDK throws for a failed task
        return [str(error), (yield context.call_activity("echo", "still numbered right"))]


@app.orchestration_trigger(context_name="context")
def wait_for_go(context):
    first = yield context.wait_for_external_event("go")
    return first


@app.orchestration_trigger(context_name="context")
def gather_events(context):
    got = []
    for _ in range(context.get_input()):
        item = yield context.wait_for_external_event("item")
        got.append(item)
    return got


@app.orchestration_trigger(context_name="context")
def approve_or_time_out(context):
    deadline = context.create_timer(seconds(context, context.get_input()))
    approval = context.wait_for_external_event("approval")
    winner = yield context.task_any([approval, deadline])
    if winner is deadline:
        return "too late"
    deadline.cancel()
    return approval.result


@app.orchestration_trigger(context_name="context")
def sleep(context):
    before = context.current_utc_datetime
    yield context.create_timer(seconds(context, context.get_input()))
    return (context.current_utc_datetime - before).total_seconds()


@app.orchestration_trigger(context_name="context")
def leaves_a_timer_open(context):
    timer = context.create_timer(seconds(context, context.get_input()))
    winner = yield context.task_any([timer, context.call_activity("echo", 1)])
    return "timer" if winner is timer else "activity"


@app.orchestration_trigger(context_name="context")
def parent(context):
    """Call a sub-orchestrator: {name, input, id?} and say how it ended."""
    plan = context.get_input()
    try:
        return ["ok", (yield context.call_sub_orchestrator(plan["name"], plan.get("input"), plan.get("id")))]
    except Exception as error:  # noqa: BLE001 - what the SDK throws for a failed task
        return ["failed", str(error)]


@app.orchestration_trigger(context_name="context")
def parent_with_retry(context):
    options = df.RetryOptions(1, 3)
    plan = {"key": context.instance_id, "fails": 2}
    child = context.call_sub_orchestrator_with_retry("call", options, ["flaky", plan])
    return [(yield child)[1], (yield context.call_activity("echo", "after"))]


@app.orchestration_trigger(context_name="context")
def countdown(context):
    left = context.get_input()
    yield context.call_activity("echo", left)
    if left > 0:
        context.continue_as_new(left - 1)
        return None
    return "done"


@app.orchestration_trigger(context_name="context")
def reports(context):
    context.set_custom_status({"stage": 1})
    yield context.wait_for_external_event("go")
    context.set_custom_status({"stage": 2})
    return None


@app.orchestration_trigger(context_name="context")
def deterministic(context):
    """What must be the same in every replay."""
    seen = [str(context.new_uuid()), str(context.current_utc_datetime)]
    yield context.call_activity("echo", 1)
    yield context.call_activity("echo", 2)
    if context.is_replaying:
        return "is_replaying is wrong"
    return seen


@app.orchestration_trigger(context_name="context")
def plain(context):
    return context.get_input()


@app.orchestration_trigger(context_name="context")
def plain_failure(context):
    raise KeyError("nothing was yielded")


@app.orchestration_trigger(context_name="context")
def fails_and_acts(context):
    """Ask for an activity and fail: the activity must run all the same."""
    task = context.call_activity("nap", 0.05)
    winner = yield context.task_any([task, context.call_activity("echo", 1)])
    raise RuntimeError(f"failed after {winner.result}")


@app.orchestration_trigger(context_name="context")
def unserialisable(context):
    yield context.call_activity("echo", 1)
    return {"set": {1, 2}}


@app.orchestration_trigger(context_name="context")
def large_output(context):
    return "x" * context.get_input()


@app.orchestration_trigger(context_name="context")
def large_activity_input(context):
    return (yield context.call_activity("echo", "x" * context.get_input()))


@app.orchestration_trigger(context_name="context")
def asks_for_entity(context):
    return (yield context.call_entity(df.EntityId("counter", "one"), "get"))


@app.orchestration_trigger(context_name="context")
def long_sleep(context):
    timer = context.create_timer(context.current_utc_datetime + dt.timedelta(days=10))
    winner = yield context.task_any([timer, context.wait_for_external_event("wake")])
    timer.cancel()
    return winner is timer


@app.orchestration_trigger(context_name="context")
def flat_any_loop(context):
    """The pattern for parallel work that Azure replays rightly: plain calls, one flat task_any loop."""
    pending = [context.call_activity("echo", n) for n in range(context.get_input())]
    total = 0
    while pending:
        winner = yield context.task_any(pending)
        pending.remove(winner)
        total += winner.result
        context.set_custom_status({"left": len(pending)})
    return total


@app.orchestration_trigger(context_name="context")
def journal(context):
    """Fan out, chain, call a child and sleep, noting each step: the load of the crash tests."""
    name = context.instance_id
    first = [context.call_activity("record", {"id": name, "n": n, "wait_s": 0.02}) for n in range(4)]
    total = sum((yield context.task_all(first)))
    yield context.create_timer(seconds(context, 0.05))
    total += yield context.call_activity("record", {"id": name, "n": 4})
    total += yield context.call_sub_orchestrator("journal_child", name)
    # Each crash makes the activity forget that it has failed, so it may fail once per crash.
    options = df.RetryOptions(1, 20)
    yield context.call_activity_with_retry("flaky", options, {"key": name, "fails": 1})
    total += yield context.call_activity("record", {"id": name, "n": 6})
    return total


@app.orchestration_trigger(context_name="context")
def record_then_wait(context):
    """Note three steps, then wait for an event: what was noted before a crash is not done again after it."""
    tasks = [context.call_activity("record", {"id": context.instance_id, "n": n}) for n in range(3)]
    yield context.task_all(tasks)
    context.set_custom_status("recorded")
    event = yield context.wait_for_external_event("go")
    return event


@app.orchestration_trigger(context_name="context")
def journal_child(context):
    return (yield context.call_activity("record", {"id": context.get_input(), "n": 5, "wait_s": 0.01}))
