"""Where events, metrics and spans go: to Application Insights, once its SDK is loaded; to nobody without an address."""

import logging
import threading
import time

from shared.telemetry.metrics import DIMENSIONS

_logger = logging.getLogger(__name__)

# The SDK would trace every request that any of these makes. The log of the host has what matters, and a trace of a
# search would have ten times as many spans.
_NOT_TRACED = (
    "azure_sdk",
    "django",
    "fastapi",
    "flask",
    "httpx",
    "httpx2",
    "psycopg2",
    "requests",
    "urllib",
    "urllib3",
)
# A logger that nobody writes to: the host sends our log lines already. Events come by another way.
_NO_LOGGER = "fanwise.exported"


def start_exporting(connection_string: str | None) -> threading.Thread | None:
    """Begin to send telemetry to Application Insights, without waiting for it; None where there is no address.

    Loading the SDK takes a second, for which no request should wait. What happens before it is there is not sent.
    """
    if not connection_string:
        return None
    thread = threading.Thread(target=_export, args=(connection_string,), name="telemetry set-up", daemon=True)
    thread.start()
    return thread


def _export(connection_string: str) -> None:
    began = time.perf_counter()
    try:
        _configure(connection_string)
    except Exception:
        # A connection string that cannot be read, an SDK that does not start: the app works without telemetry.
        _logger.exception("telemetry cannot be sent")
    else:
        _logger.info("telemetry is sent", extra={"ms": round((time.perf_counter() - began) * 1000)})


def _configure(connection_string: str) -> None:
    from azure.monitor.opentelemetry import configure_azure_monitor
    from opentelemetry.sdk.metrics.view import View

    configure_azure_monitor(
        connection_string=connection_string,
        # Whoever signs in is named by APPLICATIONINSIGHTS_AUTHENTICATION_STRING, which the SDK and the host both read.
        logger_name=_NO_LOGGER,
        # The default drops spans beyond five a second of each process, and so parts of one search's trace.
        sampling_ratio=1.0,
        # The SDK writes names of metrics in lower case, and the queries in KQL compare them by case.
        views=[View(instrument_name=name, name=name) for name in DIMENSIONS],
        instrumentation_options={library: {"enabled": False} for library in _NOT_TRACED},
        # The host has both already, of the same machine.
        enable_live_metrics=False,
        enable_performance_counters=False,
        # An instance lives for minutes; what it would keep for later goes with its disk.
        disable_offline_storage=True,
    )
