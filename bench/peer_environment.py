"""The environment that holds the peers, made on first use and again when a pin changes."""

import asyncio
import hashlib
import sys
from pathlib import Path

from bench.processes import ROOT

ENVIRONMENT = ROOT / ".local" / "bench-venv"
REQUIREMENTS = Path(__file__).with_name("peers") / "requirements.txt"


async def peer_python() -> Path:
    """The interpreter of the peers' environment.

    Raises:
        RuntimeError: The environment cannot be made; the message is the tool's own.
    """
    python = ENVIRONMENT / "bin" / "python"
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    stamp = ENVIRONMENT / ".installed"
    if not stamp.exists() or stamp.read_text() != wanted:
        await _run(sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT))
        await _run(str(python), "-m", "pip", "install", "--quiet", "-r", str(REQUIREMENTS))
        stamp.write_text(wanted)
    return python


async def _run(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}: {output.decode(errors='replace')}")
