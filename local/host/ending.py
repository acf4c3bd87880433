"""How a process ends in which functions of the app have run."""

import os
import sys
from typing import NoReturn


def end_process(code: int) -> NoReturn:
    """End this process at once: not ``sys.exit``, which would wait for a function that hangs in a thread."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
