"""What the endpoint refuses, in the service's statuses and shape."""

from typing import Any

_CODES = {
    400: "InvalidRequestParameter",
    403: "Forbidden",
    404: "ResourceNotFound",
    405: "MethodNotAllowed",
    409: "ResourceNameAlreadyInUse",
    412: "PreconditionFailed",
    413: "RequestEntityTooLarge",
    429: "TooManyRequests",
    500: "InternalServerError",
    503: "ServiceUnavailable",
}


class SearchError(Exception):
    """A request that is answered with ``status`` and ``{"error": {"code", "message", "details"}}``."""

    def __init__(
        self, status: int, message: str, code: str | None = None, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code or _CODES.get(status, "InvalidRequestParameter")
        self.headers = headers or {}

    @property
    def body(self) -> dict[str, Any]:
        """The service's error document: its code in general, the same with the message in particular."""
        return {
            "error": {
                "code": self.code,
                "message": self.message,
                "details": [{"code": self.code, "message": self.message}],
            }
        }


def bad_request(message: str, code: str | None = None) -> SearchError:
    return SearchError(400, message, code)


def not_found(message: str) -> SearchError:
    return SearchError(404, message)


def unsupported(what: str) -> SearchError:
    """Something that the service does and this endpoint does not."""
    return SearchError(400, f"This endpoint does not support {what}.", "FeatureNotSupported")


def shown(value: object, length: int = 60) -> str:
    """``value`` for a message: quoted and cut."""
    text = repr(value)
    return text if len(text) <= length else f"{text[: length - 3]}..."
