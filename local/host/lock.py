"""One host per data folder: two engines on one database would run every activity twice."""

import os
import sys
from pathlib import Path
from typing import IO

from local.host.errors import HostError


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


class FolderLock:
    """Holds a data folder for this process; the operating system lets go of it however the process ends."""

    def __init__(self, folder: Path) -> None:
        self._file = (folder / "host.lock").open("a+", encoding="utf-8")
        if not _try_lock(self._file):
            self._file.seek(0)
            holder = self._file.read().strip() or "unknown"
            self._file.close()
            raise HostError(
                f"the data folder {folder} is in use by another host (process {holder}); "
                "stop it or name another with --data"
            )
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        """Let go of the folder."""
        self._file.close()
