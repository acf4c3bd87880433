"""TCP ports of this machine: which are free, and who holds one that is not."""

import errno
import random
import socket

import psutil

LOOPBACK = "127.0.0.1"
# Below the range from which Linux (32768) and macOS (49152) take the ports of outgoing connections, so that a port
# found free here is still free when the process that gets it listens on it a second later. Each comes with the two
# after it: Azurite serves queues and tables there.
AUTO_PORTS = range(20_000, 32_000, 4)
ATTEMPTS = 200


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Tell whether a server could listen on ``port`` now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: a port in TIME_WAIT from a stack that has just ended counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def free_ports(count: int) -> list[int]:
    """Return ``count`` different ports; on them and the two after each nobody listens.

    Raises:
        OSError: No free port was found.
    """
    found: list[int] = []
    for port in random.SystemRandom().sample(AUTO_PORTS, ATTEMPTS):
        if len(found) == count:
            break
        if all(is_free(port + n) for n in range(3)):
            found.append(port)
    if len(found) < count:
        raise OSError(f"no {count} free ports between {AUTO_PORTS.start} and {AUTO_PORTS.stop}")
    return found


def holder_of(port: int) -> str:
    """Say who listens on ``port``: ``python (pid 4711): python -m http.server``, or that it is not ours to see."""
    for process in psutil.process_iter():
        try:
            if any(c.status == psutil.CONN_LISTEN and c.laddr.port == port for c in process.net_connections("tcp")):
                command = " ".join(process.cmdline())
                return f"{process.name()} (pid {process.pid}): {command[:120]}"
        except (psutil.AccessDenied, psutil.NoSuchProcess):
            continue
    return "a process of another user, or one that has just ended"


def held_by(port: int, error: OSError) -> str:
    """Return who holds ``port``, for the end of a sentence about ``error``; empty when that is not what went wrong."""
    return f"; it is held by {holder_of(port)}" if error.errno == errno.EADDRINUSE else ""
