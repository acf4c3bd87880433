"""Events: one record each in ``customEvents``, never sampled. Their fields are its ``customDimensions``."""

import time
from collections.abc import Mapping

from opentelemetry._logs import LogRecord, SeverityNumber, get_logger

# The attribute by which Microsoft's exporter tells an event from a log line (azure-monitor-opentelemetry-exporter,
# export/logs/_exporter.py).
_NAME = "microsoft.custom_event.name"
_events = get_logger("fanwise")


def send_event(name: str, fields: Mapping[str, str | int | float | None]) -> None:
    """Send an event; a field that is None is left out. It belongs to the trace of the span that is current."""
    told = {field: value for field, value in fields.items() if value is not None}
    _events.emit(
        LogRecord(
            timestamp=time.time_ns(), severity_number=SeverityNumber.INFO, body=name, attributes={**told, _NAME: name}
        )
    )
