"""Logs without secrets: what GitHub hands out, and what this app signs in with, never stands in a line."""

import logging
from typing import Any

from shared.secrets import masked
from shared.settings import GitHubAccess

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_tracebacks = logging.Formatter()


def github_secrets(access: GitHubAccess) -> tuple[str, ...]:
    """Return the secrets with which the app signs in to GitHub."""
    return tuple(secret for secret in (access.token, access.app.private_key if access.app else None) if secret)


def mask_secrets_in_logs(access: GitHubAccess) -> None:
    """Take secrets out of whatever this process logs from now on, the host's and the SDKs' lines included."""
    mask = SecretsMask(github_secrets(access))
    for handler in logging.getLogger().handlers:
        if not any(isinstance(each, SecretsMask) for each in handler.filters):
            handler.addFilter(mask)


class SecretsMask(logging.Filter):
    """Masks the text of a record, its fields and its traceback; it lets every record pass."""

    def __init__(self, known: tuple[str, ...]) -> None:
        super().__init__()
        self._known = known

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if (shown := masked(text, self._known)) != text:
            record.msg, record.args = shown, None
        for name, value in vars(record).items():
            if name not in _STANDARD and (safe := self._field(value)) is not value:
                setattr(record, name, safe)
        if record.exc_info:
            traceback = _tracebacks.formatException(record.exc_info)
            if (shown := masked(traceback, self._known)) != traceback:
                # As part of the message: a handler would format the exception again.
                record.msg, record.args = f"{record.getMessage()}\n{shown}", None
                record.exc_info = record.exc_text = None
        return True

    def _field(self, value: Any) -> Any:
        if value is None or isinstance(value, bool | int | float):
            return value
        text = str(value)
        shown = masked(text, self._known)
        return value if shown == text else shown
