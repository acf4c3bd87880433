"""Which materials are embedded, which only written, which left alone."""

from typing import Any

from infra.hooks.catalogue import KEY, batches, keyed, work_left

ROW = {"name": "Blue PP", "colour_words": "blue", "resin": "PP", "description": "A blue."}


def rows(count: int, model: str = "small", **changes: Any) -> list[dict[str, Any]]:
    return keyed([{"id": f"m{number}", **ROW, **changes} for number in range(count)], model, 1536)


def held(documents: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {document["id"]: document for document in documents}


def test_an_empty_index_lacks_everything():
    work = work_left(rows(3), {})
    assert (len(work.embed), work.merge, work.done) == (3, [], 0)


def test_what_is_there_is_left_alone():
    work = work_left(rows(3), held(rows(2)))
    assert ([each["id"] for each in work.embed], work.merge, work.done) == (["m2"], [], 2)


def test_another_model_embeds_everything_again():
    assert len(work_left(rows(2, "large"), held(rows(2))).embed) == 2
    assert len(work_left(keyed(rows(2), "small", 3072), held(rows(2))).embed) == 2


def test_another_text_is_embedded_again():
    assert len(work_left(rows(1, description="Another."), held(rows(1))).embed) == 1


def test_what_the_vector_does_not_stand_for_is_merged():
    work = work_left(rows(1, opacity="misty"), held(rows(1)))
    assert (work.embed, [each["opacity"] for each in work.merge]) == ([], ["misty"])


def test_a_document_of_an_older_index_has_no_key_and_is_embedded():
    older = {name: value for name, value in rows(1)[0].items() if name != KEY}
    assert len(work_left(rows(1), held([older])).embed) == 1


def test_batches_keep_the_order_and_lose_nothing():
    assert [list(batch) for batch in batches(range(5), 2)] == [[0, 1], [2, 3], [4]]
    assert list(batches([], 2)) == []
