"""Parts into a bundle: what is new, what stays from the last run, and what is wrong with it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from shared.repo_context.contracts import Bundle
from shared.repo_context.kept import KeptBundle
from shared.repo_context.metadata import Metadata
from shared.repo_context.outcomes import PARTS, FailedPart, Part, PartOutcome
from shared.secrets import masked

_FIELDS = {"languages": "languages", "context": "repo_context", "tree": "file_types"}
_LABELS = {"languages": "languages", "context": "repo context", "tree": "file tree"}


def has_moved(kept: KeptBundle, metadata: Metadata) -> bool:
    """Whether somebody pushed to a repository, or changed what it says of itself, since its bundle was made."""
    return any(kept.bundle.metadata.get(field) != metadata.get(field) for field in ("pushed_at", "updated_at"))


def needs_fetching(kept: KeptBundle | None, metadata: Metadata, listed_at: str) -> bool:
    """Whether GitHub must be asked for a repository's parts.

    Not for what this run has stored before, which an activity that runs twice finds, and not for what has not moved.
    """
    if kept is None:
        return True
    if listed_at and kept.listed_at == listed_at:
        return False
    return not kept.settled or has_moved(kept, metadata)


def is_due_for_renewal(kept: KeptBundle, listed_at: str, ttl_hours: int) -> bool:
    """Whether a bundle that still holds must be written again, so that it is not forgotten while it is in use."""
    written, now = datetime.fromisoformat(kept.listed_at), datetime.fromisoformat(listed_at)
    return now - written > timedelta(hours=ttl_hours) / 4


def assembled(
    kept: KeptBundle | None,
    metadata: Metadata,
    outcomes: Mapping[str, PartOutcome],
    listed_at: str,
    credential: str,
) -> KeptBundle:
    """Return the bundle that the parts make. A part that failed stays as the last run left it, and is told."""
    fields: dict[str, object] = {}
    etags: dict[str, str] = {}
    notes: dict[str, str] = {}
    errors: list[str] = []
    for part in PARTS:
        outcome = outcomes[part]
        if isinstance(outcome, Part):
            fields[_FIELDS[part]], etags[part], notes[part] = outcome.value, outcome.etag, outcome.note or ""
        elif kept is not None:
            fields[_FIELDS[part]] = getattr(kept.bundle, _FIELDS[part])
            etags[part], notes[part] = kept.etag(part, credential) or "", kept.notes.get(part, "")
        if isinstance(outcome, FailedPart):
            errors.append(f"{_LABELS[part]}: {masked(outcome.error)}")
        elif notes.get(part):
            errors.append(f"{_LABELS[part]}: {notes[part]}")
    stale = kept is not None and any(isinstance(each, FailedPart) for each in outcomes.values())
    bundle = Bundle.model_validate({"metadata": metadata, "errors": tuple(errors), "stale": stale, **fields})
    return KeptBundle(
        bundle=bundle,
        listed_at=listed_at,
        settled=all(not isinstance(each, FailedPart) or each.cause == "content" for each in outcomes.values()),
        etags={part: etag for part, etag in etags.items() if etag},
        notes={part: note for part, note in notes.items() if note},
        credential=credential,
    )


def without_parts(name: str, error: str) -> Bundle:
    """Return the bundle of a repository of which nothing is known but why."""
    return Bundle(metadata={"name": name}, errors=(masked(error)[:300],))
