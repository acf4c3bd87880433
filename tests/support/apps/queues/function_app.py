"""A sample app for tests of the host: functions that are called with the messages of queues.

A message says what becomes of it: ``{"do": "return"}``, ``{"do": "raise"}``, ``{"do": "raise", "times": 2}`` (then
return), ``{"do": "hold", "until": path}`` (return once there is such a file).
"""

import asyncio
import json
import os
import pathlib
from typing import List  # noqa: UP035 - the worker takes List, not list

import azure.durable_functions as df
import azure.functions as func

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)


def note(**entry) -> None:
    with pathlib.Path(os.environ["CALLS"]).open("a") as calls:
        calls.write(json.dumps(entry) + "\n")


def is_held(body: dict) -> bool:
    return body["do"] == "hold" and not pathlib.Path(body["until"]).exists()


async def obey(body: dict, delivery: int) -> None:
    if body["do"] == "raise" and delivery <= body.get("times", 1_000_000):
        raise ValueError(f"refused {body.get('n')}")
    while is_held(body):
        await asyncio.sleep(0.01)


@app.service_bus_queue_trigger(arg_name="message", queue_name="%PLAIN_QUEUE%", connection="BUS")
async def take(message: func.ServiceBusMessage) -> None:
    body = json.loads(message.get_body())
    seen = {"n": body.get("n"), "id": message.message_id, "delivery": message.delivery_count}
    seen |= {"properties": message.application_properties, "subject": message.subject}
    note(event="began", **seen)
    await obey(body, message.delivery_count)
    note(event="ended", **seen)


@app.service_bus_queue_trigger(
    arg_name="message", queue_name="%SESSION_QUEUE%", connection="BUS", is_sessions_enabled=True
)
async def take_in_session(message: func.ServiceBusMessage) -> None:
    body = json.loads(message.get_body())
    note(event="began", session=message.session_id, n=body["n"], delivery=message.delivery_count)
    await obey(body, message.delivery_count)
    note(event="ended", session=message.session_id, n=body["n"], delivery=message.delivery_count)


@app.service_bus_queue_trigger(arg_name="messages", queue_name="%BATCH_QUEUE%", connection="BUS", cardinality="many")
def take_many(messages: List[func.ServiceBusMessage]) -> None:  # noqa: UP006
    bodies = [json.loads(message.get_body()) for message in messages]
    numbers, deliveries = [body["n"] for body in bodies], [message.delivery_count for message in messages]
    note(event="batch", numbers=numbers, ids=[message.message_id for message in messages], deliveries=deliveries)
    if any(body["do"] == "raise" and n <= body["times"] for body, n in zip(bodies, deliveries, strict=True)):
        raise ValueError("the whole batch")


@app.service_bus_queue_trigger(arg_name="message", queue_name="%START_QUEUE%", connection="BUS")
@app.durable_client_input(client_name="client")
async def start(message: func.ServiceBusMessage, client: df.DurableOrchestrationClient) -> None:
    await client.start_new("echo", message.message_id, json.loads(message.get_body()))


@app.orchestration_trigger(context_name="context")
def echo(context):
    return context.get_input()
