"""Languages and file types as GitHub knows them: ``shared/linguist.json``, made by ``data/build_linguist.py``."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

from shared.repo_scoring.words import words_of

_FILE = Path(__file__).resolve().parents[1] / "linguist.json"
# Ways to say a language that linguist, which reads files and not questions, has no alias for.
_ALSO_CALLED = {
    "c sharp": "C#",
    "ecmascript": "JavaScript",
    "f sharp": "F#",
    "jupyter": "Jupyter Notebook",
    "nodejs": "JavaScript",
    "notebook": "Jupyter Notebook",
    "plpgsql": "PLpgSQL",
}

Kind = Literal["programming", "markup", "data", "prose"]
Terms = tuple[str, ...]


@dataclass(frozen=True)
class Language:
    """``group``: the language that GitHub counts it to, such as TypeScript for TSX, else its own name."""

    name: str
    kind: Kind
    group: str


@dataclass(frozen=True)
class Linguist:
    """``by_terms``: what a language is called, word by word; ``by_file``: languages of an extension or a file name."""

    languages: Mapping[str, Language]
    by_terms: Mapping[Terms, Language]
    by_file: Mapping[str, tuple[Language, ...]]

    def group_of(self, name: str) -> str:
        """Return the language that GitHub counts ``name`` to; itself where it is unknown."""
        known = self.languages.get(name)
        return known.group if known else name

    def language_of(self, file_type: str, used: Collection[str]) -> Language | None:
        """Return what files of a type are written in, None where nobody knows.

        ``used``: names of the languages that GitHub found; of several that share an extension it tells which is meant.
        """
        known = self.by_file.get(file_type, ())
        return next((each for each in known if each.name in used or each.group in used), known[0] if known else None)


@cache
def linguist() -> Linguist:
    """Return the list, read once."""
    document = json.loads(_FILE.read_text(encoding="utf-8"))
    entries = cast("dict[str, dict[str, Any]]", document["languages"])
    languages = {
        name: Language(name, entry["type"], str(entry.get("group") or name)) for name, entry in entries.items()
    }
    return Linguist(languages, _by_terms(entries, languages), _by_file(document["extensions"], entries, languages))


def _by_terms(entries: dict[str, dict[str, Any]], languages: dict[str, Language]) -> dict[Terms, Language]:
    called: dict[Terms, Language] = {}
    # Later ones win: a language's name over another's alias.
    for alias, name in _ALSO_CALLED.items():
        called[_terms(alias)] = languages[name]
    for name, entry in entries.items():
        called.update(dict.fromkeys(map(_terms, entry.get("aliases", ())), languages[name]))
    called.update({_terms(name): language for name, language in languages.items()})
    called.pop((), None)
    return called


def _terms(name: str) -> Terms:
    return tuple(word.term for word in words_of(name))


def _by_file(
    extensions: dict[str, list[str]], entries: dict[str, dict[str, Any]], languages: dict[str, Language]
) -> dict[str, tuple[Language, ...]]:
    by_file = {extension: tuple(languages[name] for name in names) for extension, names in extensions.items()}
    for name, entry in entries.items():
        for file_name in entry.get("filenames", ()):
            by_file[file_name.lower()] = (*by_file.get(file_name.lower(), ()), languages[name])
    return by_file
