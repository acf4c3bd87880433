"""Which kinds of files a question lets one expect."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from shared.repo_scoring.asked_languages import AskedLanguage
from shared.repo_scoring.linguist import linguist
from shared.repo_scoring.words import Word, same_as, term_of

# `.tf` in a question, where nobody wrote "main.tf": an extension by itself.
_EXTENSION = re.compile(r"(?<![\w.])\.[A-Za-z0-9+_-]{1,20}(?![\w.])")
# What a word lets expect, as languages of linguist; "prose" and such are its kinds.
_EXPECTED: dict[str, tuple[str, ...]] = {
    "automation": ("Shell", "PowerShell", "Batchfile", "Makefile"),
    "build": ("Makefile", "CMake", "Gradle", "Starlark"),
    "cli": ("Shell",),
    "compose": ("YAML", "Dockerfile"),
    "container": ("Dockerfile",),
    "database": ("SQL", "PLpgSQL", "PLSQL", "TSQL"),
    "docker": ("Dockerfile",),
    "documentation": ("prose",),
    "frontend": ("HTML", "CSS", "SCSS", "Less", "JavaScript", "TypeScript", "Vue", "Svelte"),
    "gpu": ("Cuda", "GLSL", "HLSL"),
    "grpc": ("Protocol Buffer",),
    "helm": ("Go Template", "YAML"),
    "infrastructure": ("HCL", "Bicep", "Nix"),
    "kubernetes": ("Dockerfile", "Go Template"),
    "notebook": ("Jupyter Notebook",),
    "protobuf": ("Protocol Buffer",),
    "script": ("Shell", "PowerShell", "Batchfile"),
    "scripting": ("Shell", "PowerShell", "Batchfile"),
    "styling": ("CSS", "SCSS", "Less"),
    "template": ("Jinja", "Go Template", "Handlebars", "Mustache", "Liquid", "EJS"),
    "terraform": ("HCL",),
    "ui": ("HTML", "CSS", "SCSS", "TypeScript", "Vue", "Svelte"),
    "web": ("HTML", "CSS", "SCSS", "JavaScript", "TypeScript", "Vue", "Svelte"),
}  # fmt: skip
_MOST_SIGNALS = 32
_KINDS = frozenset({"prose", "data", "markup", "programming"})
_EXPECTED_TERMS = {term_of(word): expected for word, expected in _EXPECTED.items()}


@dataclass(frozen=True)
class FileSignal:
    """Files that one word of a question lets one expect: of any of these ``languages`` (groups of linguist), of these
    ``kinds`` of languages, or with this ``extension``."""

    languages: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    extension: str | None = None


def file_signals(question: str, words: Iterable[Word], languages: Iterable[AskedLanguage]) -> list[FileSignal]:
    """Return what kinds of files ``question``, its words and the languages that it names let one expect."""
    named = [FileSignal(languages=frozenset({asked.language.group})) for asked in languages]
    hinted = [_signal(expected) for word in words if (expected := _expected(word))]
    typed = [FileSignal(extension=found.group().lower()) for found in _EXTENSION.finditer(question)]
    return list(dict.fromkeys([*named, *hinted, *typed]))[:_MOST_SIGNALS]


def _expected(word: Word) -> set[str]:
    return {each for term in (word.term, *same_as(word.term)) for each in _EXPECTED_TERMS.get(term, ())}


def _signal(expected: set[str]) -> FileSignal:
    return FileSignal(
        languages=frozenset(linguist().group_of(each) for each in expected - _KINDS), kinds=frozenset(expected & _KINDS)
    )
