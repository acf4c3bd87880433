"""Models that cross a durable boundary. They are stored history: a field is added with a default, never taken away."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from shared.chunking import number_lines

Name = Annotated[str, StringConstraints(min_length=1)]


class Contract(BaseModel):
    """Snake case in Python, camel case in JSON, as the embeddings spec writes its fields.

    Fields that it does not know are passed over: while a new version is rolled out, an old worker may read its history.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True)

    def to_json(self) -> dict[str, object]:
        return self.model_dump(by_alias=True, exclude_none=True)

    def encoded(self) -> Any:
        """Return what travels through the task hub: JSON that ``decoded`` reads."""
        return self.to_json()

    @classmethod
    def decoded(cls, value: object) -> Self:
        """Return what arrived: JSON, as a text or read already.

        Raises:
            ValidationError: It is something else.
        """
        return cls.model_validate_json(value) if isinstance(value, str) else cls.model_validate(value)


class Upload(Contract):
    """A segment that waits in blob storage. ``lengths``: code points of each of its chunks."""

    blob: str
    lengths: Annotated[tuple[int, ...], Field(min_length=1)]


class Submission(Contract):
    """Input of ``embeddings_orchestrator``: ``text``, or the ``uploads`` it was divided into.

    ``version``, ``chunk_size`` and ``chunk_mode`` are put in by the HTTP starter; a run started without it takes the
    spec's slices of 800 code points and the time of its start. ``traceparent``: the trace (W3C) that the request began.
    ``owner``: who sent it, where that is known.
    """

    project_id: Name = "default-project"
    name: Name
    text: str | None = None
    uploads: tuple[Upload, ...] = ()
    version: str | None = None
    chunk_size: Annotated[int, Field(ge=1, le=6400)] = 800
    chunk_mode: Literal["chars", "lines"] = "chars"
    traceparent: str | None = None
    owner: str | None = None


class Snippet(Contract):
    """Which run for which snippet: part of every payload below."""

    project_id: str
    name: str
    version: str
    run_id: str


class ChunkTask(Contract):
    """Input of ``embed_chunk_activity``: one chunk by its ``text``, or as number ``position`` of a segment's blob.

    ``attempt`` counts from 1. Later attempts share a request with fewer others, so that one bad chunk ends up alone.
    """

    snippet: Snippet
    chunk_index: int
    text: str | None = None
    start_line: int = 1
    end_line: int = 1
    blob: str | None = None
    position: int = 0
    attempt: int = 1


class SegmentTask(Contract):
    """Input of ``embed_segment_orchestrator``: consecutive chunks, as ``texts`` or waiting in ``blob``.

    ``first_index``: index of the first chunk in the document. ``first_line``: the line it starts on, from 1; a blob
    knows its lines by itself. ``lengths``: code points of each chunk.
    """

    snippet: Snippet
    first_index: int
    lengths: tuple[int, ...]
    texts: tuple[str, ...] | None = None
    first_line: int = 1
    blob: str | None = None
    traceparent: str | None = None

    def chunk_tasks(self) -> "list[ChunkTask]":
        """Return what embeds each chunk, in order."""
        if self.texts is None:
            return [
                ChunkTask(
                    snippet=self.snippet, chunk_index=self.first_index + position, blob=self.blob, position=position
                )
                for position in range(len(self.lengths))
            ]
        return [
            ChunkTask(
                snippet=self.snippet,
                chunk_index=self.first_index + position,
                text=piece.text,
                start_line=piece.start_line,
                end_line=piece.end_line,
            )
            for position, piece in enumerate(number_lines(list(self.texts), self.first_line))
        ]


class SegmentResult(Contract):
    """``failed``: indices of chunks without a vector; ``total``: base64 float32, the others summed by length."""

    failed: tuple[int, ...] = ()
    weight: float = 0
    total: str | None = None


class PersistTask(Contract):
    """Input of ``persist_snippet_activity``. ``embedding``: base64 float32 of the document's unit vector."""

    snippet: Snippet
    chunks: int
    characters: int
    embedding: str
    uploaded: bool = False


class PersistResult(Contract):
    """``superseded``: a run accepted later had already stored its result, which stays."""

    embedded: int
    reused: int
    dimensions: int
    superseded: bool = False
