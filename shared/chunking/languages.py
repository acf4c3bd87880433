"""The language of a file by its name."""

from functools import lru_cache
from pathlib import PurePosixPath

from shared.repo_scoring.linguist import linguist

# Where several languages share an extension and the first by the alphabet is not the one that is met.
_USUAL = frozenset(
    {"C", "C#", "C++", "Go", "JavaScript", "Markdown", "PHP", "Perl", "Python", "R", "Rust", "SQL", "TypeScript"}
)


@lru_cache(maxsize=4096)
def language_of(name: str) -> str | None:
    """Return the language of a file as GitHub names it, such as ``Python``; None where the name does not tell."""
    file = PurePosixPath(name.replace("\\", "/")).name
    for file_type in (file.lower(), PurePosixPath(file).suffix.lower()):
        if file_type and (found := linguist().language_of(file_type, _USUAL)):
            return found.name
    return None
