"""One stack per data folder: two would write into the same databases."""

import fcntl
import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import psutil

from local.stack.errors import FolderInUse

# How long the children of a supervisor that was killed may take to end; the watchdog holds the lock until then.
PREDECESSOR_S = 15.0
POLL_S = 0.05


@contextmanager
def locked(folder: Path) -> Generator[int]:
    """Hold ``folder``; yields the lock's file descriptor, which also holds it in a process that inherits it.

    Raises:
        FolderInUse: Another stack runs there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _acquire(descriptor, folder)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield descriptor
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, folder: Path) -> None:
    deadline = time.monotonic() + PREDECESSOR_S
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 20, 0).decode(errors="replace")
            alive = holder.isdigit() and psutil.pid_exists(int(holder))
            if alive or time.monotonic() > deadline:
                raise FolderInUse(
                    f"the data folder {folder} is in use by process {holder or 'unknown'}; end it, or name another "
                    "folder with --data"
                ) from None
            time.sleep(POLL_S)
        else:
            return
