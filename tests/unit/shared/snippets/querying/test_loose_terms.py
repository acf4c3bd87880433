"""Words of a question are found in chunks, with other endings too."""

import pytest

from shared.snippets.querying.chunk_rows import ChunkRow
from shared.snippets.querying.loose_terms import held, stem


@pytest.mark.parametrize(
    ("term", "expected"),
    [("parsing", "pars"), ("parsed", "pars"), ("boxes", "boxe"), ("files", "file"), ("bus", "bus"), ("ing", "ing")],
)
def test_an_ending_goes_where_four_characters_remain(term: str, expected: str):
    assert stem(term) == expected


@pytest.mark.parametrize(
    ("text", "term", "expected"),
    [
        ("ParserTables", "table", True),
        ("a table", "tables", True),
        ("curl", "url", True),
        ("cost", "os", False),
        ("import os\n", "os", True),
        ("isOs", "os", True),
        ("OS_NAME", "os", True),
        ("Oslo", "os", False),
        ("中文", "中", True),
        ("中 文", "中", True),
        ("", "x", False),
    ],
)
def test_a_chunk_holds_a_word(text: str, term: str, expected: bool):
    row = ChunkRow("p", "N", "1", 0, 1, 1, text)
    assert (term in held([row], [term])[row.key]) is expected


def test_path_and_symbols_count():
    row = ChunkRow("p", "src/tables.py", "1", 0, 1, 1, "x", scope=("Parser",), defines=("run",))
    assert held([row], ["table", "parser", "run", "walk"])[row.key] == {"table", "parser", "run"}
