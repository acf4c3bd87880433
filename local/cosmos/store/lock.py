"""One endpoint to a folder: two would not see each other's vectors."""

import fcntl
import os
from pathlib import Path

FILE_NAME = "cosmos.lock"


class FolderLock:
    """Held from construction to ``release``, or until the process ends, however it ends.

    Raises:
        OSError: Another process holds it; the message names the process.
    """

    def __init__(self, folder: Path) -> None:
        self._file = (folder / FILE_NAME).open("a+", encoding="ascii")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.seek(0)
            holder = self._file.read(20).strip() or "unknown"
            self._file.close()
            raise OSError(f"the data folder {folder} is in use by another endpoint (pid {holder})") from None
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        self._file.close()
