"""How the static vectors are made; what the committed file holds is in tests/unit/local/openai/models."""

from pathlib import Path

import numpy as np
import pytest

from data.build_embedding import COMMON, DIMENSIONS, components, corpus, counts, quantise, weights
from local.openai.models.word_pieces import tokenizer_of


def test_tokens_are_counted_over_all_texts() -> None:
    tokenizer = tokenizer_of(["[UNK]", "open", "file", "##s"])
    assert counts(tokenizer, ["open files", "file", "xyz"], 4).tolist() == [1, 1, 2, 1]


def test_a_token_as_common_as_the_constant_weighs_half() -> None:
    (half, rare) = weights([np.array([1, 1_000_000])])[::-1].tolist()[::-1][:2][::-1]
    assert rare == pytest.approx(1, abs=2e-3)
    assert half == pytest.approx(COMMON / (1 + COMMON), abs=1e-6)


def test_corpora_are_of_equal_weight_whatever_their_size() -> None:
    small, large = np.array([9, 0]), np.array([0, 9_999])
    one, other = weights([small, large]).tolist()
    assert one == pytest.approx(other, rel=0.2)


def test_components_are_centred_and_evened_out() -> None:
    spread = np.random.default_rng(1).standard_normal((2000, 300)) * np.linspace(10, 1, 300) + 5
    words = np.ones(2000, dtype=bool)
    found = components(spread.astype(np.float32), words)
    deviations = found.std(axis=0)
    assert found.shape == (2000, DIMENSIONS)
    assert found.mean(axis=0) == pytest.approx(np.zeros(DIMENSIONS), abs=1e-3)
    before = np.linalg.svd(spread - spread.mean(axis=0), compute_uv=False)
    assert deviations[0] / deviations[200] == pytest.approx((before[0] / before[200]) ** 0.75, rel=1e-3)


def test_what_is_no_word_does_not_move_the_components() -> None:
    vectors = np.random.default_rng(2).standard_normal((400, 300)).astype(np.float32)
    words = np.arange(400) < 399
    moved = vectors.copy()
    moved[399] += 1000
    assert components(moved, words)[:399] == pytest.approx(components(vectors, words)[:399], abs=1e-5)


def test_quantised_rows_come_back_within_half_a_step() -> None:
    vectors = np.random.default_rng(3).standard_normal((50, 8)).astype(np.float32)
    vectors[7] = 0
    rows, scales = quantise(vectors)
    assert np.abs(rows * scales[:, None] - vectors).max() <= scales.max() / 2 + 1e-6
    assert not rows[7].any()


def test_the_corpus_is_the_beginnings_of_source_files_in_order(tmp_path: Path) -> None:
    for name, text in {
        "b.js": "b" * 30_000,
        "a.py": "a",
        "c.min.js": "c",
        "d.png": "d",
        "site-packages/e.py": "e",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "folder.js").mkdir()
    assert list(corpus(tmp_path)) == ["a", "b" * 20_000]
