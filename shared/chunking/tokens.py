"""How many tokens a text has at most: pieces are held to what an embedding model reads, and a run is priced before.

The tokenizer is cl100k_base, a byte pair encoding. Three of its properties bound a count without its vocabulary, which
no deployed package carries: no token is shorter than a byte; neighbours that are a token together do not stay apart, so
that of letters whose pairs are tokens at most two in three end a token; and up to three digits are one token. A count
of what is installed here or there would also make the same text fall into other pieces on another machine.
"""

import re
from collections.abc import Iterator

from shared.chunking.header import LONGEST
from shared.chunking.seams import last_seam

# The models take 8,191; the rest is for what is added around an input.
MAX_TOKENS = 8000
_MOST_PER_CODE_POINT = 4
_PER_TOKEN = 3
_HEADER_TOKENS = _MOST_PER_CODE_POINT * LONGEST + 1

_LOWER, _DIGIT = b"abcdefghijklmnopqrstuvwxyz", b"0123456789"
# Pairs of lower-case letters that are no token.
_APART = re.compile(
    rb"[bklntouvw](?=q)|f(?=[jz])|g(?=[jkq])|h(?=j)|j(?=[gvwxyz])|k(?=[xz])|[mv](?=z)|q(?=[fgjkoyz])|[rt](?=j)|w(?=[vz])"
    rb"|x(?=[ghjkquvw])|y(?=[fjqv])|z(?=[gjqrv])"
)
_LETTERS, _DIGITS, _SPACES = re.compile(rb"[a-z]+"), re.compile(rb"[0-9]+"), re.compile(rb"  +")
# Of three bytes a character, two of which are a token in every one of them: most scripts of India, Thai, Tibetan,
# Khmer, kana, punctuation and symbols.
_TWO_TOKENS = re.compile(
    "[\u0900-\u0aff\u0b80-\u0e7f\u0f00-\u0f7f\u1780-\u17ff\u2000-\u207f\u2100-\u217f\u2200-\u227f\u2500-\u267f"
    "\u2700-\u27ff\u3000-\u30ff]+"
)


def estimate_tokens(text: str) -> int:
    """Return at least as many tokens as the model counts in ``text``.

    Rare characters have as many, code about a third.
    """
    if text.isascii():
        return _in_ascii(text.encode())
    others = len(text.encode("utf-8", "surrogatepass")) - len(text)
    plain = text.encode("ascii", "replace")
    spared = sum(len(found[0]) for found in _TWO_TOKENS.finditer(text))
    return _in_ascii(plain) + others - spared


def likely_tokens(text: str) -> int:
    """Return about as many tokens as the model counts in ordinary text, rather more: what a price is reckoned with.

    ASCII has a token every three code points or more (code 3.4, English 4.5); for the rest it is ``estimate_tokens``.
    """
    plain = "".join(filter(str.isascii, text))
    rare = 0 if len(plain) == len(text) else estimate_tokens(text) - estimate_tokens(plain)
    return rare + -(-len(plain) // _PER_TOKEN)


def within_tokens(pieces: Iterator[str], *, headed: bool) -> Iterator[str]:
    """Yield ``pieces``, those of too many tokens for the model cut again. ``headed``: they are read below a header."""
    most = MAX_TOKENS - _HEADER_TOKENS if headed else MAX_TOKENS
    for piece in pieces:
        waiting = [piece]
        while waiting:
            part = waiting.pop()
            if _MOST_PER_CODE_POINT * len(part) <= most or estimate_tokens(part) <= most:
                yield part
            else:
                middle = _middle(part)
                waiting += [part[middle:], part[:middle]]


def _middle(text: str) -> int:
    """Return where to cut ``text`` in two: at the last line end in its second quarter, else inside a line."""
    half = len(text) // 2
    line_end = text.rfind("\n", len(text) // 4, half) + 1
    return line_end or last_seam(text, 0, half)


def _in_ascii(text: bytes) -> int:
    letters = len(text) - len(text.translate(None, _LOWER))
    words = sum(1 for _ in _LETTERS.finditer(text)) + sum(1 for _ in _APART.finditer(text))
    digits = len(text) - len(text.translate(None, _DIGIT))
    numbers = sum(1 for _ in _DIGITS.finditer(text))
    wide = sum(len(found[0]) for found in _SPACES.finditer(text))
    gaps = sum(1 for _ in _SPACES.finditer(text))
    # (2n + 1) / 3 tokens at most for n letters, (n + 2) / 3 for n digits; two and a few for blanks in a row, of which
    # the last may go with what follows.
    return (
        (len(text) - letters - digits - wide)
        + min(letters, (2 * letters + words + 2) // 3)
        + min(digits, (digits + 2 * numbers + 2) // 3)
        + min(wide, 2 * gaps + wide // 8)
    )
