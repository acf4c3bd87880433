"""A sample app for tests of the host: HTTP and timer triggers, settings, slow functions."""

import asyncio
import json
import logging
import os
import pathlib
import threading

import azure.durable_functions as df
import azure.functions as func

app = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)
AT_IMPORT = os.environ.get("FROM_FILE", "not set")


def answer(**document) -> func.HttpResponse:
    return func.HttpResponse(json.dumps(document), mimetype="application/json")


@app.route(route="mirror/{id:int}/{*rest}")
async def mirror(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    logging.getLogger("sample").info("mirrored", extra={"rest": req.route_params.get("rest"), "count": 2})
    return answer(
        method=req.method,
        url=req.url,
        route=dict(req.route_params),
        params=dict(req.params),
        header=req.headers.get("X-Twice"),
        body=req.get_body().decode(),
        function=context.function_name,
        invocation=context.invocation_id,
    )


@app.route(route="items/{name}", methods=["GET"])
def item(req: func.HttpRequest) -> str:
    return f"item {req.route_params['name']} on {threading.current_thread().name.split('_')[0]}"


@app.route(route="items/special", methods=["GET"])
def special(req: func.HttpRequest) -> str:
    return "the special one"


@app.route(route="items/{name}", methods=["DELETE"])
def delete_item(req: func.HttpRequest) -> func.HttpResponse:
    response = func.HttpResponse(status_code=204, headers={"X-Deleted": req.route_params["name"]})
    response.headers.add("Set-Cookie", "a=1; Path=/")
    response.headers.add("Set-Cookie", "b=2")
    return response


@app.route(route="settings", methods=["GET"])
def settings(req: func.HttpRequest) -> func.HttpResponse:
    return answer(at_import=AT_IMPORT, process=os.environ.get("FROM_PROCESS"))


@app.route(route="raises")
async def raises(req: func.HttpRequest) -> func.HttpResponse:
    raise ValueError("a secret that stays in the log")


@app.route(route="nothing")
def returns_nothing(req: func.HttpRequest) -> func.HttpResponse:
    return None


@app.route(route="size", methods=["POST"])
def size(req: func.HttpRequest) -> str:
    return str(len(req.get_body()))


@app.route(route="bytes", methods=["POST"])
def same_bytes(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(req.get_body(), mimetype="application/octet-stream")


@app.route(route="slow")
async def slow(req: func.HttpRequest) -> str:
    await asyncio.sleep(30)
    return "late"


@app.route(route="hub")
@app.durable_client_input(client_name="client")
async def hub(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> str:
    return client._orchestration_bindings.task_hub_name


@app.timer_trigger(arg_name="timer", schedule="%TICK%", run_on_startup=True)
def tick(timer: func.TimerRequest) -> None:
    with pathlib.Path(os.environ["TICKS"]).open("a") as ticks:
        ticks.write(json.dumps({"past_due": timer.past_due, "status": timer.schedule_status}) + "\n")


@app.activity_trigger(input_name="wait_s")
async def too_slow(wait_s):
    await asyncio.sleep(wait_s)


@app.orchestration_trigger(context_name="context")
def times_out(context):
    try:
        yield context.call_activity("too_slow", 30)
    except Exception as error:  # noqa: BLE001 - what the SDK throws for a failed task
        return str(error)
