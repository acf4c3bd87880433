"""Models of runs over many files (batches and reindexing) that cross a durable boundary."""

from typing import Annotated

from pydantic import Field

from shared.chunking import ChunkMode
from shared.contracts import Contract, Refusal, Submission


class FileTerms(Contract):
    """What all files of a run have in common. ``version``: under which a batch stores them."""

    project_id: str
    version: str
    chunk_mode: ChunkMode
    chunk_size: int
    owner: str | None = None
    traceparent: str | None = None

    def file(self, name: str, blob: str | None = None) -> "FileTask":
        """Return the task of one file: waiting in ``blob``, or else the snippet as stored."""
        terms = {field: getattr(self, field) for field in FileTerms.model_fields}
        return FileTask(**terms, name=name, blob=blob)


class BatchSubmission(FileTerms):
    """Input of ``embeddings_batch_orchestrator``. File number n waits in ``batch_blob(run id, n)``.

    ``prefix``: snippets below it that the batch does not name are deleted; None: none is.
    """

    names: tuple[str, ...]
    prefix: str | None = None


class ReindexSubmission(FileTerms):
    """Input of ``reindex_orchestrator``: a project whose snippets are cut and embedded as today's settings say."""


class FileTask(FileTerms):
    """Input of ``embed_file_orchestrator``: a file waiting in ``blob``, or else the snippet as stored."""

    name: str
    blob: str | None = None


class FilesTask(Contract):
    """Input of ``embed_files_orchestrator``: so few files that its history stays small."""

    files: Annotated[tuple[FileTask, ...], Field(min_length=1)]


class PrepareTask(FileTask):
    """Input of ``prepare_file_activity``. ``run_id``: under which a large text is uploaded."""

    run_id: str


class Prepared(Contract):
    """What is to be done with a file: run ``submission``, or, without one, nothing; it has ``chunks`` already."""

    submission: Submission | None = None
    chunks: int = 0


class FileOutcome(Contract):
    """How one file of a run ended: the output of its run, with ``unchanged`` where nothing was to be done.

    ``refused_chunks``: the first ones that the model refuses for good, with its reason.
    """

    name: str
    ok: bool
    unchanged: bool = False
    chunks: int = 0
    embedded: int = 0
    reused: int = 0
    superseded: bool = False
    error: str | None = None
    refused_chunks: tuple[Refusal, ...] | None = None


class FinishBatchTask(Contract):
    """Input of ``finish_batch_activity``: remove what the batch does not name, then what it had uploaded."""

    project_id: str
    version: str
    run_id: str
    names: tuple[str, ...]
    prefix: str | None = None


class FinishedBatch(Contract):
    """``deleted``: how many snippets the batch removed; ``names``: the first of them."""

    deleted: int = 0
    names: tuple[str, ...] = ()


class OutdatedTask(Contract):
    """Input of ``list_outdated_activity``: snippets after ``after``, by name, that were cut or embedded otherwise."""

    project_id: str
    cutting: str
    after: str = ""


class OutdatedPage(Contract):
    names: tuple[str, ...] = ()
