"""How documents are divided."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.chunking import Chunk, chunk
from shared.contracts import Snippet, Submission
from shared.snippets.plan import CHUNKS_PER_SEGMENT, MAX_CHUNKS, cuts_of, plan, segments_of, travels_inline
from shared.snippets.segment_cache import decode_segment, encode_segment

SNIPPET = Snippet(project_id="p", name="n", version="v", run_id="r")
LIMIT = 256 * 1024


def durable_size(payload):
    """Bytes of a payload as the task hub holds it: JSON inside JSON."""
    return len(json.dumps(json.dumps(payload)))


def test_sixty_four_chunks_are_one_segment_and_one_more_makes_two():
    assert len(plan(Submission(name="n", text="x" * 800 * 64), SNIPPET)) == 1
    segments = plan(Submission(name="n", text="x" * 800 * 64 + "y"), SNIPPET)
    assert [(s.first_index, len(s.lengths)) for s in segments] == [(0, 64), (64, 1)]


def test_chunks_keep_their_lines_across_segments():
    text = "".join(f"line {i}\n" for i in range(20_000))
    tasks = [t for s in plan(Submission(name="n", text=text), SNIPPET) for t in s.chunk_tasks()]
    whole = chunk(text, 800, "chars")
    assert [(t.text, t.start_line, t.end_line) for t in tasks] == [(c.text, c.start_line, c.end_line) for c in whole]
    assert [t.chunk_index for t in tasks] == list(range(len(whole)))


@pytest.mark.parametrize("character", ["x", "\n", '"', "\\", "\u0001", "é", "中", "😀"])
def test_no_payload_of_a_small_document_exceeds_the_limit(character):
    text = character * 64 * 1024
    while not travels_inline(text, chunk(text, 800, "chars")):
        text = text[: len(text) * 9 // 10]
    submission = Submission(name="n" * 512, text=text)
    (segment,) = plan(submission, SNIPPET)
    assert len(text) > 4000
    assert durable_size(submission.to_json()) <= LIMIT
    assert all(durable_size(task.to_json()) <= LIMIT for task in segment.chunk_tasks())


def test_the_largest_document_in_the_smallest_chunks_fits_into_one_input():
    uploads = [
        {"blob": f"{'f' * 32}/{i:05d}.json", "lengths": [256] * CHUNKS_PER_SEGMENT}
        for i in range(MAX_CHUNKS // CHUNKS_PER_SEGMENT)
    ]
    submission = Submission.model_validate({"name": "n", "uploads": uploads, "version": "v" * 46})
    assert durable_size(submission.to_json()) <= LIMIT
    assert len(plan(submission, SNIPPET)) == 640


def test_an_empty_text_has_no_segment_and_no_text_at_all_is_an_error():
    assert plan(Submission(name="n", text=""), SNIPPET) == []
    with pytest.raises(ValueError, match="neither a text nor uploads"):
        plan(Submission(name="n"), SNIPPET)


def test_cuts_decide_whatever_the_cutter_would_do_today():
    cuts = ({"length": 3, "scope": ["A"], "defines": ["b"]}, {"length": 4})
    submission = Submission.model_validate({"name": "a.py", "text": "x\nyz\nw", "chunkMode": "code", "cuts": cuts})
    tasks = [task.chunk for segment in plan(submission, SNIPPET) for task in segment.chunk_tasks()]
    assert tasks == [Chunk("x\ny", 1, 2, ("A",), ("b",)), Chunk("z\nw", 2, 3, mid_line=True)]


@pytest.mark.parametrize("mode", ["chars", "lines"])
def test_a_submission_with_cuts_gives_the_chunks_it_was_cut_into(mode):
    text = "".join(f"line {i}\n" for i in range(700))
    chunks = chunk(text, 800, mode)
    submission = Submission(name="n", text=text, chunk_mode=mode, cuts=cuts_of(chunks))
    assert [task.chunk for segment in plan(submission, SNIPPET) for task in segment.chunk_tasks()] == chunks


@given(st.text(min_size=1))
@settings(max_examples=50)
def test_a_segment_survives_its_blob(text):
    (segment,) = segments_of(chunk(text, 800, "chars"))
    assert decode_segment(encode_segment(segment)) == segment
