"""Bundles small enough to travel: the task hub carries little, the cache has them whole."""

from collections.abc import Callable

from shared.repo_context.contracts import Bundle
from shared.snippets.plan import MAX_PAYLOAD_BYTES, durable_bytes

MAX_BUNDLE_BYTES = 4096
"""What a bundle may take in the history of an orchestration."""
# For brackets, commas, and what a result holds beside its bundles.
_RESERVED_BYTES = 8 * 1024

_ESSENTIAL = (
    "name", "full_name", "description", "html_url", "language", "topics", "default_branch", "stargazers_count",
    "fork", "archived", "updated_at", "pushed_at",
)  # fmt: skip


def share_of(bundles: int) -> int:
    """Return how many bytes each of so many bundles may take, so that together they make one payload."""
    return min(MAX_BUNDLE_BYTES, (MAX_PAYLOAD_BYTES - _RESERVED_BYTES) // max(1, bundles))


def trimmed(bundle: Bundle, max_bytes: int = MAX_BUNDLE_BYTES) -> Bundle:
    """Return the bundle, or as much of it as ``max_bytes`` hold, which ``truncated`` then says.

    What helps least to know a repository goes first; its name always stays.
    """
    if durable_bytes(bundle.to_json()) <= max_bytes:
        return bundle
    smaller = bundle.model_copy(update={"truncated": True})
    for step in _STEPS:
        smaller = step(smaller)
        if durable_bytes(smaller.to_json()) <= max_bytes:
            return smaller
    return smaller


def _fewer_errors(bundle: Bundle) -> Bundle:
    return bundle.model_copy(update={"errors": tuple(error[:160] for error in bundle.errors[:3])})


def _no_long_context(bundle: Bundle) -> Bundle:
    return bundle.model_copy(update={"repo_context": None})


def _essential(bundle: Bundle) -> Bundle:
    metadata = {field: bundle.metadata.get(field) for field in _ESSENTIAL}
    return bundle.model_copy(update={"metadata": metadata})


def _most_frequent(count: int) -> Callable[[Bundle], Bundle]:
    def keep(bundle: Bundle) -> Bundle:
        by_size = sorted(bundle.file_types.items(), key=lambda each: (-each[1], each[0]))
        languages = sorted(bundle.languages.items(), key=lambda each: (-each[1], each[0]))
        return bundle.model_copy(update={"file_types": dict(by_size[:count]), "languages": dict(languages[:count])})

    return keep


def _short_texts(bundle: Bundle) -> Bundle:
    metadata = bundle.metadata | {
        "description": (bundle.metadata.get("description") or "")[:80] or None,
        "topics": (bundle.metadata.get("topics") or [])[:5],
    }
    return bundle.model_copy(update={"metadata": metadata})


def _named(bundle: Bundle) -> Bundle:
    metadata = {field: bundle.metadata.get(field) for field in ("name", "language")}
    return bundle.model_copy(update={"metadata": metadata, "errors": tuple(error[:40] for error in bundle.errors[:1])})


def _name_only(bundle: Bundle) -> Bundle:
    errors = ("incomplete",) if bundle.errors else ()
    return Bundle(metadata={"name": bundle.name}, errors=errors, truncated=True)


_STEPS: tuple[Callable[[Bundle], Bundle], ...] = (
    _fewer_errors,
    _most_frequent(40),
    _no_long_context,
    _most_frequent(15),
    _essential,
    _short_texts,
    _most_frequent(5),
    _named,
    _most_frequent(2),
    _name_only,
)
