"""How Azurite is started: its command line and its environment."""

import os
from dataclasses import dataclass
from pathlib import Path

from local.azurite.node import find_node

REPOSITORY = Path(__file__).parents[2]
AZURITE = REPOSITORY / "node_modules" / "azurite" / "dist" / "src"
# The account of every storage emulator; its key is ours.
ACCOUNT = "devstoreaccount1"


@dataclass(frozen=True, slots=True)
class Ports:
    """Where Azurite listens. Queues and tables are served only when they have ports."""

    blob: int
    queue: int | None = None
    table: int | None = None


def is_installed() -> bool:
    """Tell whether ``node_modules`` holds Azurite."""
    return (AZURITE / "blob" / "main.js").is_file()


def command(ports: Ports, data: Path, host: str = "127.0.0.1") -> list[str]:
    """Return the command line that serves blobs (and queues and tables) from ``data``.

    Raises:
        FileNotFoundError: Azurite is not installed, or there is no Node to run it.
    """
    if not is_installed():
        raise FileNotFoundError("Azurite is not installed; run: python -m local.azurite.install")
    arguments = ["--blobHost", host, "--blobPort", str(ports.blob)]
    script = AZURITE / "blob" / "main.js"
    if ports.queue is not None and ports.table is not None:
        script = AZURITE / "azurite.js"
        arguments += ["--queueHost", host, "--queuePort", str(ports.queue)]
        arguments += ["--tableHost", host, "--tablePort", str(ports.table)]
    # The SDKs send newer API versions than Azurite knows; what Fanwise calls has not changed in them.
    arguments += ["--location", str(data), "--skipApiVersionCheck", "--disableTelemetry", "--silent"]
    return [find_node().program, str(script), *arguments]


def environment(key: str) -> dict[str, str]:
    """Return the environment for Azurite with ``key`` for its one account."""
    return {
        **os.environ,
        "AZURITE_ACCOUNTS": f"{ACCOUNT}:{key}",
        # Keeps compiled scripts between starts: about a fifth of the start's time.
        "NODE_COMPILE_CACHE": str(REPOSITORY / "node_modules" / ".cache" / "compile"),
    }
