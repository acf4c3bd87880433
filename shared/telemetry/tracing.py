"""Traces: which request a piece of work belongs to, over HTTP, the queue and the task hub.

A trace travels as a W3C ``traceparent``: as a property of a message, as a field of an orchestration's input and of its
activities' tasks. Without an address to export to, spans are not recorded and what came in is passed on.
"""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

TRACEPARENT = "traceparent"
"""Name of the header, of the property and of the field."""
# What the Service Bus extension of the Functions host reads as the parent of an invocation.
_DIAGNOSTIC_ID = "Diagnostic-Id"
_MOST_CHARACTERS = 128

_tracer = trace.get_tracer("fanwise")
_propagator = TraceContextTextMapPropagator()


def traceparent() -> str | None:
    """Return the trace that the running code belongs to, None where it belongs to none."""
    carrier: dict[str, str] = {}
    _propagator.inject(carrier)
    return carrier.get(TRACEPARENT)


def message_properties() -> dict[str, str]:
    """Return what a message carries so that whoever takes it goes on with the trace of the running code."""
    current = traceparent()
    return {TRACEPARENT: current, _DIAGNOSTIC_ID: current} if current else {}


def carried(carrier: Mapping[str, Any] | None) -> str | None:
    """Return the ``traceparent`` in the headers, properties or task that somebody sent; None unless it is a text.

    Names are compared as they are, so a header's must be in lower case or the mapping must not mind.
    """
    value: object = (carrier or {}).get(TRACEPARENT)
    value = value.decode("ascii", "replace") if isinstance(value, bytes) else value
    return value if isinstance(value, str) and len(value) <= _MOST_CHARACTERS else None


def incoming(context: Any, headers: Mapping[str, str]) -> str | None:
    """Return the trace of an invocation: as the Functions host hands it over, else as whoever called sent it.

    ``context``: the function's ``func.Context``. The host's own span is in it, which is what our spans belong under.
    ``headers``: of the HTTP request; a timer has none.
    """
    return context.trace_context.trace_parent or carried(headers)


@contextmanager
def span(
    name: str, parent: str | None = None, attributes: Mapping[str, str | int] | None = None, *, outgoing: bool = False
) -> Generator[trace.Span]:
    """Run what is inside as a span of this name: below ``parent`` where that is a valid ``traceparent``.

    Of an exception only the type is told: its text may hold what a user wrote. ``outgoing``: a call to a service.
    """
    context = _context_of(parent)
    if context is None and not _records():
        yield trace.get_current_span()
        return
    kind = SpanKind.CLIENT if outgoing else SpanKind.INTERNAL
    with _tracer.start_as_current_span(
        name, context, kind, attributes, record_exception=False, set_status_on_exception=False
    ) as current:
        try:
            yield current
        except BaseException as error:
            current.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise


def _records() -> bool:
    # Whoever exports sets a provider; to open a span for nobody takes a tenth of a millisecond.
    return not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)


def _context_of(parent: str | None) -> Context | None:
    if not parent:
        return None
    context = _propagator.extract({TRACEPARENT: parent})
    return context if trace.get_current_span(context).get_span_context().is_valid else None
