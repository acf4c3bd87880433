"""Bundles of repositories as the cache hands them out."""

from typing import Any

from shared.repo_scoring.vectors import FIELD, vector_document

NOW = "2026-11-22T12:00:00+00:00"


def bundle(
    name: str,
    *,
    owner: str = "me",
    description: str | None = None,
    topics: tuple[str, ...] = (),
    languages: dict[str, int] | None = None,
    file_types: dict[str, int] | None = None,
    context: Any = None,
    vector: list[float] | None = None,
    model: str = "model",
    **metadata: Any,
) -> dict[str, Any]:
    """Return a bundle; with ``vector`` it carries one that ``model`` made."""
    described = {
        "name": name,
        "full_name": f"{owner}/{name}",
        "description": description,
        "topics": list(topics),
        "html_url": f"https://github.com/{owner}/{name}",
    }
    document: dict[str, Any] = {
        "metadata": described | metadata,
        "repoContext": context,
        "file_types": file_types or {},
        "languages": languages or {},
    }
    return document | ({FIELD: vector_document(vector, model, "", NOW)} if vector else {})
