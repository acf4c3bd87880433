"""What an index that exists lacks of the one that is wanted, and what of it could not be changed. No I/O."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

# Fixed when a field is made; the rest of it may change. Left out means what the service takes by itself.
_FIXED: Mapping[str, Any] = {
    "type": None,
    "key": False,
    "searchable": True,
    "filterable": True,
    "sortable": True,
    "facetable": True,
    "analyzer": None,
    "dimensions": None,
    "vectorSearchProfile": None,
}


def conflicts(existing: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """Return what only an index made anew could have, a line each; empty: the existing one can be changed so."""
    found: list[str] = []
    fields = _by_name(existing.get("fields") or ())
    for field in wanted["fields"]:
        if (held := fields.get(field["name"])) is not None:
            found += _fixed_differences(held, field)
        elif field.get("key"):
            found.append(f"field {field['name']}: is missing, and the key cannot be added")
    algorithms = _by_name(_inside(existing, "vectorSearch", "algorithms"))
    for algorithm in _inside(wanted, "vectorSearch", "algorithms"):
        held = algorithms.get(algorithm["name"])
        if held is not None and not covers(held, algorithm):
            found.append(f"vectorSearch: algorithm {algorithm['name']} has other parameters")
    similarity = (existing.get("similarity") or {}).get("@odata.type")
    if similarity and "similarity" in wanted and similarity != wanted["similarity"]["@odata.type"]:
        found.append(f"similarity: is {similarity}, expected {wanted['similarity']['@odata.type']}")
    return found


def covers(existing: Any, wanted: Any) -> bool:
    """Whether everything that is wanted is there already; what there is besides does not matter."""
    if isinstance(wanted, dict):
        return isinstance(existing, dict) and all(covers(existing.get(name), wanted[name]) for name in wanted)
    if _is_named(wanted):
        held = _by_name(existing or ())
        return all(covers(held.get(each["name"]), each) for each in wanted)
    return existing == wanted


def merged(existing: Any, wanted: Any) -> Any:
    """Return ``existing`` with everything that is wanted put over it: no field or profile that is there goes."""
    if isinstance(wanted, dict) and isinstance(existing, dict):
        return {**existing, **{name: merged(existing.get(name), value) for name, value in wanted.items()}}
    if _is_named(wanted) and _is_named(existing):
        held = _by_name(existing)
        over = {name: merged(held.get(name), each) for name, each in _by_name(wanted).items()}
        return list({**held, **over}.values())
    return wanted


def _fixed_differences(held: Mapping[str, Any], field: Mapping[str, Any]) -> list[str]:
    return [
        f"field {field['name']}: {name} is {_shown(_of(held, name))}, expected {_shown(_of(field, name))}"
        for name in _FIXED
        if _of(held, name) != _of(field, name)
    ]


def _of(field: Mapping[str, Any], name: str) -> Any:
    value = field.get(name)
    return _FIXED[name] if value is None else value


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _inside(document: Mapping[str, Any], *path: str) -> Sequence[Mapping[str, Any]]:
    value: Any = document
    for name in path:
        value = (value or {}).get(name)
    return value or ()


def _by_name(things: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {each["name"]: each for each in things}


def _is_named(value: Any) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) and "name" in each for each in value)
