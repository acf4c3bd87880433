"""What stops the gateway at its start, and what stops a request on its way."""

from pathlib import Path


class Refused(Exception):
    """A policy file holds something that this gateway does not do exactly as API Management would.

    The text names file, line and construct.
    """

    def __init__(self, file: Path, line: int, what: str) -> None:
        super().__init__(f"{file}:{line}: {what}")


class PolicyFailure(Exception):
    """A policy ended the request: the pipeline goes on in ``on-error``.

    ``source`` and ``reason`` are those that API Management documents for ``context.LastError``; ``status_code`` is
    that of the answer unless ``on-error`` makes another.
    """

    def __init__(self, source: str, reason: str, message: str, status_code: int = 500) -> None:
        super().__init__(message)
        self.source = source
        self.reason = reason
        self.message = message
        self.status_code = status_code
