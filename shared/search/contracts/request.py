"""What was asked for, as it was accepted."""

from shared.search.contracts.base import SearchContract, Status


class SearchStart(SearchContract):
    """Input of ``SearchOrchestrator``; the starter reads the settings that an orchestrator may not read.

    ``deadline_s``: seconds from the orchestration's start. ``llm``: False in mock mode. ``traceparent``: the trace
    (W3C) that the request began; the tasks of its activities carry it too. ``steps``: which activities the run calls,
    as ``shared.search.decisions`` numbers them: a run ends as it began, whatever is deployed meanwhile.
    ``patience_s``: seconds that it may spend on pauses beyond the usual rounds.
    """

    request_id: str
    deadline_s: int = 120
    llm: bool = True
    traceparent: str | None = None
    steps: int = 1
    patience_s: int = 0


class RequestRef(SearchContract):
    """Input of ``LoadRequest``."""

    request_id: str


class LabValues(SearchContract):
    """CIE L*a*b*, D65/10 degrees: L 0..100, a and b -128..127."""

    L: float
    a: float
    b: float


class RequestText(SearchContract):
    """A ``REQUEST_*`` field of the payload."""

    field: str
    text: str


class SearchRequest(SearchContract):
    """A valid payload of ``POST /search``. ``texts``: its non-empty ``REQUEST_*`` fields in the order given.

    ``resin_strict``: whether the resin asked for goes before all others (True), or may stand anywhere (False); None
    where nobody said. ``warnings``: what of the payload was not used, in sentences.
    """

    k: int
    rerank: bool = True
    lab: LabValues | None = None
    deltae_threshold: float = 5.0
    texts: tuple[RequestText, ...] = ()
    resin_strict: bool | None = None
    warnings: tuple[str, ...] = ()

    def text(self, field: str) -> str:
        """Return the text of a ``REQUEST_*`` field, empty where it was not given."""
        return next((entry.text for entry in self.texts if entry.field == field), "")


class LoadedRequest(SearchContract):
    """Result of ``LoadRequest``. ``status`` may be final already, for a run that was closed meanwhile."""

    request: SearchRequest
    status: Status
