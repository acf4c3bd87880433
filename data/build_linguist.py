"""``python -m data.build_linguist PACKAGE``: make shared/linguist.json from the npm package linguist-languages.

PACKAGE is the folder that ``npm pack linguist-languages@9.5.0`` unpacks to. The package holds languages.yml of
github-linguist as JavaScript, which Node turns into JSON; what Fanwise has no use for, such as colours, is left out.
"""

import argparse
import json
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.azurite.node import find_node

TARGET = Path(__file__).resolve().parents[1] / "shared" / "linguist.json"
# A program of one line, so that the package is read by what it is written for.
_DUMP = "console.log(JSON.stringify(Object.values(await import(process.argv[1]))))"
# Several languages claim these extensions as their first, or none does. github-linguist looks into the file (its
# heuristics.yml); where only the name is known, its most usual meaning has to do.
USUAL = {
    ".bas": "BASIC",
    ".cfg": "INI",
    ".cgi": "Perl",
    ".cl": "OpenCL",
    ".cls": "TeX",
    ".d": "D",
    ".f": "Fortran",
    ".for": "Fortran",
    ".fs": "F#",
    ".h": "C",
    ".hh": "C++",
    ".html": "HTML",
    ".inc": "PHP",
    ".json": "JSON",
    ".lsp": "Common Lisp",
    ".m": "Objective-C",
    ".md": "Markdown",
    ".ml": "OCaml",
    ".pl": "Perl",
    ".pm": "Perl",
    ".qs": "Q#",
    ".r": "R",
    ".rs": "Rust",
    ".scm": "Scheme",
    ".sql": "SQL",
    ".t": "Perl",
    ".txt": "Text",
    ".v": "Verilog",
    ".yaml": "YAML",
}


@dataclass(frozen=True)
class _Claim:
    """That a language's files may end in an extension; the first of its extensions is its usual one."""

    is_first: bool
    language_id: int
    language: str


def build(package: Path) -> dict[str, Any]:
    """Return the document that shared/linguist.json holds.

    Raises:
        FileNotFoundError: There is no Node, or ``package`` is not the package.
        ValueError: A usual meaning names a language that does not claim the extension.
    """
    about = json.loads((package / "package.json").read_text(encoding="utf-8"))
    languages = sorted(_languages(package), key=lambda each: each["name"])
    return {
        "source": {
            "package": f"{about['name']} {about['version']} (npm, {about['license']})",
            "data": "lib/linguist/languages.yml of github-linguist, https://github.com/github-linguist/linguist (MIT)",
            "made_by": "python -m data.build_linguist",
        },
        "licence": _notice(package),
        "languages": {each["name"]: _language(each) for each in languages},
        "extensions": _by_extension(languages),
    }


def _languages(package: Path) -> list[dict[str, Any]]:
    command = [find_node().program, "--input-type=module", "-e", _DUMP, (package / "index.js").resolve().as_uri()]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(answer.stdout)


def _language(language: dict[str, Any]) -> dict[str, Any]:
    kept = {name: language[name] for name in ("type", "group", "aliases", "filenames") if language.get(name)}
    # The first extension is the language's usual one; the others are in `extensions`.
    return kept | ({"extension": language["extensions"][0].lower()} if language.get("extensions") else {})


def _by_extension(languages: Iterable[dict[str, Any]]) -> dict[str, list[str]]:
    claims: dict[str, set[_Claim]] = {}
    for language in languages:
        for place, extension in enumerate(language.get("extensions", ())):
            claim = _Claim(place == 0, language["languageId"], language["name"])
            claims.setdefault(extension.lower(), set()).add(claim)
    return {extension: _in_order(extension, claims[extension]) for extension in sorted(claims)}


def _in_order(extension: str, claims: set[_Claim]) -> list[str]:
    """Return the languages of an extension: the usual one, those whose first it is, the others; older ones first."""
    ranked = sorted(claims, key=lambda each: (not each.is_first, each.language_id, each.language))
    names = list(dict.fromkeys(each.language for each in ranked))
    usual = USUAL.get(extension)
    if usual is None:
        return names
    if usual not in names:
        raise ValueError(f"{extension} is no extension of {usual}; it is one of {', '.join(names)}")
    return [usual, *(name for name in names if name != usual)]


def _notice(package: Path) -> list[str]:
    """Return the copyright and permission notice of github-linguist, which goes where its data goes."""
    text = (package / "ThirdPartyNoticeText.txt").read_text(encoding="utf-8")
    return [line for line in text[text.index("Linguist (") :].splitlines() if line]


def text_of(document: dict[str, Any]) -> str:
    """Return the file's text: a line per language and extension, so that a new version can be read as a diff."""
    parts = [f"{json.dumps(name)}: {_object(value)}" for name, value in document.items()]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _object(value: dict[str, Any] | Sequence[str]) -> str:
    if isinstance(value, dict):
        lines = [f"{json.dumps(name)}: {json.dumps(each, ensure_ascii=False)}" for name, each in value.items()]
        return "{\n" + ",\n".join(lines) + "\n}"
    return "[\n" + ",\n".join(json.dumps(each) for each in value) + "\n]"


def main() -> None:
    """Write shared/linguist.json anew."""
    parser = argparse.ArgumentParser(prog="python -m data.build_linguist", description=__doc__)
    parser.add_argument("package", type=Path, metavar="PACKAGE")
    TARGET.write_text(text_of(build(parser.parse_args().package)), encoding="utf-8")


if __name__ == "__main__":
    main()
