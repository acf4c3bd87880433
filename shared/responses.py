"""Every HTTP answer of the app: the document itself, a fault as ``{"error"}``, several as ``{"errors"}``."""

import json
import logging
import uuid
from collections.abc import Mapping
from typing import Any

import azure.functions as func

INVALID_JSON = "Invalid JSON payload"
INTERNAL_ERROR = "Internal server error"

_logger = logging.getLogger(__name__)


def create_success_response(
    document: Any, status_code: int = 200, headers: Mapping[str, str] | None = None
) -> func.HttpResponse:
    """Answer with ``document`` as JSON."""
    return _json(document, status_code, headers)


def create_empty_response() -> func.HttpResponse:
    """Answer that it is done and there is nothing to say."""
    return func.HttpResponse(status_code=204)


def create_error_response(
    *faults: str, status_code: int = 400, headers: Mapping[str, str] | None = None, **more: Any
) -> func.HttpResponse:
    """Answer with one fault as ``{"error": ...}`` or several as ``{"errors": [...]}``; ``more`` joins the document."""
    document: dict[str, Any] = {"error": faults[0]} if len(faults) == 1 else {"errors": list(faults)}
    return _json(document | more, status_code, headers)


def internal_error_response(error: BaseException) -> func.HttpResponse:
    """Log a bug with its traceback and answer 500 with an id that the caller can quote, and nothing else."""
    error_id = uuid.uuid4().hex
    _logger.error("request failed", exc_info=error, extra={"error_id": error_id})
    return create_error_response(INTERNAL_ERROR, status_code=500, id=error_id)


def json_bytes(document: Any) -> bytes:
    """Return what an answer of ``document`` carries."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")


def _json(document: Any, status_code: int, headers: Mapping[str, str] | None) -> func.HttpResponse:
    return func.HttpResponse(
        json_bytes(document),
        status_code=status_code,
        headers=dict(headers) if headers else None,
        mimetype="application/json",
    )
