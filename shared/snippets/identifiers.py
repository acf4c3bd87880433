"""Names of snippets, versions and chunks as Cosmos DB ids."""

import re
from hashlib import sha256

# Cosmos DB refuses / \ # ? in an id, the SDK a trailing blank; = introduces an escape and is escaped itself.
_UNSAFE = re.compile(r"[/\\#?=%\s]")
_ESCAPE = re.compile(r"=([0-9A-F]+);")
MAX_ID_BYTES = 1023


def snippet_id(name: str) -> str:
    """Return the document id for a snippet's name: ``src/a.py`` becomes ``src=2F;a.py``. ``snippet_name`` undoes it."""
    if name in {".", ".."}:  # as parts of an address they would vanish
        return name.replace(".", "=2E;")
    return _UNSAFE.sub(lambda match: f"={ord(match[0]):X};", name)


def snippet_name(document_id: str) -> str:
    """Return the name that ``snippet_id`` encoded."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), document_id)


def version_of(accepted_at_ms: int, run_id: str) -> str:
    """Return a run's version. Versions sort as the runs were accepted; runs of one millisecond sort by id.

    ``accepted_at_ms``: milliseconds since 1970, UTC.
    """
    return f"{accepted_at_ms:013d}-{run_id}"


def reindexed(base: str, version: str) -> str:
    """Return the version for a snippet that is made anew from ``base`` by a run of ``version``.

    It sorts after ``base`` and its earlier remakes, and before every version accepted later than ``base``.
    """
    return f"{base.split('~', 1)[0]}~{version}"


def content_key(text: str, model: str, dimensions: int) -> str:
    """Return what makes two texts have the same vector: text, model and dimensions, as 64 hexadecimal digits."""
    return sha256(f"{model}\n{dimensions}\n{text}".encode()).hexdigest()


def chunk_key(embedded: str, recipe: str) -> str:
    """Return what makes two chunks have the same vector: what is embedded (header and text) and the recipe."""
    return sha256(f"{recipe}\n{embedded}".encode()).hexdigest()


def text_hash(text: str) -> str:
    """Return SHA-256 of a whole text, as 64 hexadecimal digits: what tells whether a file has changed."""
    return sha256(text.encode()).hexdigest()


def chunk_id(name: str, version: str, index: int, key: str) -> str:
    """Return a chunk's document id: the same run writes the same chunk to the same place, however often it runs."""
    return f"{_run_prefix(name, version)}-{index:06d}-{key[:16]}"


def run_marker_id(name: str, version: str) -> str:
    """Return the id of the document that says that a run has stored chunks."""
    return f"{_run_prefix(name, version)}-run"


def accepted_at_ms(version: str) -> int:
    """Return when the run of a version was accepted, in milliseconds since 1970."""
    return int(version.split("-", 1)[0])


def _run_prefix(name: str, version: str) -> str:
    return f"{sha256(name.encode()).hexdigest()[:16]}-{version}"
