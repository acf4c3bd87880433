"""Chunks: nothing is lost, lines are right, sizes are bounded, and an edit changes few of them."""

import random
import sysconfig
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.chunking import Chunk, chunk
from shared.chunking.header import header

STDLIB = Path(sysconfig.get_path("stdlib"))
MODES = ["chars", "lines", "code"]
NAMES = ["a.py", "a.js", "a.tsx", "a.rs", "a.cs", "a.rb", "a.md", "a.ipynb", "a.unknown", ""]
TEXTS = st.text(alphabet=st.sampled_from("ab(){}<>[]\"'#:;=` \n\r\t\ufeff\x00\x0c\u2028\ud800é😀"), max_size=3000)
SOURCES = st.lists(
    st.sampled_from(
        [
            "def f():\n",
            "    return 1\n",
            "class A:\n",
            "}\n",
            "function f() {\n",
            "# Title\n",
            "```\n",
            "{\n",
            '"cell_type":\n',
        ]
    ),
    max_size=200,
).map("".join)


def texts_of(chunks: list[Chunk]) -> list[str]:
    return [piece.text for piece in chunks]


def test_chars_mode_is_exactly_the_slices_of_the_spec():
    text = "".join(chr(97 + i % 26) for i in range(2000)) + "é😀" * 7
    assert texts_of(chunk(text, 800, "chars")) == [text[i : i + 800] for i in range(0, len(text), 800)]


@pytest.mark.parametrize("mode", MODES)
@given(text=TEXTS | SOURCES, size=st.sampled_from([1, 7, 256]), name=st.sampled_from(NAMES))
def test_chunks_joined_are_the_text(mode, text, size, name):
    chunks = chunk(text, size, mode, name)
    assert "".join(texts_of(chunks)) == text
    assert all(piece.text for piece in chunks)


@pytest.mark.parametrize("mode", MODES)
@given(text=TEXTS | SOURCES, name=st.sampled_from(NAMES))
def test_lines_are_those_that_an_editor_counts(mode, text, name):
    position = 0
    for piece in chunk(text, 256, mode, name):
        last = position + len(piece.text) - 1
        assert piece.start_line == text.count("\n", 0, position) + 1
        assert piece.end_line == text.count("\n", 0, last) + 1
        assert piece.mid_line == (position > 0 and text[position - 1] != "\n")
        position = last + 1


@pytest.mark.parametrize("mode", ["lines", "code"])
@given(text=TEXTS | SOURCES, name=st.sampled_from(NAMES))
def test_only_a_line_that_is_too_long_is_cut_inside(mode, text, name):
    chunks = chunk(text, 64, mode, name)
    lines = text.split("\n")
    assert all(len(piece.text) <= 112 for piece in chunks)
    assert all(len(lines[piece.start_line - 1]) >= 112 for piece in chunks if piece.mid_line)


def test_lines_are_cut_between_the_minimum_and_the_maximum():
    chance = random.Random(20260101)
    lengths = [len(piece.text) for piece in chunk("".join(source_code(chance, 3000)), 800, "lines")]
    assert min(lengths) >= 400
    assert max(lengths) <= 1400


@pytest.mark.parametrize("mode", ["lines", "code"])
def test_chunks_average_the_size_asked_for(mode):
    size = 500
    lengths = [
        len(piece.text)
        for path in sorted(STDLIB.glob("*.py"))[:60]
        for piece in chunk(read(path), size, mode, path.name)
    ]
    assert 0.8 * size <= sum(lengths) / len(lengths) <= 1.2 * size


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def source_code(chance: random.Random, lines: int) -> list[str]:
    """Lines as code has them: indented, of many lengths, some repeated, some blank; the same for the same seed."""
    words = ["".join(chance.choices("abcdefghij_", k=chance.randrange(2, 12))) for _ in range(400)]
    usual = ["\n", "    }\n", "        return None\n", "    def run(self):\n"]

    def line() -> str:
        if chance.random() < 0.25:
            return chance.choice(usual)
        return " " * chance.randrange(0, 12, 4) + " ".join(chance.choices(words, k=chance.randrange(1, 12))) + "\n"

    return [line() for _ in range(lines)]


def embedded(chunks: list[Chunk], name: str) -> Counter[str]:
    return Counter(f"{header(name, piece.scope, piece.defines)}\n{piece.text}" for piece in chunks)


@pytest.mark.parametrize(("mode", "size"), [("lines", 800), ("code", 500)])
def test_of_80_files_an_inserted_line_changes_at_most_a_tenth_of_the_chunks(mode, size):
    chance = random.Random(20260101)
    files = [path for path in sorted(STDLIB.glob("*.py")) if path.stat().st_size > 3000][:80]
    assert len(files) == 80
    changed = total = 0
    for path in files:
        lines = read(path).splitlines(keepends=True)
        at = chance.randrange(len(lines))
        indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())].strip("\n")
        after = chunk("".join([*lines[:at], f"{indent}inserted({at})\n", *lines[at:]]), size, mode, path.name)
        new = embedded(after, path.name) - embedded(chunk("".join(lines), size, mode, path.name), path.name)
        changed, total = changed + new.total(), total + len(after)
    assert total > 1000
    assert changed <= 0.1 * total


@pytest.mark.parametrize("size", [256, 800])
def test_an_insertion_changes_few_chunks_of_lines(size):
    chance = random.Random(20260101)
    lines = source_code(chance, 1500)
    before = Counter(texts_of(chunk("".join(lines), size, "lines")))
    changes: list[int] = []
    for at in range(0, len(lines), 5):
        inserted = chance.choice([*lines, f"    x = {chance.randrange(10**6)}\n"])
        after = Counter(texts_of(chunk("".join([*lines[:at], inserted, *lines[at:]]), size, "lines")))
        changes.append((after - before).total())
    assert before.total() > 50
    assert sum(changes) / len(changes) <= 2
    assert max(changes) <= 0.2 * before.total()


def test_slices_all_change_behind_an_insertion():
    text = read(STDLIB / "textwrap.py")
    before = Counter(texts_of(chunk(text, 800, "chars")))
    after = Counter(texts_of(chunk("#\n" + text, 800, "chars")))
    assert (before - after).total() == before.total()


@pytest.mark.parametrize("mode", MODES)
def test_an_empty_text_has_no_chunks(mode):
    assert chunk("", 800, mode, "a.py") == []
