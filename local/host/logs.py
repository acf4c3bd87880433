"""The host's log on standard error: one line per record, fields as ``key=value``."""

import json
import logging
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, Protocol

_STANDARD_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
#: host.json's log levels.
LEVELS = {
    "trace": logging.DEBUG, "debug": logging.DEBUG, "information": logging.INFO, "warning": logging.WARNING,
    "error": logging.ERROR, "critical": logging.CRITICAL, "none": logging.CRITICAL + 1,
}  # fmt: skip

#: How long a line waits for others.
FLUSH_EVERY_S = 0.01
# azure-functions says so for every function without an HTTP trigger, whatever the app does.
_NOISE = "Auth level is not applied to non http function app"


@lru_cache(maxsize=1)  # many lines are of one second
def _second(moment: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment))


def _stamp(moment: float) -> str:
    return f"{_second(int(moment))}.{int(moment * 1000) % 1000:03d}Z"


class TextSink(Protocol):
    """What lines are written to."""

    def write(self, text: str, /) -> object: ...
    def flush(self) -> object: ...


class LogStream:
    """Lines on a stream, in the order in which they came, written by a thread of its own.

    A write gives up the interpreter lock, which the event loops then have to win back: on their threads the log would
    cost more than what it tells of. ``close`` writes the rest.
    """

    def __init__(self, stream: TextSink | None = None) -> None:
        self._stream: TextSink = stream if stream is not None else sys.stderr
        self._lines: list[str] = []
        self._lock = threading.Lock()
        self._written = threading.Lock()
        self._pending = threading.Event()
        self._closed = False
        threading.Thread(target=self._write_loop, name="log", daemon=True).start()

    def write(self, text: str, level: str = "INFO") -> None:
        """Write one line with the time and a level."""
        self.write_all((text,), level)

    def write_all(self, texts: Iterable[str], level: str = "INFO") -> None:
        """Write many lines at once: a fan-out leaves a thousand of them."""
        head = f"{_stamp(time.time())} {level:<5} "
        with self._lock:
            self._lines += [f"{head}{text}\n" for text in texts]
        self._told()

    def relay(self, text: str) -> None:
        """Write lines of another process's log as they are."""
        with self._lock:
            self._lines.append(text)
        self._told()

    def _told(self) -> None:
        if not self._pending.is_set():
            self._pending.set()
        if self._closed:
            self._flush()

    def close(self) -> None:
        """Write what is left; later lines are written at once."""
        self._closed = True
        self._flush()

    def _write_loop(self) -> None:
        while not self._closed:
            self._pending.wait()
            time.sleep(FLUSH_EVERY_S)
            self._pending.clear()
            self._flush()

    def _flush(self) -> None:
        with self._written:
            with self._lock:
                lines, self._lines = self._lines, []
            try:
                self._stream.write("".join(lines))
                self._stream.flush()
            except (OSError, ValueError):
                pass  # nobody reads the log any more; the work goes on


def _field(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return json.dumps(text) if not text or any(c.isspace() or c in '"=' for c in text) else text


class _Handler(logging.Handler):
    def __init__(self, stream: LogStream, fields: Callable[[], dict[str, str]]) -> None:
        super().__init__()
        self._stream = stream
        self._fields = fields
        self._tracebacks = logging.Formatter()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            extra = {key: value for key, value in vars(record).items() if key not in _STANDARD_FIELDS}
            parts = [record.name, record.getMessage()]
            parts += [f"{key}={_field(value)}" for key, value in (self._fields() | extra).items()]
            text = " ".join(parts)
            if record.exc_info:
                text += "\n" + self._tracebacks.formatException(record.exc_info)
            self._stream.write(text, "WARN" if record.levelname == "WARNING" else record.levelname)
        except Exception:  # noqa: BLE001 - what logging's own handlers do: a bad record never hurts who logs
            self.handleError(record)


def _report_warning(message: Warning | str, category: type[Warning], filename: str, lineno: int, *_: object) -> None:
    text = str(message)
    if text.startswith("Potential duplicate Task completion for TaskId: ") and text.rsplit(" ", 1)[1].isdigit():
        # The SDK's only sign of a wrong sequence number; the orchestration hangs after it.
        logging.getLogger("local.host.engine").error("The SDK does not know a completed task: %s", text)
        return
    logging.getLogger("py.warnings").info("%s:%s: %s: %s", filename, lineno, category.__name__, text)


def configure(stream: LogStream, level: str, fields: Callable[[], dict[str, str]]) -> None:
    """Send every log record and warning of the process to ``stream``.

    Args:
        level: A level as host.json names it.
        fields: Returns what is known about the running invocation.
    """
    root = logging.getLogger()
    handler = _Handler(stream, fields)
    handler.addFilter(lambda record: not str(record.msg).startswith(_NOISE))
    root.handlers[:] = [handler]
    root.setLevel(LEVELS.get(level.lower(), logging.INFO))
    # It logs every request's headers at INFO.
    logging.getLogger("azure.core.pipeline.policies.http_logging_policy").setLevel(logging.WARNING)
    warnings.filterwarnings("always", message="Potential duplicate Task completion")
    warnings.showwarning = _report_warning  # pyright: ignore[reportAttributeAccessIssue]
