"""What the endpoint refuses, in GitHub's statuses and shape."""

from typing import Any

import orjson

DOCS = "https://docs.github.com/rest"
LIMITS_DOCS = f"{DOCS}/overview/rate-limits-for-the-rest-api"
SECONDARY_DOCS = (
    "https://docs.github.com/free-pro-team@latest/rest/overview/rate-limits-for-the-rest-api"
    "#about-secondary-rate-limits"
)


class Refusal(Exception):
    """A request that is answered with ``status`` and ``{"message", "documentation_url", "status", ...}``.

    ``documentation``: address of the page that explains it; None stands for that of the route.
    """

    def __init__(
        self,
        status: int,
        message: str,
        documentation: str | None = None,
        headers: dict[str, str] | None = None,
        **fields: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.documentation = documentation
        self.headers = headers or {}
        self._fields = fields

    def body(self, documentation: str = DOCS) -> bytes:
        """Return the document; ``documentation`` is the route's own page."""
        return orjson.dumps(
            {
                "message": self.message,
                **self._fields,
                "documentation_url": self.documentation or documentation,
                "status": str(self.status),
            }
        )


class Moved(Refusal):
    """What was asked for lives at ``location`` now."""

    def __init__(self, location: str) -> None:
        super().__init__(301, "Moved Permanently", f"{DOCS}/guides/best-practices-for-using-the-rest-api")
        self.headers["Location"] = location
        self._fields["url"] = location


def not_found() -> Refusal:
    """Return GitHub's 404, which does not say what is missing or merely hidden."""
    return Refusal(404, "Not Found")


def bad_credentials() -> Refusal:
    """Return GitHub's 401."""
    return Refusal(401, "Bad credentials", DOCS)


def unavailable(status: int) -> Refusal:
    """Return what GitHub's front end answers when what lies behind it fails."""
    messages = {
        500: "Server Error",
        502: "Server Error",
        503: "Service unavailable",
        504: "We couldn't respond in time",
    }
    return Refusal(status, messages[status])
