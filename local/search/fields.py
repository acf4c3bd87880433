"""Fields of an index: their types, what may be done with them, and the tree that complex types make of them."""

import re
from dataclasses import dataclass, field
from typing import Any

from local.search import limits
from local.search.errors import SearchError, bad_request, shown, unsupported

STRING = "Edm.String"
COMPLEX = "Edm.ComplexType"
INTEGERS = {
    "Edm.Int32": (-(2**31), 2**31 - 1),
    "Edm.Int64": (-(2**63), 2**63 - 1),
}
NUMBERS = frozenset({*INTEGERS, "Edm.Double"})
_SIMPLE = frozenset({STRING, *NUMBERS, "Edm.Boolean", "Edm.DateTimeOffset"})
_KNOWN_ATTRIBUTES = frozenset(
    {
        "name type key retrievable stored searchable filterable sortable facetable analyzer searchAnalyzer",
        "indexAnalyzer normalizer dimensions vectorSearchProfile vectorEncoding synonymMaps fields description",
    }
)
ATTRIBUTES = frozenset(name for line in _KNOWN_ATTRIBUTES for name in line.split())
_NAME = re.compile(r"[A-Za-z]\w{0,127}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Field:
    """``type``: of one element. ``path``: names from the top joined by ``/``. ``many``: inside a collection."""

    name: str
    path: str
    type: str
    collection: bool
    key: bool = False
    retrievable: bool = True
    searchable: bool = False
    filterable: bool = False
    sortable: bool = False
    facetable: bool = False
    analyzer: str = "standard.lucene"
    search_analyzer: str = "standard.lucene"
    dimensions: int | None = None
    vector_profile: str | None = None
    many: bool = False
    fields: tuple["Field", ...] = field(default=())

    @property
    def is_vector(self) -> bool:
        return self.dimensions is not None

    @property
    def is_complex(self) -> bool:
        return self.type == COMPLEX

    @property
    def edm(self) -> str:
        """The type as the service writes it."""
        return f"Collection({self.type})" if self.collection else self.type

    def child(self, name: str) -> "Field | None":
        return next((inner for inner in self.fields if inner.name == name), None)


def parse_fields(values: Any, parent: Field | None = None, depth: int = 1) -> tuple[Field, ...]:
    """The ``fields`` of an index or of a complex field.

    Raises:
        SearchError: 400 naming the field and the attribute that is wrong.
    """
    where = f"field '{parent.path}'" if parent else "the index"
    if not isinstance(values, list) or not values:
        raise bad_request(f"The property 'fields' of {where} must be a list of at least one field.", "InvalidField")
    if depth > limits.FIELD_NESTING:
        raise bad_request(f"Fields are nested more than {limits.FIELD_NESTING} levels deep.", "InvalidField")
    fields = tuple(_parse_field(value, parent, depth) for value in values)
    names = [inner.name.lower() for inner in fields]
    for name in names:
        if names.count(name) > 1:
            raise bad_request(f"Duplicate field name '{name}' in {where}.", "InvalidField")
    return fields


def every_field(fields: tuple[Field, ...]) -> list[Field]:
    """The fields and those inside them, outer ones first."""
    return [found for outer in fields for found in (outer, *every_field(outer.fields))]


def _parse_field(value: Any, parent: Field | None, depth: int) -> Field:
    if not isinstance(value, dict):
        raise bad_request(f"A field must be an object, not {shown(value)}.", "InvalidField")
    name = value.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name) or name.lower().startswith("azuresearch"):
        raise bad_request(
            f"Invalid field name {shown(name)}: it must start with a letter, hold only letters, digits and "
            "underscores, at most 128 of them, and not start with 'azureSearch'.",
            "InvalidField",
        )
    path = f"{parent.path}/{name}" if parent else name
    unknown = sorted(set(value) - ATTRIBUTES)
    if unknown:
        raise _wrong(path, f"the property '{unknown[0]}' does not exist on a field")
    edm, collection = _type_of(path, value.get("type"))
    many = parent is not None and (parent.many or parent.collection)
    if edm == "Edm.Single":
        return _vector_field(value, name, path, collection, parent)
    if edm == COMPLEX:
        return _complex_field(value, name, path, collection, many, depth)
    if value.get("dimensions") is not None or value.get("vectorSearchProfile") is not None:
        raise _wrong(path, "'dimensions' and 'vectorSearchProfile' are for fields of type Collection(Edm.Single)")
    return _simple_field(value, name, path, edm, collection, many, parent)


def _type_of(path: str, value: Any) -> tuple[str, bool]:
    if not isinstance(value, str):
        raise _wrong(path, f"'type' must be a string, not {shown(value)}")
    collection = value.startswith("Collection(") and value.endswith(")")
    edm = value[11:-1] if collection else value
    if edm in _SIMPLE or edm == COMPLEX or (edm == "Edm.Single" and collection):
        return edm, collection
    if edm in {"Edm.GeographyPoint", "Edm.Half", "Edm.Int16", "Edm.SByte", "Edm.Byte"}:
        raise unsupported(f"fields of type {value} (field '{path}')")
    raise _wrong(path, f"the type {shown(value)} is not known")


