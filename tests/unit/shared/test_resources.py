"""Resources: opened once for all who wait, closed by whoever opened them, and tried again after an outage."""

import asyncio
import json
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from shared.clients.mock_embeddings import MockEmbeddings
from shared.clients.openai_embeddings import Embeddings
from shared.errors import Rejected, Unavailable
from shared.resources import open_resources
from shared.settings import load_settings
from tests.support.cosmos import KEY, running_cosmos, start_cosmos
from tests.support.stack import REPOSITORY, sample_environment

PROCESS = Path(__file__).with_name("opening_process.py")
TRY_AGAIN_S = 30.0


def environment(cosmos_url, mock="1", key=KEY):
    return sample_environment() | {"DISABLE_OPENAI": mock, "COSMOS_ENDPOINT": cosmos_url, "COSMOS_KEY": key}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cosmos(tmp_path_factory):
    async with running_cosmos(tmp_path_factory.mktemp("cosmos")) as running:
        yield running


class Opener:
    """A process that opens its resources when told to."""

    def __init__(self, process):
        self._process = process

    async def tell(self, command):
        """Give a command and return the answer."""
        self._process.stdin.write(f"{command}\n".encode())
        async with asyncio.timeout(60):
            return json.loads(await self._process.stdout.readline())


@asynccontextmanager
async def opener(cosmos_url):
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(PROCESS),
        cwd=REPOSITORY,
        env=environment(cosmos_url) | {"PYTHONPATH": str(REPOSITORY)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Opener(process)
    finally:
        process.stdin.close()
        async with asyncio.timeout(30):
            await process.wait()


@pytest.mark.parametrize(("mock", "model"), [("1", MockEmbeddings), ("0", Embeddings)])
async def test_mock_mode_needs_no_model(cosmos, mock, model):
    async with open_resources(load_settings(environment(cosmos.url, mock))) as resources:
        assert isinstance(resources.model, model)


async def test_mock_mode_has_containers_of_its_own(cosmos):
    settings = load_settings(environment(cosmos.url))
    assert settings.snippets.name.endswith("-offline")
    assert settings.chunks.name.endswith("-offline")
    async with open_resources(settings) as resources:
        assert await resources.model.embed(["a", "b"]) == [[0.0, 1.0, 0.0]] * 2


async def test_a_database_that_does_not_answer_is_unavailable_and_leaves_nothing_open(unused_tcp_port):
    settings = load_settings(environment(f"http://127.0.0.1:{unused_tcp_port}"))
    with pytest.raises(Unavailable, match="Cosmos DB cannot be reached"):
        async with open_resources(settings):
            pytest.fail("nothing serves there")


async def test_a_wrong_key_is_rejected(cosmos):
    settings = load_settings(environment(cosmos.url, key="d3Jvbmcga2V5"))
    with pytest.raises(Rejected, match="Cosmos DB answered 401"):
        async with open_resources(settings):
            pytest.fail("the key is wrong")


async def test_all_who_wait_get_the_same_resources(cosmos):
    async with opener(cosmos.url) as process:
        first = await process.tell("open 50")
        assert (first["opened"], first["different"], first["errors"]) == (50, 1, [])
        assert (await process.tell("open 1"))["different"] == 1


async def test_one_who_gives_up_does_not_end_it_for_the_others(cosmos):
    async with opener(cosmos.url) as process:
        assert (await process.tell("leave"))["answers"] == ["CancelledError", "Resources"]


async def test_an_outage_is_told_to_all_who_wait_and_ends_with_the_outage(tmp_path, unused_tcp_port):
    async with opener(f"http://127.0.0.1:{unused_tcp_port}") as process:
        down = await process.tell("open 20")
        assert (down["opened"], down["errors"]) == (0, ["Unavailable"])
        running = await asyncio.to_thread(start_cosmos, tmp_path, KEY, unused_tcp_port)
        try:
            async with asyncio.timeout(TRY_AGAIN_S):
                while (await process.tell("open 1"))["opened"] == 0:
                    await asyncio.sleep(0.05)
        finally:
            await asyncio.to_thread(running.stop)
