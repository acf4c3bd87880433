"""Ends the children of a supervisor that can no longer do it: killed with ``kill -9``, or crashed.

It holds one end of a pipe whose other end only the supervisor has. The supervisor writes a line, ``pid start-time``,
for every child; when the pipe closes, whatever still runs is ended. Linux could do this alone with PR_SET_PDEATHSIG,
macOS could not.
"""

import contextlib
import os
import signal
import sys

import psutil

GRACE_S = 5.0
# Two clocks may round a start time differently; a process id is not used again within this time.
SAME_START_S = 1.0


def same_process(pid: int, started: float) -> psutil.Process | None:
    """Return the process ``pid`` when it is still the one that started at ``started``."""
    try:
        process = psutil.Process(pid)
        return process if abs(process.create_time() - started) < SAME_START_S else None
    except psutil.NoSuchProcess:
        return None


def end_all(processes: list[psutil.Process]) -> None:
    """End the process groups that these processes lead, gently at first."""
    for name in (signal.SIGTERM, signal.SIGKILL):
        for process in processes:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, name)
        _, processes = psutil.wait_procs(processes, timeout=GRACE_S)
        if not processes:
            return


def main() -> None:
    """Read children from standard input until it closes, then end them."""
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Only the supervisor's end ends the watchdog.
        signal.signal(name, signal.SIG_IGN)
    children: list[tuple[int, float]] = []
    for line in sys.stdin:
        pid, started = line.split()
        children.append((int(pid), float(started)))
    end_all([process for pid, started in children if (process := same_process(pid, started)) is not None])


if __name__ == "__main__":
    main()
