"""Whether HTTP goes through a proxy, which is asked once and not for every request."""

from urllib.request import getproxies


def proxy_is_set() -> bool:
    """Return whether the environment (on macOS and Windows, the system) names a proxy.

    aiohttp, told to heed the environment, looks for proxies and a ``.netrc`` in a thread, for every request: a hop
    there and back, which a busy event loop makes long.
    """
    return any(scheme != "no" for scheme in getproxies())
