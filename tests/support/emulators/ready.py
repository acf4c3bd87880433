"""``python -m tests.support.emulators.ready ADDRESS ...``: wait until every address answers.

``http://`` addresses have to answer with 200, ``tcp://`` ones to take a connection, a ``file:`` has to be there. After
``--within`` seconds those that do not are named, and the exit code is 1.
"""

import argparse
import socket
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

PAUSE_S = 0.5
ANSWER_S = 5.0


def waiting(addresses: list[str], within_s: float) -> list[str]:
    """Return the addresses that did not answer within ``within_s`` seconds; none when all did."""
    deadline = time.monotonic() + within_s
    left = list(addresses)
    while (left := [address for address in left if not answers(address)]) and time.monotonic() < deadline:
        time.sleep(PAUSE_S)
    return left


def answers(address: str) -> bool:
    """Tell whether something serves, or is, at ``address`` now."""
    parts = urlsplit(address)
    if parts.scheme == "file":
        return Path(parts.path).is_file()
    try:
        if parts.scheme == "tcp":
            with socket.create_connection((parts.hostname or "", parts.port or 0), ANSWER_S):
                return True
        with urlopen(address, timeout=ANSWER_S) as answer:
            return answer.status == 200
    except (URLError, OSError):
        return False


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.emulators.ready", description=__doc__)
    parser.add_argument("addresses", nargs="+", metavar="ADDRESS")
    parser.add_argument("--within", type=float, default=180, metavar="S", help="seconds to wait (default: %(default)s)")
    chosen = parser.parse_args(arguments)
    silent = waiting(chosen.addresses, chosen.within)
    for address in silent:
        sys.stderr.write(f"no answer from {address} within {chosen.within:g} s\n")
    return 1 if silent else 0


if __name__ == "__main__":
    sys.exit(main())
