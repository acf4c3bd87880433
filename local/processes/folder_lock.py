"""One process to a data folder: two would write into the same database."""

import os
import sys
from pathlib import Path
from typing import IO


class FolderLock:
    """Held from construction to ``release``, or until the process ends, however it ends.

    Args:
        name: Of the lock's file, such as ``host.lock``.
        holder: What holds such a lock, for the message.

    Raises:
        OSError: Another process holds it; the message names the process.
    """

    def __init__(self, folder: Path, name: str, holder: str) -> None:
        self._file = (folder / name).open("a+", encoding="utf-8")
        if not _try_lock(self._file):
            self._file.seek(0)
            process = self._file.read(20).strip() or "unknown"
            self._file.close()
            raise OSError(f"the data folder {folder} is in use by another {holder} (process {process})")
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        """Let go of the folder."""
        self._file.close()


def _try_lock(file: IO[str]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
