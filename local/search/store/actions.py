"""Index actions: upload, merge, mergeOrUpload and delete, checked, and what they make of the documents they name."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from local.search import limits
from local.search.definitions import IndexDefinition
from local.search.errors import bad_request, shown
from local.search.fields import Field
from local.search.store import values
from local.search.store.values import Vector

Kind = Literal["upload", "merge", "mergeOrUpload", "delete"]
KINDS = ("upload", "merge", "mergeOrUpload", "delete")
_KEY = re.compile(r"[A-Za-z0-9_\-=]+")


@dataclass(frozen=True, slots=True)
class Content:
    """A document: its fields by name, and its vectors by field."""

    fields: dict[str, Any]
    vectors: dict[str, Vector] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Action:
    """``cleared``: vector fields set to null."""

    kind: Kind
    key: str
    content: Content
    cleared: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is answered for one action."""

    key: str
    status: int
    error: str | None = None


def parse_batch(body: Any, definition: IndexDefinition) -> list[Action]:
    """The actions of a batch.

    Raises:
        SearchError: 400 naming the document and field that are wrong; then none of the batch is done.
    """
    documents = body.get("value") if isinstance(body, dict) else None
    if not isinstance(documents, list) or not documents:
        raise bad_request("The request is invalid. Details: 'value' must be a list of at least one document.")
    if len(documents) > limits.DOCUMENTS_IN_BATCH:
        raise bad_request(
            f"The batch has {len(documents)} documents; at most {limits.DOCUMENTS_IN_BATCH} can be indexed at once."
        )
    return [_parse_action(document, place, definition) for place, document in enumerate(documents)]


def _parse_action(document: Any, place: int, definition: IndexDefinition) -> Action:
    if not isinstance(document, dict):
        raise bad_request(f"The document at index {place} must be an object, not {shown(document)}.")
    kind = document.get("@search.action", "upload")
    if kind not in KINDS:
        raise bad_request(f"The document at index {place} has the action {shown(kind)}, expected one of {KINDS}.")
    key = check_key(document.get(definition.key.name), f"The document at index {place}: ")
    if kind == "delete":
        return Action("delete", key, Content({}))
    content, cleared = _parse_content(document, definition)
    if sum(_complex_elements(content.fields.get(f.name), f) for f in definition.fields) > limits.COMPLEX_ELEMENTS:
        raise bad_request(
            f"The document '{key}' has more than {limits.COMPLEX_ELEMENTS} elements in its complex collections."
        )
    return Action(cast(Kind, kind), key, content, cleared)


def check_key(value: Any, where: str = "") -> str:
    """``value`` as a document's key."""
    if not isinstance(value, str) or not value:
        raise bad_request(f"{where}the document key must be a non-empty string, not {shown(value)}.")
    if len(value) > limits.KEY_CHARACTERS:
        raise bad_request(f"{where}the document key has {len(value)} characters; at most {limits.KEY_CHARACTERS}.")
    if not _KEY.fullmatch(value) or value.startswith("_"):
        raise bad_request(
            f"{where}Invalid document key: {shown(value)}. Keys can only contain letters, digits, underscore (_), "
            "dash (-), or equal sign (=), and cannot start with an underscore. If the keys in your source data contain "
            "other characters, we recommend encoding them with a URL-safe version of Base64 before uploading them to "
            "your index.",
            "InvalidDocumentKey",
        )
    return value


def _parse_content(document: dict[str, Any], definition: IndexDefinition) -> tuple[Content, frozenset[str]]:
    by_name = {known.name: known for known in definition.fields}
    fields: dict[str, Any] = {}
    vectors: dict[str, Vector] = {}
    cleared: set[str] = set()
    for name, value in document.items():
        if name.startswith("@search."):
            continue
        known = by_name.get(name)
        if known is None:
            raise bad_request(
                "The request is invalid. Details: The property "
                f"'{name[:100]}' does not exist on type 'search.documentFields'. Make sure to only use property names "
                "that are defined by the type."
            )
        if not known.is_vector:
            fields[name] = values.checked(known, value)
        elif (vector := values.vector(known, value)) is not None:
            vectors[name] = vector
        else:
            cleared.add(name)
    return Content(fields, vectors), frozenset(cleared)


def _complex_elements(value: Any, known: Field) -> int:
    if not known.is_complex or value is None:
        return 0
    elements = value if known.collection else [value]
    inner = sum(_complex_elements(element.get(f.name), f) for element in elements for f in known.fields)
    return inner + (len(elements) if known.collection else 0)


def apply(
    actions: list[Action], current: Callable[[str], Content | None]
) -> tuple[list[Outcome], dict[str, Content | None]]:
    """Do the actions in order; returns an outcome for each, and the documents changed (None: deleted)."""
    changed: dict[str, Content | None] = {}
    outcomes: list[Outcome] = []
    for action in actions:
        before = changed[action.key] if action.key in changed else current(action.key)
        if action.kind == "delete":
            changed[action.key] = None
            outcomes.append(Outcome(action.key, 200))
        elif action.kind == "merge" and before is None:
            outcomes.append(Outcome(action.key, 404, "Document not found."))
        else:
            merged = before is not None and action.kind != "upload"
            changed[action.key] = _merged(cast(Content, before), action) if merged else action.content
            outcomes.append(Outcome(action.key, 201 if before is None else 200))
    return outcomes, changed


def _merged(before: Content, action: Action) -> Content:
    vectors = {name: vector for name, vector in before.vectors.items() if name not in action.cleared}
    return Content(_merge(before.fields, action.content.fields), vectors | action.content.vectors)


def _merge(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Fields given replace those before; objects are merged field by field, collections replaced whole."""
    found = dict(before)
    for name, value in after.items():
        old = before.get(name)
        found[name] = _merge(old, value) if isinstance(value, dict) and isinstance(old, dict) else value
    return found
