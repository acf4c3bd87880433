"""A sample app for tests of worker processes: its activities say where they run, and some end that place."""

import asyncio
import logging
import os
import pathlib
import sys

import azure.durable_functions as df
import azure.functions as func

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)
#: A file that says ``none`` while no worker may start.
STARTS = os.environ.get("WORKER_STARTS")


if STARTS and pathlib.Path(sys.argv[0]).parent.name == "workers":
    left = pathlib.Path(STARTS)
    if left.read_text() == "none":
        raise RuntimeError("this worker may not start")


@app.route(route="process")
def process_of_http(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(str(os.getpid()))


@app.activity_trigger(input_name="wait_s")
async def process(wait_s):
    await asyncio.sleep(wait_s)
    logging.info("here it ran", extra={"colour": "teal"})
    return os.getpid()


@app.activity_trigger(input_name="value")
def echo(value):
    return value


@app.activity_trigger(input_name="value")
async def boom(value):
    raise ValueError(value)


@app.activity_trigger(input_name="file")
async def end_the_process(file):
    """End this process, until ``file`` has a line for each of its ``deaths``."""
    path, deaths = file["path"], file["deaths"]
    with pathlib.Path(path).open("a+") as journal:  # noqa: ASYNC230 - one line to a local file
        journal.seek(0)
        if len(journal.readlines()) >= deaths:
            return os.getpid()
        journal.write("died\n")
    os._exit(3)


@app.activity_trigger(input_name="wait_s")
async def too_slow(wait_s):
    try:
        await asyncio.sleep(wait_s)
    except asyncio.CancelledError:
        logging.info("it was cancelled")
        raise


@app.orchestration_trigger(context_name="context")
def call(context):
    """Call one activity: [name, input]."""
    name, value = context.get_input()
    return (yield context.call_activity(name, value))


@app.orchestration_trigger(context_name="context")
def side_by_side(context):
    """Run ``process`` so many times at once."""
    return (yield context.task_all([context.call_activity("process", 0.3) for _ in range(context.get_input())]))
