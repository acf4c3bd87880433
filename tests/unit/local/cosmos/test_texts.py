"""The words in memory: every reader finds those of its own view, in its own partition."""

from typing import Any

import pytest

from local.cosmos.store.memory_index import GONE
from local.cosmos.store.texts import TextIndex


def found(index: TextIndex, lsn: int, word: str, key: str | None = "p") -> dict[int, int]:
    """How often ``word`` occurs in which item."""
    parts = index.view(lsn, key, [word])
    return {
        int(part.seqs[row]): int(count)
        for part in parts
        for row, count in zip(part.words[word].rows, part.words[word].counts, strict=True)
    }


def counted(index: TextIndex, lsn: int, key: str | None = None) -> tuple[int, int]:
    parts = index.view(lsn, key, [])
    return sum(part.items for part in parts), sum(part.total_words for part in parts)


def test_view_has_the_words_of_its_write():
    index = TextIndex()
    index.apply([(1, "p", 1, "red car red"), (2, "q", 2, "red")])
    index.apply([(1, "p", 3, "blue car"), (2, "q", 4, GONE)])
    assert [found(index, lsn, "red") for lsn in (0, 1, 2, 3)] == [{}, {1: 2}, {1: 2}, {}]
    assert [found(index, lsn, "red", None) for lsn in (2, 3, 4)] == [{1: 2, 2: 1}, {2: 1}, {}]
    assert found(index, 3, "blue") == {1: 1}
    assert found(index, 3, "car") == {1: 1}
    assert found(index, 4, "unknown") == {}
    assert found(index, 4, "car", "unknown") == {}


def test_items_without_a_text_count_as_items():
    index = TextIndex()
    index.apply([(1, "p", 1, "one two"), (2, "p", 2, None), (3, "p", 3, 7), (4, "p", 4, ""), (5, "q", 5, "three")])
    assert counted(index, 5, "p") == (4, 2)
    assert counted(index, 5) == (5, 3)
    (part,) = index.view(5, "p", [])
    assert part.with_text.tolist() == [True, False, False, True]


def test_partitions_are_chosen_by_key():
    index = TextIndex()
    index.apply([(seq, f"p{seq}", seq, "word") for seq in range(1, 5)])
    chosen = index.view(4, lambda key: key in ("p2", "p3"), ["word"])
    assert sorted(part.key for part in chosen) == ["p2", "p3"]


def test_an_item_deleted_twice_or_never_there_changes_nothing():
    index = TextIndex()
    index.apply([(1, "p", 1, GONE), (2, "p", 2, "word")])
    index.apply([(2, "p", 3, GONE)])
    assert (found(index, 2, "word"), found(index, 3, "word")) == ({2: 1}, {})
    index.apply([(2, "p", 4, GONE)])
    assert counted(index, 4) == (0, 0)


@pytest.mark.parametrize("reading", [False, True])
def test_dead_rows_are_dropped_unless_somebody_is_choosing_a_view(reading: bool):
    index = TextIndex()
    index.apply([(2, "p", 1, "kept kept word")])
    if reading:
        index.enter()
    for lsn in range(2, 3001):
        index.apply([(1, "p", lsn, f"word w{lsn}")])
    (part,) = index.view(3000, "p", ["word"])
    assert (len(part.seqs) > 2000) is reading
    assert found(index, 3000, "word") == {1: 1, 2: 1}
    assert found(index, 3000, "kept") == {2: 2}
    assert (found(index, 3000, "w3000"), found(index, 3000, "w2999")) == ({1: 1}, {})
    index.apply([(1, "p", 3001, GONE), (3, "p", 3002, "word")])
    assert found(index, 3002, "word") == {2: 1, 3: 1}


def test_a_partition_whose_items_are_all_gone_is_forgotten():
    index = TextIndex()
    index.apply([(1, "p", 1, "word")])
    index.apply([(1, "p", 2, GONE)])
    index.apply([(2, "p", 3, None)])
    (part,) = index.view(3, "p", ["word"])
    assert part.seqs.tolist() == [2]


def test_view_stays_while_rows_are_added():
    index = TextIndex()
    index.apply([(1, "p", 1, "word")])
    (part,) = index.view(1, "p", ["word"])
    index.apply([(seq, "p", seq, "word") for seq in range(2, 500)])
    assert part.seqs[part.words["word"].rows].tolist() == [1]
    assert len(found(index, 499, "word")) == 499


@pytest.mark.parametrize(
    ("term", "expected"), [(("a",), {1: 2, 2: 1}), (("a", "b"), {1: 2}), (("b", "a"), {1: 1, 2: 1}), ((), {})]
)
def test_a_phrase_is_counted_only_where_all_its_words_are(term: tuple[str, ...], expected: dict[int, int]):
    index, texts = TextIndex(), {1: "a b a b", 2: "b a", 3: "b c"}
    index.apply([(seq, "p", seq, text) for seq, text in texts.items()])
    asked: list[int] = []

    def occurrences(seq: int, sought: tuple[str, ...]) -> int:
        asked.append(seq)
        return texts[seq].count(" ".join(sought))

    (part,) = index.view(3, "p", ["a", "b"])
    matches = part.matches(term, occurrences)
    pairs: list[tuple[Any, Any]] = list(zip(part.seqs[matches.rows].tolist(), matches.counts.tolist(), strict=True))
    assert dict(pairs) == expected
    assert 3 not in asked
