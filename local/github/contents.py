"""Files and folders, as the contents route gives them."""

from base64 import encodebytes
from typing import Any

from local.github.accounts import Repository
from local.github.documents import content_entry, folder_listing
from local.github.git_objects import children
from local.github.refusals import DOCS, Refusal

CONTENTS_DOCS = f"{DOCS}/repos/contents#get-repository-content"
# Up to here a file's contents are in the document, up to the next limit in the raw media type only.
# GitHub says 1 MB and 100 MB and not which.
EMBEDDED_BYTES = 1024 * 1024
RAW_BYTES = 100 * 1024 * 1024


def contents(found: Repository, path: str, base: str) -> dict[str, Any] | list[dict[str, Any]]:
    """Return the document of a file, or the list of a folder's entries.

    Raises:
        Refusal: 404 for a path that is not there, 403 for a file that is too large, 501 for one whose contents this
            endpoint does not have.
    """
    if path not in found.tree:
        if found.empty:
            raise Refusal(404, "This repository is empty.", CONTENTS_DOCS)
        if path and not any(children(found.tree, path)):
            raise Refusal(404, "Not Found", CONTENTS_DOCS)
        return folder_listing(found, path, base)
    content = raw(found, path)
    large = len(content) > EMBEDDED_BYTES
    embedded = {
        # GitHub breaks the lines as MIME does, at 60 instead of 76 characters.
        "content": "" if large else _lines(content),
        "encoding": "none" if large else "base64",
    }
    return content_entry(found, path, base) | embedded


def raw(found: Repository, path: str) -> bytes:
    """Return the contents of a file.

    Raises:
        Refusal: As ``contents`` does.
    """
    if found.tree[path] > RAW_BYTES:
        raise Refusal(
            403,
            "This API returns blobs up to 100 MB in size. The requested blob is too large to fetch via the API, but "
            "you can always clone the repository via Git in order to obtain it.",
            CONTENTS_DOCS,
            errors=[{"resource": "Blob", "field": "data", "code": "too_large"}],
        )
    content = found.contents.get(path)
    if content is None:
        raise Refusal(501, f"This endpoint knows that {path} is there, but not what is in it", CONTENTS_DOCS)
    return content


def _lines(content: bytes) -> str:
    text = encodebytes(content).replace(b"\n", b"").decode()
    return "".join(f"{text[start : start + 60]}\n" for start in range(0, len(text), 60))
