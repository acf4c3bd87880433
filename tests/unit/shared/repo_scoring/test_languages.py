"""Languages: linguist's list, and which of them a question names."""

import json
from pathlib import Path

import pytest

from data.build_linguist import TARGET, USUAL, text_of
from shared.repo_scoring.asked_languages import asked_languages
from shared.repo_scoring.linguist import linguist

USED = {"Python", "Go", "JavaScript", "C", "C++", "C#", "HCL", "TypeScript", "Makefile", "Click", "R", "YAML"}
DOCUMENT = json.loads(Path(TARGET).read_text(encoding="utf-8"))


def asked(question, used=USED):
    return [each.language.name for each in asked_languages(question, used)]


def test_the_list_names_its_source_version_and_licence():
    assert "linguist-languages 9.5.0" in DOCUMENT["source"]["package"]
    assert "github-linguist" in DOCUMENT["source"]["data"]
    assert any(line.startswith("Permission is hereby granted") for line in DOCUMENT["licence"])


def test_the_file_is_as_its_script_writes_it():
    assert Path(TARGET).read_text(encoding="utf-8") == text_of(DOCUMENT)


@pytest.mark.parametrize(("extension", "name"), sorted(USUAL.items()))
def test_an_ambiguous_extension_has_its_usual_meaning(extension, name):
    assert DOCUMENT["extensions"][extension][0] == name
    assert linguist().language_of(extension, ()).name == name


@pytest.mark.parametrize(
    ("extension", "used", "name"),
    [(".h", {"C++"}, "C++"), (".h", {"Python"}, "C"), (".m", {"MATLAB"}, "MATLAB"), (".rs", set(), "Rust")],
)
def test_what_github_found_tells_what_an_ambiguous_extension_means(extension, used, name):
    assert linguist().language_of(extension, used).name == name


@pytest.mark.parametrize(
    ("file_type", "name", "kind"),
    [
        (".py", "Python", "programming"),
        ("dockerfile", "Dockerfile", "programming"),
        (".yml", "YAML", "data"),
        (".md", "Markdown", "prose"),
        (".scss", "SCSS", "markup"),
    ],
)
def test_a_file_type_has_a_language_and_a_kind(file_type, name, kind):
    language = linguist().language_of(file_type, ())
    assert (language.name, language.kind) == (name, kind)


def test_an_unknown_file_type_has_no_language():
    assert linguist().language_of(".nobody-knows", ()) is None


def test_a_variant_counts_to_its_language():
    assert linguist().group_of("TSX") == "TypeScript"
    assert linguist().group_of("Unheard-of") == "Unheard-of"


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("golang or js", ["Go", "JavaScript"]),
        ("python and go", ["Python", "Go"]),
        ("services written in go", ["Go"]),
        ("Go", ["Go"]),
        ("C++ and C#", ["C++", "C#"]),
        ("any terraform?", ["HCL"]),
        ("node.js", ["JavaScript"]),
        ("R code", ["R"]),
        ("PYTHON", ["Python"]),
    ],
)
def test_a_language_is_known_by_its_names(question, names):
    assert asked(question) == names


@pytest.mark.parametrize(
    "question",
    ["where do I go next", "how do I go and deploy", "make it click", "a c in the name", "what r you doing"],
)
def test_a_word_of_english_is_no_language(question):
    assert asked(question) == []


def test_a_language_that_nobody_uses_is_not_asked_for():
    assert asked("rust and python") == ["Python"]


def test_the_longest_name_wins():
    assert asked("Jupyter Notebooks", {"Jupyter Notebook"}) == ["Jupyter Notebook"]
    assert asked("objective-c", {"Objective-C", "C"}) == ["Objective-C"]
