"""How identifiers become words."""

import pytest

from local.openai.models.static import read_words
from local.openai.models.word_pieces import encode, split_identifiers, tokenizer_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("parseHttpDate", "parse Http Date"),
        ("HTTPServer2", "HTTP Server 2"),
        ("max_retry_count", "max retry count"),
        ("__init__(self)", "init self"),
        ("utf8_decode", "utf 8 decode"),
        ("Schlüsselwörter prüfen", "Schlüsselwörter prüfen"),
        ("文字列をBase64に", "文字列を Base 64 に"),
        ("+-*/ {}", ""),
    ],
)
def test_identifiers_are_split_where_a_reader_would(text: str, words: str) -> None:
    assert split_identifiers(text) == words


@pytest.mark.parametrize(
    "text", ["A" * 200_000, "Aa" * 100_000, "a" * 200_000 + "A", "_" * 200_000, "A" * 200_000 + "a"]
)
def test_no_letter_is_lost(text: str) -> None:
    assert split_identifiers(text).replace(" ", "") == text.replace("_", "")


def test_names_of_special_tokens_are_text() -> None:
    tokenizer = tokenizer_of(read_words().vocabulary)
    (encoding,) = encode(tokenizer, ["[SEP] Über"])
    assert [tokenizer.id_to_token(number) for number in encoding.ids] == ["[", "sep", "]", "uber"]
