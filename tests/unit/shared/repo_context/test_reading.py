"""What is read of GitHub's answers: file types, languages, metadata; and what is not."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.repo_context.file_types import MAX_TYPES, file_type_of, file_types_of
from shared.repo_context.metadata import public_metadata, public_of
from shared.repo_context.outcomes import FailedPart, Part, languages_part, tree_part
from shared.secrets import masked

PUBLIC = {"name": "flask", "private": False, "visibility": "public", "owner": {"login": "Pallets"}}
TOKEN = "ghp_" + "x" * 36


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("src/a.py", ".py"),
        ("A.PY", ".py"),
        ("a.tar.gz", ".gz"),
        ("docker/Dockerfile", "Dockerfile"),
        (".gitignore", None),
        ("src/.env", None),
        ("a.b/c", "c"),
        ("x.c++", ".c++"),
        ("a.", None),
        ("a.very-long-extension-indeed-it-is", None),
        ("__init__", None),
        ("a.__class__", None),
        ("a.é", None),
        ("", None),
    ],
)
def test_the_type_of_a_file(path, kind):
    assert file_type_of(path) == kind


def test_types_are_counted_most_frequent_first():
    assert list(file_types_of(["b.js", "a.py", "c.py", "Makefile"]).items()) == [
        (".py", 2),
        (".js", 1),
        ("Makefile", 1),
    ]


def test_only_so_many_types_are_told():
    assert len(file_types_of(f"a.x{number}" for number in range(1000))) == MAX_TYPES


@given(st.lists(st.text()))
def test_no_type_can_be_taken_for_a_class_by_the_durable_sdk(paths):
    assert not any(kind.startswith("_") for kind in file_types_of([*paths, "__class__", "a.__data__"]))


@given(
    st.recursive(st.none() | st.integers() | st.text(), lambda each: st.lists(each) | st.dictionaries(st.text(), each))
)
def test_any_answer_is_read_or_has_a_reason(document):
    for read in (languages_part, tree_part):
        assert isinstance(read(document), Part | FailedPart)
    public_of(document, "pallets")


def test_languages_are_bytes_by_name_and_nothing_else():
    part = languages_part({"Go": 10, "Python": 20, "url": "https://x", "Bad": -1, "Worse": True, "__class__": 5})
    assert part == Part({"Python": 20, "Go": 10})


def test_a_tree_is_counted_without_folders_and_submodules():
    entries = [{"path": "a", "type": "tree"}, {"path": "a/x.py", "type": "blob"}, {"path": "sub", "type": "commit"}]
    assert tree_part({"tree": entries, "truncated": False}) == Part({".py": 1})


def test_a_tree_that_was_cut_off_says_so():
    part = tree_part({"tree": [{"path": "x.py", "type": "blob"}], "truncated": True})
    assert isinstance(part, Part)
    assert "first 1 files only" in (part.note or "")


def test_a_tree_that_lost_its_recursion_in_a_redirection_is_not_taken_for_the_whole():
    part = tree_part({"tree": [{"path": "src", "type": "tree"}, {"path": "x.py", "type": "blob"}]})
    assert isinstance(part, FailedPart)


@pytest.mark.parametrize(
    "fields",
    [
        {"private": True},
        {"visibility": "private"},
        {"visibility": "internal"},
        {"private": None},
        {"private": "false"},
        {"name": "../x"},
        {"name": None},
    ],
)
def test_what_does_not_say_that_it_is_public_is_left_out(fields):
    assert public_metadata(PUBLIC | fields) is None


def test_an_entry_without_privacy_is_left_out():
    assert public_metadata({"name": "flask"}) is None


def test_repositories_of_others_are_left_out():
    entries = [PUBLIC, PUBLIC | {"name": "fork", "owner": {"login": "somebody"}}]
    assert [each["name"] for each in public_of(entries, "pallets")] == ["flask"]


def test_metadata_of_the_wrong_type_counts_as_missing():
    metadata = public_metadata(PUBLIC | {"description": 5, "topics": "x", "stargazers_count": "many", "license": []})
    assert metadata is not None
    wrong = [metadata[field] for field in ("description", "topics", "stargazers_count", "license")]
    assert wrong == [None, [], None, None]


def test_long_texts_are_cut_and_secrets_masked():
    metadata = public_metadata(PUBLIC | {"description": f"{TOKEN} " + "x" * 5000, "topics": ["t"] * 500})
    assert len(json.dumps(metadata)) < 2500
    assert TOKEN not in json.dumps(metadata)


@pytest.mark.parametrize(
    "secret",
    [
        TOKEN,
        "gho_" + "A1" * 18,
        "ghs_" + "b" * 36,
        "github_pat_" + "c" * 60,
        "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIxIn0abc.c2lnbmF0dXJlMTIz",
        "-----BEGIN RSA PRIVATE KEY-----\\nMIIE\\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----",
    ],
)
def test_what_looks_like_a_secret_of_github_is_masked_wherever_it_stands(secret):
    assert masked(f"before {secret} after") == "before *** after"


def test_a_known_secret_of_any_form_is_masked():
    assert masked("Bad credentials: s3cret-of-ours", ("s3cret-of-ours",)) == "Bad credentials: ***"


def test_ordinary_words_stay():
    text = "ghost ghp_short eyJust a text -----BEGIN CERTIFICATE-----"
    assert masked(text, ("",)) == text
