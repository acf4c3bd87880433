"""Work that costs nothing, so that what is left is the engine: one wide fan-out, one chain."""

import azure.durable_functions as df
import azure.functions as func

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)


@app.activity_trigger(input_name="number")
async def nothing(number: int) -> int:
    return number


@app.orchestration_trigger(context_name="context")
def fan_out(context: df.DurableOrchestrationContext):
    size = context.get_input()
    yield context.task_all([context.call_activity("nothing", number) for number in range(size)])
    return size


@app.orchestration_trigger(context_name="context")
def chain(context: df.DurableOrchestrationContext):
    size = context.get_input()
    for number in range(size):
        yield context.call_activity("nothing", number)
    return size
