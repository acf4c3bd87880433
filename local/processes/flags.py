"""Switches of a process that may stand in its environment."""

import os

_FALSE = ("", "0", "false", "no")


def is_set(name: str) -> bool:
    """Whether an environment variable switches something on."""
    return os.environ.get(name, "").lower() not in _FALSE
