"""Do what is told to telemetry, with OpenTelemetry's own SDK in memory, and print as JSON what it would send.

A process of its own, because there is one place for metrics in each, for good: ``python told_process.py``.
"""

import json
import sys
from typing import Any

from azure.core.exceptions import HttpResponseError
from azure.monitor.opentelemetry.exporter import AzureMonitorMetricExporter
from opentelemetry import metrics as api
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.metrics.view import View

from shared.clients.azure_errors import translated
from shared.errors import Unavailable
from shared.telemetry import metrics

# As Microsoft's exporter has its readings taken.
_EXPORTER = AzureMonitorMetricExporter(
    connection_string="InstrumentationKey=00000000-0000-0000-0000-0000000000aa;IngestionEndpoint=http://127.0.0.1:9/",
    disable_offline_storage=True,
)
READER = InMemoryMetricReader(preferred_temporality=_EXPORTER._preferred_temporality)


class Answer:
    """What an SDK keeps of a response."""

    reason, headers = "busy", {}

    def __init__(self, status_code: int) -> None:
        self.status_code = status_code

    def text(self, encoding: str | None = None) -> str:
        """Return the body."""
        return ""


def answered(service: str, status: int) -> None:
    """Let a service answer an SDK with an error."""
    try:
        with translated(service):
            raise HttpResponseError(response=Answer(status))  # pyright: ignore[reportArgumentType]
    except Unavailable:
        pass


def sent() -> dict[str, Any]:
    """Return values and dimensions by name: what would be sent now."""
    data = READER.get_metrics_data()
    found: dict[str, Any] = {}
    for resource in data.resource_metrics if data else ():
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                points = [(getattr(point, "value", None), dict(point.attributes)) for point in metric.data.data_points]
                found[metric.name] = points
    return found


def main() -> None:
    """Tell two readings and some answers; print what two sendings hold."""
    views = [View(instrument_name=name, name=name) for name in metrics.DIMENSIONS]
    api.set_meter_provider(MeterProvider(metric_readers=[READER], views=views, shutdown_on_exit=False))
    metrics.queue_depth(7, "search-requests")
    metrics.queue_depth(3, "search-requests")
    answered("Cosmos DB", 429)
    answered("Cosmos DB", 503)
    json.dump([sent(), sent()], sys.stdout)


if __name__ == "__main__":
    main()
