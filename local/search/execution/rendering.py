"""What an answer shows of a document."""

from typing import Any

from local.search.execution.highlights import fragments
from local.search.execution.request import Highlighting
from local.search.fields import Field
from local.search.store.live import Snapshot
from local.search.store.terms import texts
from local.search.text.compiler import Sought


def selected(fields: tuple[Field, ...], body: dict[str, Any], snapshot: Snapshot, row: int) -> dict[str, Any]:
    """The document at ``row`` with those of its ``fields`` that may be shown; what it lacks is null or empty."""
    found: dict[str, Any] = {}
    for field in fields:
        if field.is_vector:
            if field.retrievable:
                vector = snapshot.vectors[field.name].vector(row)
                found[field.name] = None if vector is None else vector.tolist()
        elif field.retrievable:
            _place(found, field, body)
    return found


def _place(found: dict[str, Any], field: Field, body: dict[str, Any]) -> None:
    """Copy a field; one inside complex fields keeps the objects around it."""
    *outer, name = field.path.split("/")
    if not outer:
        found[name] = _whole(field, body.get(name))
        return
    _place_inside(found, outer, field, body)


def _place_inside(found: dict[str, Any], outer: list[str], field: Field, body: dict[str, Any]) -> None:
    first, *rest = outer
    value = body.get(first)
    if isinstance(value, list):
        kept = found.setdefault(first, [{} for _ in value])
        pairs = list(zip(kept, value, strict=True))
    elif value is None:
        found.setdefault(first, None)
        return
    else:
        pairs = [(found.setdefault(first, {}), value)]
    for target, source in pairs:
        if rest:
            _place_inside(target, rest, field, source)
        else:
            target[field.name] = _whole(field, source.get(field.name))


def _whole(field: Field, value: Any) -> Any:
    """A value with all fields of its complex type."""
    if value is None:
        return [] if field.collection else None
    if not field.is_complex:
        return value
    if isinstance(value, list):
        return [_object(field, element) for element in value]
    return _object(field, value)


def _object(field: Field, value: dict[str, Any]) -> dict[str, Any]:
    return {inner.name: _whole(inner, value.get(inner.name)) for inner in field.fields if inner.retrievable}


def highlights_of(asked: Highlighting, sought: dict[str, Sought], body: dict[str, Any]) -> dict[str, list[str]]:
    """By field, the fragments in which words of the query stand."""
    found: dict[str, list[str]] = {}
    for field, limit in asked.fields:
        words = sought.get(field.path)
        if words is None:
            continue
        tags = (asked.before, asked.after)
        parts = [
            part
            for text in texts(body, field.path.split("/"))
            for part in fragments(text, words, field.analyzer, limit, tags)
        ]
        if parts:
            found[field.path] = parts[:limit]
    return found
