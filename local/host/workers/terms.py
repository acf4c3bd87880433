"""What a host tells a worker process on its standard input."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Terms:
    """``descriptor``: the worker's end of a socket pair. ``client_binding``: what a durableClient parameter gets."""

    app: str
    descriptor: int
    log_level: str
    client_binding: str
