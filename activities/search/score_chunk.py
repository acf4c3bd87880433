"""The language model judges one part of the materials that were found."""

from activities.runner import log_progress
from shared.llm.answers import read_scores
from shared.llm.asking import ask
from shared.llm.descriptions import material_documents, request_document
from shared.llm.prompts import prompts
from shared.resources import Resources
from shared.search.contracts import Score, ScoredChunk, ScoreTask

# Read with the module, so that an app without its prompts does not load.
_PROMPT = prompts().score_chunk


async def score_chunk(task: ScoreTask, resources: Resources) -> ScoredChunk:
    """Return a score from 0 to 100 and a reason for each material that the model spoke of.

    Raises:
        Unavailable: The model throttled, failed or did not answer in time.
        Rejected: It refused, or answered twice what cannot be used.
    """
    if not task.chunk:
        return ScoredChunk(chunk_id=task.chunk_id)
    document = {
        "request": request_document(task.request_block),
        "materials": material_documents(task.chunk, task.request_block),
    }
    ids = {candidate.id for candidate in task.chunk}
    asked = await ask(resources.chat, _PROMPT, document, lambda text: read_scores(text, ids), len(task.chunk))
    log_progress("scored", materials=len(ids), scores=len(asked.value), tokens=asked.usage.total)
    scores = tuple(Score(id=each.id, score=each.score, explanation=each.explanation) for each in asked.value)
    return ScoredChunk(chunk_id=task.chunk_id, scores=scores, usage=asked.usage)
