"""What a hook says, without secrets: nothing else of the hooks prints."""

import re
import sys

# A management URL carries the system key as `code`.
_CODE = re.compile(r"([?&](?:code|sig)=)[^&\s\"']+", re.IGNORECASE)
_BEARER = re.compile(r"(Bearer\s+)[\w.~+/=-]+", re.IGNORECASE)
_hidden: set[str] = set()


def hide(secret: str) -> None:
    """Never show ``secret`` from now on."""
    if secret:
        _hidden.add(secret)


def say(text: str) -> None:
    """Show a line at once: azd shows what a hook says while it runs."""
    print(shown(text), flush=True)  # noqa: T201


def fail(what: str, advice: str) -> None:
    """Show what is wrong and what to do, where azd looks for it."""
    sys.stdout.flush()
    print(shown(f"\nFAILED: {what}\nWhat to do: {advice}"), file=sys.stderr, flush=True)  # noqa: T201


def shown(text: str) -> str:
    """Return ``text`` with every secret masked."""
    for secret in sorted(_hidden, key=len, reverse=True):
        text = text.replace(secret, "***")
    return _BEARER.sub(r"\1***", _CODE.sub(r"\1***", text))
