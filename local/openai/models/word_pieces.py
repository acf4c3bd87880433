"""Word pieces of code: identifiers split into words, words into pieces of BERT's vocabulary."""

import re
from collections.abc import Iterable, Sequence

from tokenizers import Encoding, Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

UNKNOWN = "[UNK]"
# Where a part of an identifier begins: parse|Http|Date, HTTP|Server, utf|8. Every alternative eats what it looks at.
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+")


def split_identifiers(text: str) -> str:
    """Return the words of ``text`` with a blank between; ``tempfile_maxSize2`` has four. Punctuation is left out."""
    return " ".join(_PART.findall(text))


def tokenizer_of(vocabulary: Iterable[str]) -> Tokenizer:
    """Return the tokenizer of BERT's uncased models. No text stands for a special token, whatever brackets it has."""
    ids = {piece: number for number, piece in enumerate(vocabulary)}
    # Longer words are data, and pieces are sought in a word's length squared.
    tokenizer = Tokenizer(WordPiece(ids, unk_token=UNKNOWN, max_input_chars_per_word=100))
    tokenizer.normalizer = BertNormalizer(clean_text=True, handle_chinese_chars=True, lowercase=True)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    return tokenizer


def encode(tokenizer: Tokenizer, texts: Sequence[str]) -> list[Encoding]:
    """Return the pieces of every text."""
    return tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
