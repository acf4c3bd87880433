"""A service dies while Fanwise works: clear answers meanwhile, nothing lost, and work goes on when it is back."""

import asyncio
from urllib.parse import urlsplit

from tests.support.cosmos import start_cosmos
from tests.support.fanwise import fanwise
from tests.support.host import running_host
from tests.support.stack import REPOSITORY, running_stack


async def test_cosmos_dies_and_comes_back(tmp_path):
    data = tmp_path / "cosmos"
    cosmos = await asyncio.to_thread(start_cosmos, data)
    port = urlsplit(cosmos.url).port
    try:
        async with (
            running_stack("--no-host", "--no-cosmos", env={"COSMOS_ENDPOINT": cosmos.url}) as stack,
            running_host(
                REPOSITORY, tmp_path / "host", env=stack.environment() | {"COSMOS_ENDPOINT": cosmos.url}
            ) as host,
            fanwise(host.url) as app,
        ):
            await app.embed(name="a.py", text="the first text")

            cosmos.kill()
            output = await app.embed(name="a.py", text="the second text")
            assert output["ok"] is False
            assert output["failedChunks"] == [0]
            status, answer, headers = await app.call("GET", "/api/snippets/default-project/a.py")
            assert status == 503
            assert "try again" in answer["error"]
            assert int(headers["Retry-After"]) >= 1
            document = {"name": "a.py", "text": "x"}
            keyed = {"Idempotency-Key": "during-the-outage"}
            assert (await app.call("POST", "/api/orchestrators/embeddings", json=document, headers=keyed))[0] == 503

            cosmos = await asyncio.to_thread(start_cosmos, data, port=port or 0)
            assert (await app.read("default-project", "a.py"))["text"] == "the first text"
            assert (await app.embed(name="a.py", text="the second text"))["ok"] is True
            assert (await app.read("default-project", "a.py"))["text"] == "the second text"
    finally:
        await asyncio.to_thread(cosmos.stop)
