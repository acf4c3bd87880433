"""The connections on which PyGithub's requests go out."""

import copy
from urllib.parse import urlsplit

import requests
from github.Requester import HTTPRequestsConnectionClass, HTTPSRequestsConnectionClass

Connection = HTTPRequestsConnectionClass | HTTPSRequestsConnectionClass


class Connections:
    """Up to ``limit`` connections to one address, kept open between requests."""

    def __init__(self, address: str, limit: int, timeout_s: int) -> None:
        parts = urlsplit(address)
        kind = HTTPSRequestsConnectionClass if parts.scheme == "https" else HTTPRequestsConnectionClass
        self._pattern = kind(parts.hostname or "", parts.port, timeout=timeout_s, pool_size=limit)
        _ask_once(self._pattern.session, address)

    def one(self) -> Connection:
        """Return what a single request goes out on.

        PyGithub's own object notes the address in one step and sends in another, and all threads share it: between the
        two another thread may put its address there, and both get the answer to one question. Copies share the open
        connections and nothing else.
        """
        return copy.copy(self._pattern)

    def close(self) -> None:
        """Close those that are open."""
        self._pattern.close()


def _ask_once(session: requests.Session, address: str) -> None:
    """Let a session heed the environment's proxies and certificates only where there are any for ``address``.

    It would walk through the whole environment twice a request, which is a tenth of what a request costs.
    """
    wanted = session.merge_environment_settings(address, {}, None, True, None)
    session.trust_env = bool(wanted["proxies"]) or wanted["verify"] is not True
