"""The host is killed while embeddings run; after a restart every one completes and each chunk is stored once."""

import asyncio
import random
from collections import Counter

import pytest
from azure.cosmos.aio import CosmosClient

from shared.topology import topology
from tests.support.fanwise import fanwise
from tests.support.host import running_host
from tests.support.stack import REPOSITORY, running_stack

RUNS = 20
# Slices of 800, so that how many chunks there must be is plain arithmetic.
SLICES = {"CHUNK_MODE": "chars", "CHUNK_SIZE": "800"}


def text_of(seed: int) -> str:
    chance = random.Random(seed)
    return " ".join(str(chance.random()) for _ in range(chance.choice([60, 200, 700])))


@pytest.mark.parametrize("seed", [1])
async def test_killed_at_many_points_every_run_completes_and_each_chunk_is_stored_once(tmp_path, seed):
    chance = random.Random(seed)
    async with running_stack("--no-host", "--openai-latency-ms", "30") as stack:
        async with running_host(REPOSITORY, tmp_path / "host", env=stack.environment() | SLICES) as host:
            async with fanwise(host.url) as app:
                texts = {f"{seed}/{i}.py": text_of(seed * 100 + i) for i in range(RUNS)}
                links = await asyncio.gather(*(app.submit(name=name, text=text) for name, text in texts.items()))
            for _ in range(5):
                await asyncio.sleep(chance.uniform(0, 0.4))  # when the blow falls, not a wait for something
                host.kill()
                await host.restart()
            async with fanwise(host.url) as app:
                ids = [link["id"] for link in links]
                statuses = [{"statusQueryGetUri": f"{host.management}/instances/{run_id}"} for run_id in ids]
                ended = await asyncio.gather(*(app.ended(status) for status in statuses))
                assert [each["output"]["ok"] for each in ended] == [True] * RUNS
                for name, text in texts.items():
                    assert (await app.read("default-project", name))["text"] == text
        assert stack.cosmos
        await each_chunk_is_there_once(stack, texts)


async def test_a_batch_killed_at_many_points_completes_and_removes_what_is_gone(tmp_path):
    chance = random.Random(2)
    texts = {f"src/{i}.py": text_of(i) for i in range(RUNS)}
    async with running_stack("--no-host", "--openai-latency-ms", "30") as stack:
        async with running_host(REPOSITORY, tmp_path / "host", env=stack.environment() | SLICES) as host:
            async with fanwise(host.url) as app:
                await app.embed(name="src/gone.py", text="x = 1\n")
                batch = [{"name": name, "text": text} for name, text in texts.items()]
                document = {"files": batch, "deleteMissing": True, "prefix": "src/"}
                status, links, _ = await app.call("POST", "/api/orchestrators/embeddings/batch", json=document)
                assert status == 202
            for _ in range(5):
                await asyncio.sleep(chance.uniform(0, 0.4))  # when the blow falls, not a wait for something
                host.kill()
                await host.restart()
            async with fanwise(host.url) as app:
                status = {"statusQueryGetUri": f"{host.management}/instances/{links['id']}"}
                output = (await app.ended(status))["output"]
                assert (output["ok"], output["stored"], output["deleted"]) == (True, RUNS, 1)
                for name, text in texts.items():
                    assert (await app.read("default-project", name))["text"] == text
        await each_chunk_is_there_once(stack, texts)


async def each_chunk_is_there_once(stack, texts):
    async with CosmosClient(stack.cosmos.url, stack.environment()["COSMOS_KEY"]) as client:
        container = client.get_database_client(topology().database).get_container_client("code-chunks")
        rows = [row async for row in container.query_items("SELECT c.name, c.chunkIndex, c.version FROM c")]
    expected = {(name, i) for name, text in texts.items() for i in range(-(-len(text) // 800))}
    assert Counter((row["name"], row["chunkIndex"]) for row in rows) == Counter(expected)
    assert len({(row["name"], row["version"]) for row in rows}) == len(texts)
