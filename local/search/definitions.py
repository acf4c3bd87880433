"""An index definition: the body of ``PUT /indexes('name')``, checked and taken apart."""

import re
from dataclasses import dataclass
from typing import Any, cast

from local.search import limits
from local.search.errors import SearchError, bad_request, shown, unsupported
from local.search.fields import STRING, Field, every_field, parse_fields
from local.search.text.analysis import is_supported

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9]|-(?=[a-z0-9]))*")
_PROPERTIES = frozenset(
    {
        "@odata.context",
        "@odata.etag",
        "name",
        "description",
        "fields",
        "scoringProfiles",
        "defaultScoringProfile",
        "corsOptions",
        "similarity",
        "semantic",
        "vectorSearch",
    }
)
_UNSUPPORTED = {
    "suggesters": "suggesters",
    "analyzers": "custom analyzers",
    "tokenizers": "custom tokenizers",
    "tokenFilters": "custom token filters",
    "charFilters": "custom character filters",
    "normalizers": "normalizers",
    "encryptionKey": "encryption keys",
}
METRICS = ("cosine", "euclidean", "dotProduct")


@dataclass(frozen=True, slots=True)
class SemanticConfiguration:
    """Fields that the semantic ranker reads, in this order."""

    name: str
    title: str | None
    content: tuple[str, ...]
    keywords: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IndexDefinition:
    """``body``: as it was sent. ``weights``: of each scoring profile, by field path. ``metrics``: by vector profile."""

    name: str
    body: dict[str, Any]
    fields: tuple[Field, ...]
    weights: dict[str, dict[str, float]]
    default_profile: str | None
    metrics: dict[str, str]
    semantic: dict[str, SemanticConfiguration]
    default_semantic: str | None

    @property
    def key(self) -> Field:
        return next(field for field in self.fields if field.key)

    @property
    def vectors(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.is_vector)

    @property
    def searchable(self) -> tuple[Field, ...]:
        return tuple(field for field in every_field(self.fields) if field.searchable)

    def find(self, path: str) -> Field | None:
        """The field at ``path`` (names joined by ``/``)."""
        return next((field for field in every_field(self.fields) if field.path == path), None)

    def metric(self, field: Field) -> str:
        return self.metrics[cast(str, field.vector_profile)]


def parse_definition(name: str, body: Any) -> IndexDefinition:
    """Check the definition of the index ``name``.

    Raises:
        SearchError: 400 naming what is wrong.
    """
    if not isinstance(body, dict):
        raise bad_request("The index definition must be an object.")
    _check_properties(name, body)
    fields = parse_fields(body.get("fields"))
    everything = every_field(fields)
    if len(everything) > limits.FIELDS:
        raise bad_request(f"The index has {len(everything)} fields; at most {limits.FIELDS} are allowed.")
    if sum(field.key for field in fields) != 1:
        raise bad_request(f"The index '{name}' must have exactly one key field.")
    for field in everything:
        for analyzer in {field.analyzer, field.search_analyzer} if field.searchable else ():
            if not is_supported(analyzer):
                raise unsupported(f"the analyzer {shown(analyzer)} (field '{field.path}')")
    by_path = {field.path: field for field in everything}
    metrics = _metrics(body.get("vectorSearch"))
    for field in fields:
        if field.vector_profile is not None and field.vector_profile not in metrics:
            raise bad_request(
                f"The field '{field.path}' refers to the vector search profile {shown(field.vector_profile)}, "
                "which the index does not define."
            )
    weights = _weights(body.get("scoringProfiles"), by_path)
    semantic, default_semantic = _semantic(body.get("semantic"), by_path)
    default_profile = body.get("defaultScoringProfile")
    if default_profile is not None and default_profile not in weights:
        raise bad_request(f"The default scoring profile {shown(default_profile)} is not defined in the index.")
    return IndexDefinition(name, body, fields, weights, default_profile, metrics, semantic, default_semantic)


def _check_properties(name: str, body: dict[str, Any]) -> None:
    if not _NAME.fullmatch(name) or not 2 <= len(name) <= limits.INDEX_NAME_CHARACTERS:
        raise bad_request(
            f"Invalid index name {shown(name)}: it must have 2 to {limits.INDEX_NAME_CHARACTERS} lower-case letters, "
            "digits and single dashes, and neither start nor end with a dash.",
            "InvalidName",
        )
    if body.get("name") != name:
        raise bad_request(f"The index name in the body is {shown(body.get('name'))}, in the address '{name}'.")
    for key, value in body.items():
        if key in _UNSUPPORTED and value:
            raise unsupported(_UNSUPPORTED[key])
        if key not in _PROPERTIES and key not in _UNSUPPORTED:
            raise bad_request(f"The property {shown(key)} does not exist on an index.")
    similarity = body.get("similarity")
    if similarity is not None and not _is_default_similarity(similarity):
        raise unsupported("a similarity other than BM25 with k1 1.2 and b 0.75")


def _is_default_similarity(value: Any) -> bool:
    if not isinstance(value, dict) or value.get("@odata.type") != "#Microsoft.Azure.Search.BM25Similarity":
        return False
    return value.get("k1") in (None, 1.2) and value.get("b") in (None, 0.75)


