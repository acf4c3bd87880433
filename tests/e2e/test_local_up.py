"""``python -m local up`` and ``run`` as a person starts them."""

import asyncio
import os
import signal
import socket
import sys
import time
from pathlib import Path

import psutil
import pytest
from azure.cosmos.aio import CosmosClient
from azure.storage.blob.aio import BlobServiceClient

from local.stack.provision import account_name
from shared.topology import topology
from tests.support.catalogue import small_catalogue
from tests.support.stack import (
    ENDPOINTS,
    REPOSITORY,
    STACK_PARTS,
    RunningStack,
    StackPart,
    running_stack,
    sample_environment,
)

DEADLINE_S = 30
# What a test leaves out because it has nothing to do with what the test is about: each part is a process.
KEEPERS_ALONE = ("--no-host", "--no-openai", "--no-search", "--no-github", "--no-servicebus")
FEW = ("--no-host", "--no-cosmos", "--no-search", "--no-github")
KEY = sample_environment()["COSMOS_KEY"]


def parts(stack: RunningStack) -> dict[str, StackPart]:
    return {name: part for name in STACK_PARTS if (part := getattr(stack, name))}


async def all_gone(pids: list[int]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while True:
            if not any(psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie" for pid in pids):
                return
            await asyncio.sleep(0.05)


async def local(*arguments: str, env: dict[str, str] | None = None) -> tuple[int | None, str]:
    """Run ``python -m local`` to its end; return its exit code and what it printed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "local", *arguments),
        cwd=REPOSITORY,
        env=os.environ | sample_environment() | (env or {}),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), 4 * DEADLINE_S)
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    return process.returncode, output.decode()


async def test_second_start_finds_what_the_first_kept(tmp_path: Path) -> None:
    item = {"id": "kept", "projectId": "p", "embedding": [0.0] * 1536}
    async with running_stack(*KEEPERS_ALONE, data=tmp_path) as stack:
        assert stack.cosmos
        assert stack.storage
        async with CosmosClient(stack.cosmos.url, KEY) as cosmos:
            await container(cosmos).create_item(item)
        async with blobs(stack.storage.url) as service:
            await service.get_blob_client("snippet-uploads", "kept").upload_blob(b"kept")
    async with running_stack(*KEEPERS_ALONE, data=tmp_path) as stack:
        assert stack.cosmos
        assert stack.storage
        async with CosmosClient(stack.cosmos.url, KEY) as cosmos:
            assert (await container(cosmos).read_item("kept", "p"))["id"] == "kept"
        async with blobs(stack.storage.url) as service:
            blob = await service.get_blob_client("snippet-uploads", "kept").download_blob()
            assert await blob.readall() == b"kept"


def container(cosmos: CosmosClient):
    return cosmos.get_database_client(topology().database).get_container_client(topology().containers["snippets"].name)


def blobs(url: str) -> BlobServiceClient:
    return BlobServiceClient(url, credential={"account_name": account_name(url), "account_key": KEY})


async def test_everything_that_the_topology_names_is_there() -> None:
    async with running_stack(*KEEPERS_ALONE) as stack:
        assert stack.cosmos
        assert stack.storage
        async with CosmosClient(stack.cosmos.url, KEY) as cosmos:
            database = cosmos.get_database_client(topology().database)
            for wanted in topology().containers.values():
                found = await database.get_container_client(wanted.name).read()
                assert found["partitionKey"]["paths"] == [wanted.partition_key]
                assert found.get("defaultTtl") == wanted.ttl_s
                if wanted.vector:
                    vector = found["vectorEmbeddingPolicy"]["vectorEmbeddings"][0]
                    assert (vector["path"], vector["dimensions"]) == (wanted.vector.path, wanted.vector.dimensions)
        async with blobs(stack.storage.url) as service:
            assert {b.name async for b in service.list_containers()} >= {
                b.name for b in topology().blob_containers.values()
            }


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda n: n.name)
async def test_children_end_with_up_however_it_ends(number: signal.Signals) -> None:
    async with running_stack(*FEW) as stack:
        pids = [part.pid for part in parts(stack).values() if part.pid]
        assert len(pids) == 3
        stack.process.send_signal(number)
        code = await asyncio.wait_for(stack.process.wait(), DEADLINE_S)
        await all_gone(pids)
    assert code == (-signal.SIGKILL if number is signal.SIGKILL else 0)


async def test_child_that_dies_is_named_and_ends_the_whole(tmp_path: Path) -> None:
    options = (*FEW, "--no-catalogue", "--ports", "auto", "--data", str(tmp_path))
    absent = {setting: "" for setting, option in ENDPOINTS.items() if option in FEW}
    up = asyncio.create_task(local("up", *options, "--ready-file", str(tmp_path / "r"), env=absent))
    async with asyncio.timeout(DEADLINE_S):
        while True:
            if (tmp_path / "r").exists():
                break
            await asyncio.sleep(0.05)
    children = psutil.Process().children(recursive=True)
    (openai,) = [child for child in children if "local.openai" in child.cmdline() and str(tmp_path) in up_of(child)]
    openai.kill()
    code, output = await up
    assert code == 1
    assert "openai ended with signal SIGKILL" in output
    assert "on http://127.0.0.1:" in output


def up_of(child: psutil.Process) -> str:
    parent = child.parent()
    return " ".join(parent.cmdline()) if parent else ""


async def test_busy_port_is_named_with_its_holder(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code, output = await local("up", "--ports", "auto", "--cosmos-port", str(port), "--data", str(tmp_path))
    assert code == 1
    assert f"port {port}, for cosmos, is held by" in output
    assert f"pid {os.getpid()}" in output
    assert "--cosmos-port" in output


async def test_second_up_on_one_data_folder_is_refused(tmp_path: Path) -> None:
    async with running_stack(*FEW, "--no-openai", "--no-storage", data=tmp_path) as first:
        code, output = await local("up", "--ports", "auto", "--data", str(tmp_path))
        assert code == 1
        assert f"in use by process {first.pid}" in output


async def test_embedder_s_switches_pass_through() -> None:
    async with running_stack(*FEW, "--no-storage", "--no-servicebus", "--openai-latency-ms", "250") as stack:
        assert stack.openai
        begun = time.monotonic()
        await post_embeddings(stack.openai.url)
        assert time.monotonic() - begun >= 0.25


async def post_embeddings(url: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rsplit(":", 1)[1]))
    body = b'{"model": "m", "input": "a"}'
    writer.write(b"POST /openai/v1/embeddings HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
    assert b"200" in await reader.readline()
    writer.close()


async def test_demonstration_embeds_finds_and_searches(tmp_path: Path) -> None:
    catalogue = ("--catalogue", str(small_catalogue(tmp_path, 300)))
    users = {"REPO_CONTEXT_USERS": "pallets"}
    first, printed = await local("run", "--once", "--ports", "auto", "--data", str(tmp_path), *catalogue, env=users)
    assert first == 0, printed
    assert "heapq.py" in printed
    assert "FAILED" not in printed
    assert "1. heapq.py" in printed
    second, again = await local("run", "--once", "--ports", "auto", "--data", str(tmp_path), *catalogue, env=users)
    assert second == 0, again
    assert " 0 embedded" in again
    assert "queued" in printed
    assert "Without scoring" in printed
    assert "offline-rules" in printed
