"""Functions that work when their author calls them and that Azure's worker does not load, beside one that it does."""

from typing import Any

import azure.durable_functions as df
import azure.functions as func

app = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)


@app.activity_trigger(input_name="payload")
async def plain_dict(payload: dict) -> list[float]:
    return [float(len(payload))]


@app.activity_trigger(input_name="payload")
async def parametrised_dict(payload: dict[str, Any]) -> int:
    return len(payload)


@app.activity_trigger(input_name="payload")
async def optional_dict(payload: dict | None) -> int:
    return len(payload or {})


@app.activity_trigger(input_name="payload")
async def extra_parameter(payload: dict, resources: str = "") -> int:
    return len(payload) + len(resources)


@app.route(route="api/answer")
async def answers_with_dict(req: func.HttpRequest) -> dict:
    return {"url": req.url}