def _simple_field(
    value: dict[str, Any], name: str, path: str, edm: str, collection: bool, many: bool, parent: Field | None
) -> Field:
    key = _flag(value, path, "key", default=False)
    text = edm == STRING
    searchable = _flag(value, path, "searchable", default=text)
    sortable = _flag(value, path, "sortable", default=not (collection or many))
    retrievable = _flag(value, path, "retrievable", default=True)
    if key and (not text or collection or parent is not None or not retrievable):
        raise _wrong(path, "a key must be a retrievable field of type Edm.String at the top of the index")
    if searchable and not text:
        raise _wrong(path, f"a field of type {value['type']} cannot be searchable")
    if sortable and (collection or many):
        raise _wrong(path, "a field with several values in a document cannot be sortable")
    if value.get("normalizer") is not None:
        raise unsupported(f"normalizers (field '{path}')")
    if value.get("synonymMaps"):
        raise unsupported(f"synonym maps (field '{path}')")
    analyzer, search_analyzer = _analyzers(value, path, searchable)
    return Field(
        name=name,
        path=path,
        type=edm,
        collection=collection,
        key=key,
        retrievable=retrievable,
        searchable=searchable,
        filterable=_flag(value, path, "filterable", default=True),
        sortable=sortable,
        facetable=_flag(value, path, "facetable", default=True),
        analyzer=analyzer,
        search_analyzer=search_analyzer,
        many=many,
    )


def _analyzers(value: dict[str, Any], path: str, searchable: bool) -> tuple[str, str]:
    """The analyzers for documents and for queries."""
    one, index, search = (value.get(name) for name in ("analyzer", "indexAnalyzer", "searchAnalyzer"))
    for name in (one, index, search):
        if name is not None and not isinstance(name, str):
            raise _wrong(path, f"an analyzer is named by a string, not {shown(name)}")
    if not searchable and (one or index or search):
        raise _wrong(path, "an analyzer is for searchable fields")
    if one and (index or search):
        raise _wrong(path, "'analyzer' cannot be set together with 'indexAnalyzer' or 'searchAnalyzer'")
    if bool(index) != bool(search):
        raise _wrong(path, "'indexAnalyzer' and 'searchAnalyzer' must be set together")
    default = one or "standard.lucene"
    return index or default, search or default


def _complex_field(value: dict[str, Any], name: str, path: str, collection: bool, many: bool, depth: int) -> Field:
    for attribute in ("key", "searchable", "filterable", "sortable", "facetable"):
        if value.get(attribute):
            raise _wrong(path, f"a complex field cannot be {attribute}")
    outer = Field(name, path, COMPLEX, collection, many=many)
    inner = parse_fields(value.get("fields"), outer, depth + 1)
    return Field(name, path, COMPLEX, collection, many=many, fields=inner)


def _vector_field(value: dict[str, Any], name: str, path: str, collection: bool, parent: Field | None) -> Field:
    if parent is not None:
        raise unsupported(f"vector fields inside complex fields (field '{path}')")
    if value.get("vectorEncoding") is not None:
        raise unsupported(f"packed vectors (field '{path}')")
    dimensions, profile = value.get("dimensions"), value.get("vectorSearchProfile")
    if (
        not isinstance(dimensions, int)
        or isinstance(dimensions, bool)
        or not 2 <= dimensions <= limits.VECTOR_DIMENSIONS
    ):
        raise _wrong(
            path, f"'dimensions' must be a whole number from 2 to {limits.VECTOR_DIMENSIONS}, not {shown(dimensions)}"
        )
    if not isinstance(profile, str) or not profile:
        raise _wrong(path, "a vector field needs a 'vectorSearchProfile'")
    for attribute in ("key", "filterable", "sortable", "facetable"):
        if value.get(attribute):
            raise _wrong(path, f"a vector field cannot be {attribute}")
    if not _flag(value, path, "searchable", default=True):
        raise _wrong(path, "a vector field must be searchable")
    retrievable = _flag(value, path, "retrievable", default=False)
    if retrievable and not _flag(value, path, "stored", default=True):
        raise _wrong(path, "a field that is not stored cannot be retrievable")
    return Field(
        name, path, "Edm.Single", collection, retrievable=retrievable, dimensions=dimensions, vector_profile=profile
    )


def _flag(value: dict[str, Any], path: str, name: str, *, default: bool) -> bool:
    found = value.get(name)
    if found is None:
        return default
    if not isinstance(found, bool):
        raise _wrong(path, f"'{name}' must be true or false, not {shown(found)}")
    return found


def _wrong(path: str, reason: str) -> SearchError:
    return bad_request(f"The field '{path}' is not valid: {reason}.", "InvalidField")
