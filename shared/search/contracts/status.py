"""How far a search is."""

from typing import Any

from shared.search.contracts.base import SearchContract, Status, Usage


class Progress(SearchContract):
    """What ``GET /status`` tells while a search is under way. ``percent``: 0 to 100, never falling."""

    stage: str
    percent: int
    detail: str = ""


class StatusUpdate(SearchContract):
    """Input of ``UpdateStatus``. ``results``: the finished document's; ``error``: a text that a user may read.

    ``usage``: tokens of the whole search, for telemetry alone.
    """

    request_id: str
    status: Status
    progress: Progress | None = None
    results: dict[str, Any] | None = None
    error: str | None = None
    metadata: dict[str, Any] | None = None
    usage: Usage | None = None


class StatusUpdated(SearchContract):
    """Result of ``UpdateStatus``: the status now. ``applied`` is False where a later status had been reached before."""

    status: Status
    applied: bool
