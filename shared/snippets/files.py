"""Files of a batch in blob storage, and what is to be done with a file: run it, or nothing."""

import json

from shared.contracts import Submission
from shared.errors import Rejected, TooLarge, Unavailable
from shared.resources import Resources
from shared.snippets.documents import Document, latest_version
from shared.snippets.file_contracts import Prepared, PrepareTask
from shared.snippets.identifiers import reindexed, text_hash
from shared.snippets.preparing import Terms, prepare
from shared.snippets.recipes import cutting, recipe
from shared.snippets.submission import SnippetRequest

_TURNS = 10


def batch_blob(run_id: str, index: int) -> str:
    """Return the name of the blob in which a file of a batch waits."""
    return f"{run_id}/file-{index:05d}.json"


def encode_text(text: str) -> bytes:
    """Return the content of a file's blob, in ASCII, so that any string that JSON can hold survives."""
    return json.dumps(text).encode("ascii")


async def prepare_batched(task: PrepareTask, resources: Resources) -> Prepared:
    """Prepare the file that waits in the task's blob; a file stored with the same text and recipe is left alone.

    What is left alone is confirmed under the batch's version: a run that was accepted earlier and has not ended, with
    another text, must not replace it afterwards.

    Raises:
        Rejected: The blob is gone, or the text cannot be cut.
        Unavailable: A service failed.
    """
    text = json.loads(await resources.uploads.read(task.blob or ""))
    same = text_hash(text)
    for _ in range(_TURNS):
        current = await resources.snippets.read(task.project_id, task.name)
        if current is None or not is_current(current, same, today(task, resources)):
            return Prepared(submission=await _submission(task, text, task.version, resources))
        if await resources.snippets.confirm(current, task.version):
            return Prepared(chunks=current["chunks"])
    raise Unavailable(f"{task.name!r} is being written by many runs at once")


async def prepare_stored(task: PrepareTask, resources: Resources) -> Prepared:
    """Prepare a snippet as it is stored, if its recipe is not today's; its chunks, joined, are its text.

    The run's version follows the one that was read and precedes every later acceptance: what a client sends meanwhile
    wins.

    Raises:
        Rejected: The text cannot be cut.
        Unavailable: A service failed, or the snippet is being replaced at this moment.
    """
    current = await resources.snippets.read(task.project_id, task.name)
    if current is None or "deleted" in current:
        return Prepared()
    if current.get("recipe") == today(task, resources):
        return Prepared(chunks=current["chunks"])
    rows = await resources.chunks.texts(task.project_id, task.name, current["version"])
    if len(rows) != current["chunks"]:
        raise Unavailable(f"{len(rows)} of {current['chunks']} chunks of {task.name!r} can be read so far")
    text = "".join(row["text"] for row in rows)
    version = reindexed(latest_version(current), task.version)
    return Prepared(submission=await _submission(task, text, version, resources))


def is_current(document: Document | None, same: str, wanted: str) -> bool:
    """Whether a snippet stands for the text whose hash is ``same``, made by the recipe ``wanted``."""
    if document is None or "deleted" in document:
        return False
    return document.get("textHash") == same and document.get("recipe") == wanted


def today(task: PrepareTask, resources: Resources) -> str:
    """Return the recipe that the task asks for, with the model of this process."""
    model = resources.model
    return recipe(cutting(task.chunk_mode, task.chunk_size), model.model, model.dimensions)


async def _submission(task: PrepareTask, text: str, version: str, resources: Resources) -> Submission:
    terms = Terms(task.run_id, version, task.chunk_mode, task.chunk_size, task.owner, task.traceparent)
    try:
        return await prepare(SnippetRequest(task.project_id, task.name, text), terms, resources.uploads)
    except TooLarge as error:
        raise Rejected(str(error)) from error
