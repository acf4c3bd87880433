"""The corpus of the test: which files, what is missing, and which of them are edited."""

import pytest

from bench.retrieval.corpus import LONGEST, Corpus, listed, read_corpus, spread
from bench.retrieval.edits import SHORTEST, to_edit, with_line_inserted
from bench.retrieval.options import read_options


def test_no_file_is_listed_twice_and_there_are_enough() -> None:
    names = [name for names in listed().values() for name in names]

    assert len(names) == len(set(names))
    assert len(names) >= 300
    assert all(name.startswith(("python/", "npm/")) for name in names)


def test_files_that_cannot_be_part_of_the_test_are_missing(tmp_path) -> None:
    (tmp_path / "good.py").write_bytes(b"x = 1\r\n")
    (tmp_path / "latin.py").write_bytes(b"\xe4")
    (tmp_path / "empty.py").write_bytes(b" \n")
    (tmp_path / "long.py").write_bytes(b"x" * (LONGEST + 1))
    names = [f"python/{name}.py" for name in ("good", "absent", "latin", "empty", "long")]

    corpus = read_corpus(names, {"python": tmp_path})

    assert corpus.texts == {"python/good.py": "x = 1\r\n"}
    assert corpus.missing == tuple(names[1:])


def test_a_digest_tells_changed_files_of_its_source_only() -> None:
    one = Corpus({"python/a.py": "a", "npm/b.js": "b"})
    other = Corpus({"npm/b.js": "c", "python/a.py": "a"})

    assert one.digest("python") == other.digest("python")
    assert one.digest("npm") != other.digest("npm")


def test_a_part_comes_from_all_over_the_corpus() -> None:
    corpus = Corpus({f"npm/{letter}": letter for letter in "abcdef"}, ("npm/z",))

    assert corpus.part(3) == Corpus({"npm/a": "a", "npm/c": "c", "npm/e": "e"}, ("npm/z",))
    assert spread(["a", "b"], 5) == ["a", "b"]


def test_short_files_are_not_edited() -> None:
    texts = {"short": "x" * (SHORTEST - 1), "long": "x" * SHORTEST}

    assert to_edit(texts) == ["long"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\nb\n", "a\n    edited_by_the_bench = True\nb\n"),
        ("a\r\nb\r\n", "a\r\n    edited_by_the_bench = True\r\nb\r\n"),
        ("a\nb\nc\nd", "a\nb\n    edited_by_the_bench = True\nc\nd"),
    ],
)
def test_the_edit_is_one_line_in_the_middle(text, expected) -> None:
    assert with_line_inserted(text) == expected


def test_options_come_from_the_environment() -> None:
    options = read_options({"CHUNK_MODE": "code", "LOCAL_EMBEDDING": "", "BENCH_FILES": "60", "PATH": "/bin"})

    assert options.settings == {"CHUNK_MODE": "code"}
    assert options.files == 60
    assert read_options({}).files is None


@pytest.mark.parametrize("wanted", ["0", "-3", "all", "\uff11\uff12"])
def test_an_impossible_number_of_files_is_refused(wanted) -> None:
    with pytest.raises(ValueError, match="BENCH_FILES must be a positive integer"):
        read_options({"BENCH_FILES": wanted})
