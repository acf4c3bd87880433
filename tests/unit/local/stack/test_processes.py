"""Ports, locks, ready files, children and the watchdog, with real sockets and processes."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from local.processes.ports import free_ports, holder_of, is_free
from local.processes.ready_file import read_ready_file, write_ready_file
from local.stack.errors import FolderInUse
from local.stack.lock import locked
from local.stack.process import Child

REPOSITORY = Path(__file__).parents[4]
DEADLINE_S = 20


async def start_child(tmp_path: Path, code: str) -> Child:
    return await Child.start(
        "child", [sys.executable, "-c", code], log=tmp_path / "logs" / "child.log", env=os.environ, cwd=tmp_path
    )


def test_port_in_use_is_not_free_and_its_holder_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert not is_free(port)
        assert f"pid {os.getpid()}" in holder_of(port)


def test_free_ports_are_different_and_free() -> None:
    ports = free_ports(4)
    assert len(set(ports)) == 4
    assert all(is_free(port) for port in ports)


def test_ready_file_is_read_as_written_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "ready.json"
    assert read_ready_file(path) is None
    write_ready_file(path, {"url": "http://x", "pid": 1})
    assert read_ready_file(path) == {"url": "http://x", "pid": 1}
    assert [entry.name for entry in path.parent.iterdir()] == ["ready.json"]


def test_second_stack_on_a_folder_is_refused_with_the_first_one_s_process(tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(FolderInUse, match=str(os.getpid())), locked(tmp_path):
        pytest.fail("two stacks hold one folder")


def test_folder_can_be_used_again(tmp_path: Path) -> None:
    with locked(tmp_path):
        pass
    with locked(tmp_path):
        pass


async def test_child_that_dies_is_named_with_exit_code_and_last_words(tmp_path: Path) -> None:
    child = await start_child(tmp_path, "print('last words'); raise SystemExit(3)")
    message = str(await child.ended())
    assert "child ended with exit code 3" in message
    assert "last words" in message


async def test_child_that_was_killed_is_named_with_the_signal(tmp_path: Path) -> None:
    child = await start_child(tmp_path, "import time; time.sleep(600)")
    child.signal(signal.SIGKILL)
    assert "signal SIGKILL" in str(await child.ended())


async def test_child_that_ignores_the_request_to_stop_is_killed(tmp_path: Path) -> None:
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
    )
    child = await start_child(tmp_path, code)
    async with asyncio.timeout(DEADLINE_S):
        # It is deaf from the moment it says so; before, the request would end it.
        while True:
            if child.log.exists() and "deaf" in child.log.read_text():
                break
            await asyncio.sleep(0.01)
        await child.stop(grace_s=0.1)
    assert not child.running


async def test_log_of_the_run_before_is_kept(tmp_path: Path) -> None:
    for words in ("first", "second"):
        await (await start_child(tmp_path, f"print('{words}')")).ended()
    logs = tmp_path / "logs"
    assert (logs / "child.log").read_text() == "second\n"
    assert (logs / "child.previous.log").read_text() == "first\n"


def test_watchdog_ends_children_when_its_pipe_closes() -> None:
    with subprocess.Popen(["sleep", "600"], start_new_session=True) as child:
        started = psutil.Process(child.pid).create_time()
        run_watchdog(f"{child.pid} {started}\n")
        assert child.wait(DEADLINE_S) == -signal.SIGTERM


def test_watchdog_leaves_a_process_alone_that_only_has_the_same_id() -> None:
    with subprocess.Popen(["sleep", "600"], start_new_session=True) as other:
        run_watchdog(f"{other.pid} 12345.0\n")
        assert other.poll() is None
        other.kill()


def run_watchdog(children: str) -> None:
    command = [sys.executable, "-m", "local.stack.watchdog"]
    subprocess.run(command, input=children, text=True, cwd=REPOSITORY, timeout=DEADLINE_S, check=True)
