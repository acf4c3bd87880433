"""An endpoint of this machine as a process that a test starts, ends, or kills as a power cut would."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

REPOSITORY = Path(__file__).resolve().parents[2]
_START_S = 30.0
_STOP_S = 15.0
_POLL_S = 0.02


@dataclass(frozen=True, slots=True)
class EndpointProcess:
    """A running endpoint. ``key``: what signs requests to it, "" where it checks none."""

    process: subprocess.Popen[bytes]
    key: str

    @property
    def pid(self) -> int:
        return self.process.pid

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """Ask it to stop, and wait; return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                self.kill()
        return self.process.returncode


def started(
    module: str, data_dir: Path, *options: str, key: str, environment: Mapping[str, str]
) -> tuple[subprocess.Popen[bytes], dict[str, Any]]:
    """Start ``python -m module`` on ``data_dir``, which exists; return it once it serves, with its ready file.

    Raises:
        RuntimeError: It ended before, or took too long; with the end of its log.
    """
    ready, log = data_dir / f"ready-{uuid4().hex}.json", data_dir / f"{module.rpartition('.')[2]}.log"
    command = [sys.executable, "-m", module, "--data", str(data_dir), "--ready-file", str(ready), *options]
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*command, "--key", key] if key else command,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=REPOSITORY,
            env=dict(environment),
        )
    deadline = time.monotonic() + _START_S
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            process.wait()
            raise RuntimeError(f"{module} did not start:\n{log.read_text()[-4000:]}")
        time.sleep(_POLL_S)
    content = json.loads(ready.read_text())
    ready.unlink()
    return process, content
