"""Tokens as the service counts them."""

import pytest

from local.openai.models.cl100k import LONGEST_TOKEN, SIZE, count, decode, first_tokens, load


# From the documentation of text-embedding-3 and of tiktoken.
@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("hello world", [15339, 1917]),
        ("tiktoken is great!", [83, 1609, 5963, 374, 2294, 0]),
        ("antidisestablishmentarianism", [519, 85342, 34500, 479, 8997, 2191]),
        ("2 + 2 = 4", [17, 489, 220, 17, 284, 220, 19]),
        ("お誕生日おめでとう", [33334, 45918, 243, 21990, 9080, 33334, 62004, 16556, 78699]),
    ],
)
def test_ids_are_those_of_the_published_examples(text: str, ids: list[int]) -> None:
    assert load().encode_ordinary(text) == ids
    assert count([text]) == [len(ids)]
    assert decode(ids) == text


def test_names_of_special_tokens_are_text() -> None:
    (found,) = count(["<|endoftext|>"])
    assert found > 1


def test_no_token_is_longer_or_larger_than_said() -> None:
    tokens = load().token_byte_values()
    assert max(len(token.decode(errors="replace")) for token in tokens) == LONGEST_TOKEN
    assert len(tokens) == SIZE


@pytest.mark.parametrize("text", ["a", " ", "=", "\n", "1", "é", "\u0301", "😀"])
def test_a_million_of_one_character_are_counted(text: str) -> None:
    (found,) = count([text * 1_000_000])
    assert found * LONGEST_TOKEN >= 1_000_000


@pytest.mark.parametrize("tokens", [0, 1, 3, 8])
def test_the_first_tokens_of_a_text_are_its_beginning(tokens: int) -> None:
    text = '{"scores": [{"id": "naive", "score": 9.5}]}'
    first = first_tokens(text, tokens)
    assert text.startswith(first)
    assert count([first]) == [tokens]


def test_a_character_that_the_first_tokens_cut_is_left_out() -> None:
    assert count(["🧠"]) == [3]
    assert first_tokens("ab🧠", 2) == "ab"


def test_a_text_of_fewer_tokens_is_left_whole() -> None:
    assert first_tokens("a short text", 100) == "a short text"
