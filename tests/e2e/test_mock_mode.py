"""DISABLE_OPENAI=1: everything but the model, without a service to call."""

from collections.abc import AsyncGenerator

import pytest_asyncio

from tests.support.fanwise import Fanwise, fanwise
from tests.support.stack import running_stack

TEN_MEGABYTES = 10 * 1024 * 1024
# Ten megabytes in chunks of the default size would be four times as many activities, each like the others; that as many
# segments as these are need are gathered is a unit test of the orchestrator.
CHUNK_SIZE = 3200
SLICES = {"DISABLE_OPENAI": "1", "CHUNK_MODE": "chars", "CHUNK_SIZE": str(CHUNK_SIZE)}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def mock_url() -> AsyncGenerator[str]:
    async with running_stack("--no-openai", env=SLICES) as stack:
        assert stack.host
        yield stack.host.url


async def test_every_vector_is_the_mock_vector(mock_url, project):
    async with fanwise(mock_url) as app:
        output = await app.embed(projectId=project, name="a.py", text="x" * (2 * CHUNK_SIZE + 1))
        assert (output["ok"], output["chunks"], output["dimensions"]) == (True, 3, 3)
        snippet = await app.read(project, "a.py", include="embedding")
        assert (snippet["embedding"], snippet["model"]) == ([0.0, 1.0, 0.0], "mock")
        assert (await app.query("anything", projectId=project, k=1))[0]["passages"][0]["similarity"] == 1.0


async def test_github_is_no_dependency_where_nothing_is_gathered(mock_url):
    async with fanwise(mock_url) as app:
        _, answer, _ = await app.call("GET", "/api/health", headers={"user-id": "me"})
        assert set(answer["dependencies"]) == {"cosmos", "storage", "openai", "search", "servicebus", "durable"}


async def test_ten_megabytes_work(mock_url, project):
    line = "a line of an ordinary text, {:09d}\n"
    text = "".join(line.format(i) for i in range(TEN_MEGABYTES // len(line.format(0))))
    async with fanwise(mock_url) as app:
        links = await app.submit(projectId=project, name="large.txt", text=text)
        ended = await app.ended(links, deadline_s=180)
        assert ended["output"] == {
            "ok": True,
            "id": "large.txt",
            "chunks": -(-len(text) // CHUNK_SIZE),
            "embedded": -(-len(text) // CHUNK_SIZE),
            "reused": 0,
            "dimensions": 3,
        }
        assert await _is_whole(app, project, text)


async def _is_whole(app: Fanwise, project: str, text: str) -> bool:
    return (await app.read(project, "large.txt"))["text"] == text
