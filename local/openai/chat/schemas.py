"""JSON schemas of the strict kind: whether one is, and whether an answer is of it."""

from collections.abc import Iterator
from typing import Any, cast

from local.openai.refusals import Refusal

_DEEPEST = 10
# What the service refuses under `strict`: bounds and formats (learn.microsoft.com, "Structured outputs").
_REFUSED = frozenset(
    {
        *("minLength", "maxLength", "pattern", "format", "minimum", "maximum", "multipleOf", "patternProperties"),
        *("unevaluatedProperties", "propertyNames", "minProperties", "maxProperties", "unevaluatedItems", "contains"),
        *("minContains", "maxContains", "minItems", "maxItems", "uniqueItems"),
    }
)
_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}


def check_strict(schema: dict[str, Any], name: str) -> None:
    """Check that a schema is of the strict kind.

    Raises:
        Refusal: It is not, in the service's words.
    """
    for context, fault in _faults(schema, (), 0):
        raise Refusal(
            400,
            f"Invalid schema for response_format '{name}': In context={context!r}, {fault}",
            param="response_format",
            code="invalid_json_schema",
        )
    if schema.get("type") != "object":
        raise Refusal(
            400,
            f"Invalid schema for response_format '{name}': schema must be a JSON Schema of 'type: \"object\"'.",
            param="response_format",
            code="invalid_json_schema",
        )


def is_of(schema: object, value: object) -> bool:
    """Return whether ``value`` is of ``schema``; a keyword that is not known here lets nothing through."""
    if not isinstance(schema, dict):
        return False
    node = cast("dict[str, Any]", schema)
    if set(node) - {"type", "description", "title", "properties", "required", "additionalProperties", "items", "enum"}:
        return False
    return _is_of_type(node.get("type"), value) and _has_right_parts(node, value)


def _has_right_parts(node: dict[str, Any], value: object) -> bool:
    allowed: object = node.get("enum")
    if "enum" in node and not (isinstance(allowed, list) and value in cast("list[object]", allowed)):
        return False
    if isinstance(value, list) and "items" in node:
        return all(is_of(node["items"], item) for item in cast("list[object]", value))
    if isinstance(value, dict):
        fields = cast("dict[str, object]", value)
        named, required = node.get("properties", {}), node.get("required", [])
        if not isinstance(named, dict) or not isinstance(required, list):
            return False
        properties = cast("dict[str, Any]", named)
        return (
            all(name in fields for name in map(str, cast("list[object]", required)))
            and (node.get("additionalProperties") is not False or set(fields) <= set(properties))
            and all(is_of(properties[name], field) for name, field in fields.items() if name in properties)
        )
    return True


def _is_of_type(types: object, value: object) -> bool:
    allowed = cast("list[object]", types) if isinstance(types, list) else [types]
    if isinstance(value, bool):
        return "boolean" in allowed
    return any(isinstance(name, str) and isinstance(value, _TYPES.get(name, ())) for name in allowed)


def _faults(node: object, context: tuple[str, ...], depth: int) -> Iterator[tuple[tuple[str, ...], str]]:
    if not isinstance(node, dict):
        yield context, "the schema is no object."
        return
    if depth > _DEEPEST:
        yield context, f"the schema is nested more than {_DEEPEST} levels deep."
        return
    schema = cast("dict[str, Any]", node)
    if refused := sorted(_REFUSED & set(schema)):
        yield context, f"'{refused[0]}' is not permitted."
    if schema.get("type") == "object":
        yield from _object_faults(schema, context, depth)
    if "items" in schema:
        yield from _faults(schema["items"], (*context, "items"), depth + 1)


def _object_faults(
    schema: dict[str, Any], context: tuple[str, ...], depth: int
) -> Iterator[tuple[tuple[str, ...], str]]:
    properties: object = schema.get("properties", {})
    if not isinstance(properties, dict):
        yield context, "'properties' must be an object."
        return
    named = cast("dict[str, Any]", properties)
    if schema.get("additionalProperties") is not False:
        yield context, "'additionalProperties' is required to be supplied and to be false."
    required: object = schema.get("required")
    if not isinstance(required, list) or {str(each) for each in cast("list[object]", required)} != set(named):
        yield context, "'required' is required to be supplied and to be an array including every key in properties."
    for name, child in named.items():
        yield from _faults(child, (*context, "properties", name), depth + 1)
