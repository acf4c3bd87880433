"""The default embedding model by itself."""

import numpy as np
import pytest

from local.openai.models.static import FILE, StaticModel, read_words

LARGEST_BYTES = 25_000_000
HOSTILE = [
    " ",
    "\n",
    "\t\t",
    "\x00",
    "\ufeff",
    "☂",
    "0",
    "{}",
    "👩‍👩‍👧‍👦" * 500,
    "漢字かな交じり文",
    "\U00020000" * 300,
    "தமிழ்",
    "_" * 5000,
    "A" * 50_000,
    "a" * 50_000,
    "aA" * 20_000,
    "1a" * 20_000,
]


@pytest.fixture(scope="module")
def model() -> StaticModel:
    return StaticModel.load()


def cosine(model: StaticModel, left: str, right: str, dimensions: int = 1536) -> float:
    one, other = model.embed([left, right], dimensions)
    return float(one @ other)


def test_same_text_has_the_same_bits_alone_and_among_others(model: StaticModel) -> None:
    texts = ["def push(heap, item): ...", "x" * 5000, "naïve ☂ 𝄞"]
    together = model.embed(texts, 512)
    for row, text in enumerate(texts):
        assert np.array_equal(together[row], model.embed([text], 512)[0])


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:4]))
def test_any_text_that_is_not_empty_has_a_finite_unit_vector(model: StaticModel, text: str) -> None:
    (vector,) = model.embed([text], 1536)
    assert float(np.linalg.norm(vector)) == pytest.approx(1, abs=1e-6)


def test_a_text_of_nothing_is_zero_and_no_text_no_vector(model: StaticModel) -> None:
    assert not model.embed([""], 1536).any()
    assert model.embed([], 1536).shape == (0, 1536)


@pytest.mark.parametrize("dimensions", [1, 64, 256, 511, 512, 1536, 3072])
def test_vectors_have_the_dimensions_asked_for_and_length_one(model: StaticModel, dimensions: int) -> None:
    vectors = model.embed(["sort a list in place", "☂"], dimensions)
    assert vectors.shape == (2, dimensions)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-6)


def test_cut_vector_points_where_the_leading_dimensions_point(model: StaticModel) -> None:
    whole, cut = model.embed(["sort a list in place"], 512)[0], model.embed(["sort a list in place"], 64)[0]
    assert cut == pytest.approx(whole[:64] / np.linalg.norm(whole[:64]), abs=1e-6)


def test_added_dimensions_are_zero(model: StaticModel) -> None:
    padded = model.embed(["sort a list in place"], 600)[0]
    assert padded[:512] == pytest.approx(model.embed(["sort a list in place"], 512)[0], abs=1e-7)
    assert not padded[512:].any()


@pytest.mark.parametrize("dimensions", [128, 256, 1536])
@pytest.mark.parametrize(
    ("question", "near", "far"),
    [
        ("copy a directory with all its files", "def copytree(src, dst): ...", "variance of a sample"),
        ("wait a little longer before each attempt", "retry with exponential backoff", "parse a csv file"),
        ("abort a request", "cancelRequest(reason)", "read_csv_rows(path)"),
        ("secret word of a user", "password = getpass.getpass()", "for row in matrix: sum(row)"),
    ],
)
def test_meaning_orders_the_similarities(
    model: StaticModel, question: str, near: str, far: str, dimensions: int
) -> None:
    assert cosine(model, question, near, dimensions) > cosine(model, question, far, dimensions)


@pytest.mark.parametrize("name", ["parseHttpDate", "parse_http_date", "ParseHTTPDate", "PARSE_HTTP_DATE"])
def test_ways_to_write_a_name_are_near_each_other(model: StaticModel, name: str) -> None:
    assert cosine(model, name, "parse http date") > 0.6


def test_a_rare_word_weighs_more_than_frequent_ones(model: StaticModel) -> None:
    text = "return the function of heapq"
    assert cosine(model, text, "heapq") > cosine(model, text, "return the function of")


def test_the_committed_file_is_whole_and_small() -> None:
    words = read_words()
    assert FILE.stat().st_size <= LARGEST_BYTES
    assert words.vectors.shape == (len(words.vocabulary), 256) == (30_522, 256)
    assert words.llama_weights.shape == (32_000,)
    assert np.isfinite(words.vectors).all()
    assert ((words.llama_weights > 0) & (words.llama_weights <= 1)).all()


def test_what_is_no_word_has_no_vector_and_every_word_has() -> None:
    words = read_words()
    silent = {piece for piece, vector in zip(words.vocabulary, words.vectors, strict=True) if not vector.any()}
    assert {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[unused0]"} <= silent
    assert all(piece.startswith("[") and piece.endswith("]") for piece in silent)


def test_a_file_of_another_format_is_refused(tmp_path) -> None:
    np.savez(tmp_path / "words.npz", format=np.array(0))
    with pytest.raises(ValueError, match="is of format 0, expected 1"):
        read_words(tmp_path / "words.npz")
