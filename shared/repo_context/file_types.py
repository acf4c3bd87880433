"""Which kinds of files a repository holds, counted from the paths of its tree."""

import re
from collections import Counter
from collections.abc import Iterable

MAX_TYPES = 200

# What follows the last dot; a name that only begins with a dot has none. Files such as Dockerfile and Makefile count by
# their name. Neither form can begin with an underscore: a dict with the keys __class__, __module__ and __data__ would
# be taken for an object by the Durable SDK.
_EXTENSION = re.compile(r"\.[a-z0-9+#][a-z0-9+#_-]{0,19}")
_BARE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,29}")


def file_types_of(paths: Iterable[str]) -> dict[str, int]:
    """Return how many files there are of each type, most frequent first: ``{".py": 12, "Dockerfile": 1}``.

    Extensions are in lower case and keep their dot. At most 200 types are told.
    """
    counts = Counter(kind for path in paths if (kind := file_type_of(path)) is not None)
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return dict(ordered[:MAX_TYPES])


def file_type_of(path: str) -> str | None:
    """Return the extension of a file, its name where it has none, None where it has neither in a usable form."""
    name = path.rpartition("/")[2]
    stem, dot, extension = name.rpartition(".")
    if not stem:
        return name if not dot and _BARE_NAME.fullmatch(name) else None
    kind = f".{extension.lower()}"
    return kind if _EXTENSION.fullmatch(kind) else None
