"""Where a stand-in listens: its socket, its address, and whether other machines can reach it."""

import ipaddress
import socket

from local.processes.ports import held_by

_BACKLOG = 1024


def listening_socket(host: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0 takes a free one.

    Raises:
        OSError: The port is taken or the host is none of this machine's; the message names whoever holds the port.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise OSError(f"cannot listen on {host}:{port}: {error.strerror or error}{held_by(port, error)}") from None
    except OverflowError:
        listener.close()
        raise OSError(f"cannot listen on {host}:{port}: a port is at most 65535") from None
    listener.setblocking(False)
    return listener


def address_of(listener: socket.socket, scheme: str = "http") -> str:
    """Return the address under which a listening socket is reached."""
    host, port = listener.getsockname()[:2]
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"


def is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches what listens on ``host``."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