def _metrics(value: Any) -> dict[str, str]:
    """Metric of each vector search profile."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise bad_request(f"'vectorSearch' must be an object, not {shown(value)}.")
    for name in ("vectorizers", "compressions"):
        if value.get(name):
            raise unsupported(f"{name} of vector search")
    algorithms: dict[str, str] = {}
    for entry in _entries(value.get("algorithms"), "vectorSearch/algorithms"):
        kind = entry.get("kind")
        if kind not in ("hnsw", "exhaustiveKnn"):
            raise bad_request(
                f"The algorithm '{entry['name']}' has the kind {shown(kind)}; 'hnsw' and 'exhaustiveKnn' exist."
            )
        parameters = entry.get(f"{kind}Parameters") or {}
        metric = (parameters.get("metric") if isinstance(parameters, dict) else parameters) or "cosine"
        if metric not in METRICS:
            raise bad_request(
                f"The algorithm '{entry['name']}' has the metric {shown(metric)}, expected one of {METRICS}."
            )
        algorithms[entry["name"]] = metric
    profiles: dict[str, str] = {}
    for entry in _entries(value.get("profiles"), "vectorSearch/profiles"):
        algorithm = entry.get("algorithm")
        if algorithm not in algorithms:
            raise bad_request(
                f"The vector search profile '{entry['name']}' names the unknown algorithm {shown(algorithm)}."
            )
        profiles[entry["name"]] = algorithms[algorithm]
    return profiles


def _weights(value: Any, fields: dict[str, Field]) -> dict[str, dict[str, float]]:
    """Text weights of each scoring profile."""
    profiles: dict[str, dict[str, float]] = {}
    for entry in _entries(value, "scoringProfiles"):
        name = entry["name"]
        if entry.get("functions"):
            raise unsupported(f"scoring functions (scoring profile '{name}')")
        text = entry.get("text") or {}
        weights = text.get("weights") if isinstance(text, dict) else text
        if not isinstance(weights or {}, dict):
            raise bad_request(f"The scoring profile '{name}' must have weights by field, not {shown(weights)}.")
        profiles[name] = {}
        for path, weight in (weights or {}).items():
            if path not in fields or not fields[path].searchable:
                raise bad_request(f"The scoring profile '{name}' weighs {shown(path)}, which is no searchable field.")
            if not isinstance(weight, (int, float)) or isinstance(weight, bool) or not 0 < weight < 1e9:
                raise bad_request(
                    f"The scoring profile '{name}' has the weight {shown(weight)} for '{path}', not over 0."
                )
            profiles[name][path] = float(weight)
    return profiles


def _semantic(value: Any, fields: dict[str, Field]) -> tuple[dict[str, SemanticConfiguration], str | None]:
    if value is None:
        return {}, None
    if not isinstance(value, dict):
        raise bad_request(f"'semantic' must be an object, not {shown(value)}.")
    found: dict[str, SemanticConfiguration] = {}
    for entry in _entries(value.get("configurations"), "semantic/configurations"):
        name, parts = entry["name"], entry.get("prioritizedFields")
        if not isinstance(parts, dict):
            raise bad_request(f"The semantic configuration '{name}' needs 'prioritizedFields'.")
        title = [parts["titleField"]] if parts.get("titleField") is not None else []
        titles = _semantic_fields(title, name, fields)
        content = _semantic_fields(parts.get("prioritizedContentFields") or [], name, fields)
        keywords = _semantic_fields(parts.get("prioritizedKeywordsFields") or [], name, fields)
        if not (titles or content or keywords):
            raise bad_request(f"The semantic configuration '{name}' names no field.")
        found[name] = SemanticConfiguration(name, titles[0] if titles else None, content, keywords)
    default = value.get("defaultConfiguration")
    if default is not None and default not in found:
        raise bad_request(f"The default semantic configuration {shown(default)} is not defined in the index.")
    return found, default


def _semantic_fields(values: Any, name: str, fields: dict[str, Field]) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise bad_request(f"The semantic configuration '{name}' must list fields, not {shown(values)}.")
    paths: list[str] = []
    for value in values:
        path = value.get("fieldName") if isinstance(value, dict) else value
        field = fields.get(path) if isinstance(path, str) else None
        if field is None or field.type != STRING or not field.searchable or not field.retrievable or field.many:
            raise bad_request(
                f"The semantic configuration '{name}' names {shown(path)}, which is no searchable and retrievable "
                "field of strings."
            )
        paths.append(field.path)
    return tuple(paths)


def _entries(value: Any, where: str) -> list[dict[str, Any]]:
    """A list of objects that each have a name of their own."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise bad_request(f"'{where}' must be a list, not {shown(value)}.")
    names: set[str] = set()
    for entry in value:
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str) or not entry["name"]:
            raise bad_request(f"Each entry of '{where}' needs a name; {shown(entry)} has none.")
        if entry["name"] in names:
            raise bad_request(f"'{where}' has the name '{entry['name']}' twice.")
        names.add(entry["name"])
    return value


def check_change(old: IndexDefinition, new: IndexDefinition) -> None:
    """Whether an index may become ``new``: fields may be added, and be shown or hidden; nothing else of them changes.

    Raises:
        SearchError: 400 naming the field.
    """
    _check_fields_kept(old.fields, new.fields)


def _check_fields_kept(old: tuple[Field, ...], new: tuple[Field, ...]) -> None:
    kept = {field.name: field for field in new}
    for field in old:
        now = kept.get(field.name)
        if now is None:
            raise _unchangeable(field, "be removed")
        same = ("type", "collection", "key", "searchable", "filterable", "sortable", "facetable", "analyzer")
        changed = [name for name in (*same, "dimensions") if getattr(field, name) != getattr(now, name)]
        if changed:
            raise _unchangeable(field, f"change its '{changed[0]}'")
        _check_fields_kept(field.fields, now.fields)


def _unchangeable(field: Field, what: str) -> SearchError:
    return bad_request(
        f"The existing field '{field.path}' cannot {what}. Delete the index and make it anew.",
        "CannotChangeExistingField",
    )
