"""What azd hands a hook: the outputs of infra/main.bicep and what `azd env set` stored, as environment variables."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from infra.hooks.failures import HookFailed
from infra.hooks.patience import Patience

ROOT = Path(__file__).resolve().parents[2]
_YES = {"true", "1", "yes", "on"}
_NO = {"false", "0", "no", "off", ""}


class Outputs:
    """The environment of one deployment."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def get(self, name: str, default: str = "") -> str:
        """Return a value, ``default`` where it is not set or empty."""
        return self._environment.get(name, "").strip() or default

    def need(self, name: str) -> str:
        """Return a value that provisioning sets.

        Raises:
            HookFailed: It is not set.
        """
        if value := self.get(name):
            return value
        raise HookFailed(
            f"{name} is not set", "run azd provision first; hooks are run by azd, or by hand with azd hooks run <name>"
        )

    def flag(self, name: str, *, default: bool) -> bool:
        """Return whether something is wanted.

        Raises:
            HookFailed: The value is neither true nor false.
        """
        value = self.get(name, str(default)).lower()
        if value not in _YES | _NO:
            raise HookFailed(f"{name} is {value!r}, expected true or false", f"azd env set {name} true")
        return value in _YES

    def number(self, name: str, default: float) -> float:
        """Return a number that is not negative.

        Raises:
            HookFailed: The value is no such number.
        """
        text = self.get(name, str(default))
        try:
            value = float(text)
        except ValueError:
            value = -1.0
        if not 0 <= value < float("inf"):
            raise HookFailed(f"{name} is {text!r}, expected a number from 0 on", f"azd env set {name} {default:g}")
        return value

    @property
    def patience(self) -> Patience:
        """How long to wait for what Azure needs time for."""
        return Patience(self.number("HOOK_WAIT_S", 900.0), self.number("HOOK_POLL_S", 10.0))

    @property
    def is_private(self) -> bool:
        """Whether the data services answer only from inside a network of their own."""
        return self.flag("VNET_ENABLED", default=False)


def is_loopback(url: str) -> bool:
    """Whether an address is on this machine: only there a key signs in, and only there it may be http."""
    return urlsplit(url).hostname in {"127.0.0.1", "localhost", "::1"}
