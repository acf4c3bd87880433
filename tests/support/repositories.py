"""Bundles as a run gathers them, for tests that ask nobody."""

from typing import Any

from shared.repo_context.contracts import Bundle
from shared.repo_context.kept import KeptBundle

LISTED_AT = "2026-11-22T12:00:00+00:00"
# What JSON writes with six bytes, with twelve, with two and with one.
WIDE = ["ж", "\N{ARTIST PALETTE}", '"', "x"]


def metadata_of(name: str = "flask", **fields: Any) -> dict[str, Any]:
    """Return what a listing says of a repository."""
    return {
        "name": name,
        "full_name": f"pallets/{name}",
        "description": "The Python micro framework for building web applications.",
        "html_url": f"https://github.com/pallets/{name}",
        "language": "Python",
        "topics": ["flask", "python", "web"],
        "default_branch": "main",
        "visibility": "public",
        "stargazers_count": 70_000,
        "updated_at": "2026-11-01T00:00:00Z",
        "pushed_at": "2026-11-01T00:00:00Z",
    } | fields


def bundle_of(name: str = "flask", **fields: Any) -> Bundle:
    """Return a bundle; ``fields`` replace those of the model."""
    plain: dict[str, Any] = {
        "metadata": metadata_of(name),
        "repo_context": '{"summary":"web"}',
        "file_types": {".py": 80, ".rst": 20},
        "languages": {"Python": 900_000, "HTML": 4_000},
    }
    return Bundle.model_validate(plain | fields)


def kept_of(name: str = "flask", **fields: Any) -> KeptBundle:
    """Return a bundle as an earlier run kept it."""
    plain = {"bundle": bundle_of(name), "listed_at": "2026-11-22T11:00:00+00:00", "credential": "one"}
    etags = {"languages": '"l"', "context": '"c"', "tree": '"t"'}
    return KeptBundle.model_validate(plain | {"etags": etags} | fields)


def largest_bundle(name: str, character: str) -> Bundle:
    """Return a bundle as large as what GitHub answers can make it."""
    return bundle_of(
        name,
        metadata=metadata_of(name, description=character * 1000, topics=[character * 50] * 20),
        repo_context='{"text":"' + "y" * 900_000 + '"}',
        file_types={f".{number:019}": 1_000_000 - number for number in range(200)},
        languages={f"{character * 70}{number}": 10**9 - number for number in range(100)},
        errors=tuple(f"{character * 200}{number}" for number in range(4)),
        stale=True,
    )
