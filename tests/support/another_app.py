"""The app under test when somebody else has started it: on Core Tools beside Microsoft's emulators, or in Azure.

``FANWISE_BASE_URL`` is the switch: with it, the end-to-end tests that only speak HTTP ask the app at that address, and
those that reach into services which they start themselves are skipped. ``FANWISE_FUNCTION_KEY`` is sent where a
deployment asks for a key.
"""

import os
from collections.abc import Collection

BASE_URL = "FANWISE_BASE_URL"
FUNCTION_KEY = "FANWISE_FUNCTION_KEY"
REASON = f"{BASE_URL} is set, and this test reaches into services that it starts itself"


def another_app() -> str | None:
    """Return the address of the app that somebody else started, None where the tests start their own."""
    return (os.environ.get(BASE_URL) or "").rstrip("/") or None


def key_headers() -> dict[str, str]:
    """Return the headers with which a caller of that app shows its key; none where it needs no key."""
    key = os.environ.get(FUNCTION_KEY) if another_app() else None
    return {"x-functions-key": key} if key else {}


def speaks_http_only(fixtures: Collection[str]) -> bool:
    """Tell whether a test that uses ``fixtures`` asks the app over HTTP and nothing else."""
    return "app_url" in fixtures and "stack" not in fixtures
