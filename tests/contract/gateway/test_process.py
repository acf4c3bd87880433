"""The gateway as a process: what it says when it serves, and when it cannot."""

import asyncio
import shutil
import sys
from pathlib import Path

import aiohttp
import pytest

from local.gateway.__main__ import INFRA
from tests.support.gateway_client import running_gateway
from tests.support.host import REPOSITORY

NOBODY = "http://127.0.0.1:9"


async def refused(*options: str) -> str:
    """Start a gateway that cannot serve; return what it says."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "local.gateway", "--port", "0", *options),
        cwd=REPOSITORY,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await process.communicate()
    assert process.returncode == 1
    return printed.decode()


async def test_it_gives_tokens_that_it_takes_and_stops_when_asked() -> None:
    async with running_gateway(NOBODY) as gateway, aiohttp.ClientSession() as session:
        async with session.post(f"{gateway.url}/_issuer/token", json={"user": "ada"}) as response:
            token = (await response.json())["access_token"]
        for sent, expected in (({}, 401), ({"Authorization": f"Bearer {token}"}, 503)):
            async with session.get(f"{gateway.url}/api/snippets/p", headers=sent) as response:
                assert (response.status, list(await response.json())) == (expected, ["error"])
        gateway.process.terminate()
        assert await gateway.process.wait() == 0


async def test_an_unknown_policy_stops_the_start_with_its_place(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(INFRA, tmp_path / "gateway"))
    path = folder / "policies" / "search-status.xml"
    path.write_text(path.read_text(encoding="utf-8").replace("<cache-store-value", "<cache-store"), encoding="utf-8")
    lines = path.read_text(encoding="utf-8").splitlines()
    line = next(number for number, each in enumerate(lines, start=1) if "<cache-store" in each)

    assert f"{path}:{line}: <cache-store>" in await refused("--infra", str(folder))


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--host", "0.0.0.0"), "reachable from other machines"),
        (("--green-weight", "10"), "needs --green"),
        (("--green", NOBODY, "--green-weight", "101"), "0 to 100"),
        (("--infra", "/nowhere"), "operations.json"),
    ],
)
async def test_what_it_cannot_serve_is_said_in_a_line(options, says) -> None:
    printed = await refused(*options)

    assert says in printed
    assert "Traceback" not in printed


@pytest.mark.parametrize("wanted", ["no JSON", "[]", "{}", '{"user": 1}', '{"user": "a", "claims": []}'])
async def test_the_issuer_says_what_it_needs(gateway, wanted) -> None:
    answer = await gateway.post("/_issuer/token", token=None, data=wanted)

    assert (answer.status, list(answer.json)) == (400, ["error"])
