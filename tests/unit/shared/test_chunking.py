"""Chunks: the spec's slices, and lines cut where their content says."""

import random
import sysconfig
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.chunking import chunk

STDLIB = Path(sysconfig.get_path("stdlib"))
TEXTS = st.text(alphabet=st.sampled_from("ab }\n\r\t\u2028é😀"), max_size=4000)


def test_chars_mode_is_exactly_the_slices_of_the_spec():
    text = "".join(chr(97 + i % 26) for i in range(2000)) + "é😀" * 7
    assert [c.text for c in chunk(text, 800, "chars")] == [text[i : i + 800] for i in range(0, len(text), 800)]


@pytest.mark.parametrize("mode", ["chars", "lines"])
@given(text=TEXTS)
def test_chunks_joined_are_the_text(mode, text):
    chunks = chunk(text, 256, mode)
    assert "".join(c.text for c in chunks) == text
    assert all(c.text for c in chunks)


@pytest.mark.parametrize("mode", ["chars", "lines"])
@given(text=TEXTS)
def test_lines_are_those_that_an_editor_counts(mode, text):
    position = 0
    for piece in chunk(text, 256, mode):
        last = position + len(piece.text) - 1
        assert piece.start_line == text.count("\n", 0, position) + 1
        assert piece.end_line == text.count("\n", 0, last) + 1
        position = last + 1


@given(text=TEXTS)
def test_no_chunk_of_lines_exceeds_its_limit(text):
    assert all(len(c.text) <= 8 * 256 for c in chunk(text, 256, "lines"))


def source_code(chance, lines):
    """Lines as code has them: indented, of many lengths, some repeated, some blank; the same for the same seed."""
    words = ["".join(chance.choices("abcdefghij_", k=chance.randrange(2, 12))) for _ in range(400)]
    usual = ["\n", "    }\n", "        return None\n", "    def run(self):\n"]

    def line():
        if chance.random() < 0.25:
            return chance.choice(usual)
        return " " * chance.randrange(0, 12, 4) + " ".join(chance.choices(words, k=chance.randrange(1, 12))) + "\n"

    return [line() for _ in range(lines)]


@pytest.mark.parametrize("size", [256, 800])
def test_an_insertion_changes_at_most_two_chunks(size):
    chance = random.Random(20260101)
    lines = source_code(chance, 1500)
    before = Counter(c.text for c in chunk("".join(lines), size, "lines"))
    assert len(before) > 50
    for at in range(0, len(lines), 2):
        inserted = chance.choice([*lines, f"    x = {chance.randrange(10**6)}\n"])
        after = Counter(c.text for c in chunk("".join([*lines[:at], inserted, *lines[at:]]), size, "lines"))
        assert sum((before - after).values()) <= 2


def test_slices_all_change_behind_an_insertion():
    text = (STDLIB / "textwrap.py").read_text()
    before = Counter(c.text for c in chunk(text, 800, "chars"))
    after = Counter(c.text for c in chunk("#\n" + text, 800, "chars"))
    assert sum((before - after).values()) == len(list(before.elements()))


def test_repeated_lines_stay_reusable():
    before = {c.text for c in chunk("same line\n" * 5000, 800, "lines")}
    after = [c.text for c in chunk("same line\n" * 2000 + "new line\n" + "same line\n" * 3000, 800, "lines")]
    assert sum(text not in before for text in after) <= 2


def test_chunks_of_code_average_the_size_asked_for():
    lengths = [len(c.text) for p in sorted(STDLIB.glob("*.py"))[:60] for c in chunk(p.read_text(), 800, "lines")]
    assert 600 <= sum(lengths) / len(lengths) <= 1000


def test_an_empty_text_has_no_chunks():
    assert chunk("", 800, "chars") == chunk("", 800, "lines") == []
