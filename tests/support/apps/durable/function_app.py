"""A sample app for tests of the host: one small orchestrator per durable pattern."""

import json

import azure.durable_functions as df
import azure.functions as func

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)


@app.route(route="start/{name}", methods=["POST"])
@app.durable_client_input(client_name="client")
async def start(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    body = req.get_body()
    instance_id = await client.start_new(
        req.route_params["name"], req.params.get("id"), json.loads(body) if body else None
    )
    return client.create_check_status_response(req, instance_id)


@app.activity_trigger(input_name="value")
async def echo(value):
    return value


@app.orchestration_trigger(context_name="context")
def fan_out(context):
    tasks = [context.call_activity("echo", n) for n in range(context.get_input())]
    results = yield context.task_all(tasks)
    return len(results)


@app.orchestration_trigger(context_name="context")
def chain(context):
    value = 0
    for _ in range(context.get_input()):
        value = (yield context.call_activity("echo", value)) + 1
    return value
