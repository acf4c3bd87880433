"""Models that cross a durable boundary. They are stored history: a field is added with a default, never taken away."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from shared.chunking import Chunk, ChunkMode, number_lines

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


class Cut(Contract):
    """One chunk of a text that travels beside its cuts: ``length`` in code points, and symbols as in ``Chunk``."""

    length: int
    scope: tuple[str, ...] = ()
    defines: tuple[str, ...] = ()


class Submission(Contract):
    """Input of ``embeddings_orchestrator``: ``text``, or the ``uploads`` it was divided into.

    What the HTTP starter puts in: ``version``, ``chunk_size``, ``chunk_mode``, and ``cuts`` where the mode is not
    ``chars``, so that a replay by a newer release cuts as the first run did. A run started without it takes the spec's
    slices of 800 code points and the time of its start. ``text_hash``: SHA-256 of the text, which tells a batch what is
    unchanged. ``traceparent``: the trace (W3C) that the request began. ``owner``: who sent it, where that is known.
    """

    project_id: Name = "default-project"
    name: Name
    text: str | None = None
    uploads: tuple[Upload, ...] = ()
    cuts: tuple[Cut, ...] = ()
    version: str | None = None
    chunk_size: Annotated[int, Field(ge=1, le=6400)] = 800
    chunk_mode: ChunkMode = "chars"
    text_hash: str | None = None
    traceparent: str | None = None
    owner: str | None = None


class Snippet(Contract):
    """Which run for which snippet: part of every payload below. ``cutting``: how its text was cut (``recipes.py``)."""

    project_id: str
    name: str
    version: str
    run_id: str
    cutting: str = ""


class ChunkTask(Contract):
    """Input of ``embed_chunk_activity``: one chunk by its ``text``, or as number ``position`` of a segment's blob.

    ``attempt`` counts from 1. Later attempts share a request with fewer others, so that one bad chunk ends up alone.
    """

    snippet: Snippet
    chunk_index: int
    text: str | None = None
    start_line: int = 1
    end_line: int = 1
    scope: tuple[str, ...] = ()
    defines: tuple[str, ...] = ()
    mid_line: bool = False
    blob: str | None = None
    position: int = 0
    attempt: int = 1

    @property
    def chunk(self) -> Chunk | None:
        """The chunk that travels in this task; None: it waits in the blob."""
        if self.text is None:
            return None
        return Chunk(self.text, self.start_line, self.end_line, self.scope, self.defines, self.mid_line)


class SegmentTask(Contract):
    """Input of ``embed_segment_orchestrator``: consecutive chunks, as ``texts`` or waiting in ``blob``.

    ``first_index``: index of the first chunk in the document. ``first_line``: the line it starts on, from 1, and
    ``mid_line``: inside of it; a blob knows its lines and symbols by itself. ``lengths``: code points of each chunk;
    ``cuts``: its symbols too, where the text was not cut by length alone.
    """

    snippet: Snippet
    first_index: int
    lengths: tuple[int, ...]
    texts: tuple[str, ...] | None = None
    cuts: tuple[Cut, ...] = ()
    first_line: int = 1
    mid_line: bool = False
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
        cuts = self.cuts or tuple(Cut(length=length) for length in self.lengths)
        pieces = number_lines(list(self.texts), self.first_line)
        return [
            ChunkTask(
                snippet=self.snippet,
                chunk_index=self.first_index + position,
                text=piece.text,
                start_line=piece.start_line,
                end_line=piece.end_line,
                scope=cut.scope,
                defines=cut.defines,
                mid_line=piece.mid_line if position else self.mid_line,
            )
            for position, (piece, cut) in enumerate(zip(pieces, cuts, strict=True))
        ]


class Refusal(Contract):
    """A chunk that the embedding model refuses for good. ``reason``: what the service said."""

    chunk: int
    reason: str


class SegmentResult(Contract):
    """``failed``: indices of chunks without a vector, ``refused``: those of them that no retry can help.

    ``total``: base64 float32, the others summed by length.
    """

    failed: tuple[int, ...] = ()
    refused: tuple[Refusal, ...] = ()
    weight: float = 0
    total: str | None = None


class PersistTask(Contract):
    """Input of ``persist_snippet_activity``.

    ``embedding``: base64 float32 of the document's unit vector; None: it is empty and has no chunk.
    """

    snippet: Snippet
    chunks: int
    characters: int
    embedding: str | None = None
    uploaded: bool = False
    text_hash: str | None = None


class PersistResult(Contract):
    """``superseded``: a run accepted later had already stored its result, which stays."""

    embedded: int
    reused: int
    dimensions: int
    superseded: bool = False
