"""A chunk as queries find it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FileKey = tuple[str, str]
"""Project and name."""
ChunkKey = tuple[str, str, int]
"""Project, name and index."""


@dataclass(frozen=True)
class ChunkRow:
    """``start_line`` and ``end_line`` count from 1 and include both ends.

    ``mid_line``: it starts inside a line; None where a chunk of an earlier release does not say. ``words``: those of
    its path, symbols and text, "" of an earlier release. ``similarity``: cosine to the question, None where it was not
    found by meaning.
    """

    project_id: str
    name: str
    version: str
    index: int
    start_line: int
    end_line: int
    text: str
    mid_line: bool | None = None
    language: str | None = None
    scope: tuple[str, ...] = ()
    defines: tuple[str, ...] = ()
    words: str = ""
    similarity: float | None = None

    @property
    def file(self) -> FileKey:
        return self.project_id, self.name

    @property
    def key(self) -> ChunkKey:
        return self.project_id, self.name, self.index

    @property
    def starts_inside(self) -> bool:
        """Whether it starts inside a line, as far as can be told."""
        return self.index > 0 if self.mid_line is None else self.mid_line

    @property
    def symbol(self) -> str | None:
        """The symbol that it is about, with those around it, such as ``Worker.run``."""
        return ".".join((*self.scope, *self.defines[:1])) or None


def chunk_row(row: Mapping[str, Any]) -> ChunkRow:
    """Return what a query answered."""
    return ChunkRow(
        project_id=row["projectId"],
        name=row["name"],
        version=row["version"],
        index=row["chunkIndex"],
        start_line=row["startLine"],
        end_line=row["endLine"],
        text=row["text"],
        mid_line=row.get("midLine"),
        language=row.get("language"),
        scope=tuple(row.get("scope") or ()),
        defines=tuple(row.get("defines") or ()),
        words=row.get("words") or "",
        similarity=row.get("score"),
    )
