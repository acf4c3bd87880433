"""How the service words its refusals, and the JSON object that every request is."""

from typing import cast

import orjson


class Refusal(Exception):
    """An answer other than 200, in the service's error shape."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str | None = "invalid_request_error",
        param: str | None = None,
        code: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}
        self.body = orjson.dumps({"error": {"message": message, "type": kind, "param": param, "code": code}})


def read_object(body: bytes) -> dict[str, object]:
    """Return the fields of a request.

    Raises:
        Refusal: It is no JSON object.
    """
    try:
        document: object = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Refusal(400, f"We could not parse the JSON body of your request: {error}") from error
    if not isinstance(document, dict):
        raise Refusal(400, f"The body is {kind_of(document)}, expected an object.")
    return cast("dict[str, object]", document)


def model_of(fields: dict[str, object], deployment: str | None) -> str:
    """Return the model that the path (``deployment``) or the body names.

    Raises:
        Refusal: Neither does.
    """
    model = deployment if deployment is not None else fields.get("model")
    if not isinstance(model, str) or not model:
        raise Refusal(400, "you must provide a model parameter", param="model")
    return model


def kind_of(value: object) -> str:
    """Name the JSON type of ``value``."""
    names: dict[type, str] = {
        dict: "an object",
        list: "an array",
        str: "a string",
        bool: "a boolean",
        type(None): "null",
    }
    return names.get(type(value), "a number")
