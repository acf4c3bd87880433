"""Outputs of runs over many files."""

import json

from shared.contracts import Refusal
from shared.snippets.file_contracts import FileOutcome
from shared.snippets.outcome import MAX_REFUSED_OF_FILE, ReindexTally, batch_output, file_outcome


def test_every_file_of_a_batch_is_counted_once():
    outcomes = [
        FileOutcome(name="stored", ok=True, chunks=2, embedded=2),
        FileOutcome(name="same", ok=True, unchanged=True, chunks=1),
        FileOutcome(name="late", ok=True, superseded=True, chunks=1),
        FileOutcome(name="failed", ok=False, error="it failed"),
    ]
    output = batch_output(outcomes, None, None)
    assert [output[key] for key in ("stored", "unchanged", "superseded", "failed")] == [1, 1, 1, 1]


def test_a_file_of_a_larger_run_tells_the_first_chunks_that_were_refused():
    refused = [Refusal(chunk=index, reason="it says no").to_json() for index in range(20)]
    outcome = file_outcome("a.py", {"ok": False, "id": "a.py", "error": "20 of 20", "refusedChunks": refused})
    assert outcome.refused_chunks
    assert [each.to_json() for each in outcome.refused_chunks] == refused[:MAX_REFUSED_OF_FILE]
    tally = ReindexTally()
    tally.add([outcome])
    assert json.loads(json.dumps(tally.output()["failures"])) == [
        {"name": "a.py", "error": "20 of 20", "refusedChunks": refused[:MAX_REFUSED_OF_FILE]}
    ]
    assert "refusedChunks" not in file_outcome("b.py", {"ok": True, "id": "b.py", "chunks": 1}).to_json()
