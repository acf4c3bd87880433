"""The whole local stack (``python -m local up``) as one process tree on free ports, for tests over HTTP."""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.stack.addresses import service_bus_connection
from shared.topology import topology
from tests.support.catalogue import small_catalogue
from tests.support.ready import ended, ready, words

REPOSITORY = Path(__file__).parents[2]
ENDPOINTS = {
    "COSMOS_ENDPOINT": "--no-cosmos",
    "AZURE_OPENAI_ENDPOINT": "--no-openai",
    "STORAGE_ENDPOINT": "--no-storage",
    "AI_SEARCH_ENDPOINT": "--no-search",
    "GITHUB_API_URL": "--no-github",
    "SERVICEBUS": "--no-servicebus",
}
SAMPLE = json.loads((REPOSITORY / "local.settings.sample.json").read_text(encoding="utf-8"))["Values"]


@dataclass(frozen=True)
class StackPart:
    """Where a part of the stack listens; ``pid`` is None for a part that was found running.

    ``control_url``: where its counters and switches are, when they are not beside what it serves.
    """

    url: str
    pid: int | None
    control_url: str | None = None


@dataclass(frozen=True)
class RunningStack:
    """A running stack: a part that was left out is None."""

    process: asyncio.subprocess.Process
    data: Path
    host: StackPart | None
    cosmos: StackPart | None
    openai: StackPart | None
    search: StackPart | None
    github: StackPart | None
    servicebus: StackPart | None
    storage: StackPart | None

    @property
    def pid(self) -> int:
        """Process id of ``up`` itself."""
        return self.process.pid

    def environment(self) -> dict[str, str]:
        """Return the settings with which another process, such as a host of its own, reaches these parts."""
        addresses = {
            "COSMOS_ENDPOINT": self.cosmos,
            "AZURE_OPENAI_ENDPOINT": self.openai,
            "STORAGE_ENDPOINT": self.storage,
            "AI_SEARCH_ENDPOINT": self.search,
            "GITHUB_API_URL": self.github,
        }
        found = {name: part.url for name, part in addresses.items() if part}
        if self.servicebus:
            found["SERVICEBUS"] = service_bus_connection(self.servicebus.url, SAMPLE["SERVICEBUS"])
        return sample_environment() | found


def sample_environment() -> dict[str, str]:
    """Return the sample's settings and every default, so that a developer's own settings decide no test.

    No account's repositories are gathered unless a test says so: every host would begin with it, at whatever address.
    A service that a test takes away for good is given up after three rounds, not after half a minute.
    """
    defaults = {
        name: str(int(setting.default) if isinstance(setting.default, bool) else setting.default)
        for name, setting in topology().settings.items()
        if setting.default is not None
    }
    return defaults | SAMPLE | {"REPO_CONTEXT_USERS": "", "SEARCH_PATIENCE_S": "3"}


@asynccontextmanager
async def running_stack(
    *options: str, data: Path | None = None, env: Mapping[str, str] | None = None, materials: int = 0
) -> AsyncGenerator[RunningStack]:
    """Run ``python -m local up --ports auto`` with ``options`` added (``--no-host``, ...); all is gone afterwards.

    ``data`` is kept when it is given, else it is a folder of its own that goes too; ``env`` is put over the sample's
    settings; ``materials`` of the catalogue are loaded for search to find. A part that ``options`` leave out is not
    looked for either, unless ``env`` says where it is.
    """
    absent = {setting: "" for setting, option in ENDPOINTS.items() if option in options}
    with tempfile.TemporaryDirectory() as folder:
        ready_file = Path(folder) / "ready.json"
        kept = data or Path(folder) / "data"
        command = [*(sys.executable, "-m", "local", "up", "--ports", "auto"), *("--ready-file", str(ready_file))]
        command += ["--catalogue", str(small_catalogue(Path(folder), materials))] if materials else ["--no-catalogue"]
        environment = os.environ | sample_environment() | absent | (env or {})
        process, parts = await _started([*command, "--data", str(kept), *options], environment, ready_file)
        try:
            places = {name: StackPart(**parts[name]) if name in parts else None for name in STACK_PARTS}
            yield RunningStack(process=process, data=kept, **places)
        finally:
            await ended(process)


async def _started(
    command: list[str], environment: Mapping[str, str], ready_file: Path, attempts: int = 3
) -> tuple[asyncio.subprocess.Process, dict[str, Any]]:
    """Return the process once it is ready, and its parts.

    ``--ports auto`` takes ports that are free: another stack that starts at the same moment may listen there first.
    """
    path = ready_file.with_name("up.log")
    with path.open("w+") as log:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=REPOSITORY, env=environment, stdout=log, stderr=asyncio.subprocess.STDOUT
        )
    try:
        return process, await ready(ready_file, process, log=path)
    except AssertionError:
        if attempts == 1 or not any(each in words(path) for each in ("EADDRINUSE", "is held by")):
            raise
        return await _started(command, environment, ready_file, attempts - 1)
    except BaseException:
        await ended(process)
        raise


STACK_PARTS = ("host", "cosmos", "openai", "search", "github", "servicebus", "storage")
