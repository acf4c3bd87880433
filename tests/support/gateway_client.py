"""The gateway as a process in front of the real app, and a user of it who remembers every answer."""

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from tests.support.gateway import Answer
from tests.support.ready import ended, ready
from tests.support.stack import REPOSITORY

# Well below the 600 polls a minute that a user has.
POLL_S = 0.2
DEADLINE_S = 60.0


@dataclass(frozen=True)
class RunningGateway:
    """``app_url``: of the app behind it."""

    url: str
    app_url: str
    process: asyncio.subprocess.Process


@asynccontextmanager
async def running_gateway(app_url: str) -> AsyncGenerator[RunningGateway]:
    """Run ``python -m local.gateway`` in front of an app; it is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        ready_file = Path(folder) / "ready.json"
        command = [sys.executable, "-m", "local.gateway", "--port", "0", "--app", app_url]
        with (Path(folder) / "gateway.log").open("w+") as log:
            process = await asyncio.create_subprocess_exec(
                *(*command, "--ready-file", str(ready_file)),
                cwd=REPOSITORY,
                env=os.environ,
                stdout=log,
                stderr=asyncio.subprocess.STDOUT,
            )
            try:
                content = await ready(ready_file, process, log=Path(log.name))
                yield RunningGateway(content["url"], app_url, process)
            finally:
                await ended(process)


@dataclass
class User:
    """Somebody with an access token. ``answers``: all that the gateway has told them."""

    gateway: RunningGateway
    session: aiohttp.ClientSession
    name: str
    token: str
    answers: list[Answer] = field(default_factory=list)

    async def call(self, method: str, path: str, headers: Mapping[str, str] | None = None, **options: Any) -> Answer:
        """Send a request to a path of the gateway, or to a whole address that it named."""
        address = path if path.startswith("http") else f"{self.gateway.url}{path}"
        sent = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        async with self.session.request(method, address, headers=sent, **options) as response:
            answer = Answer(response.status, response.headers, await response.read())
        self.answers.append(answer)
        return answer

    async def get(self, path: str, **options: Any) -> Answer:
        return await self.call("GET", path, **options)

    async def post(self, path: str, document: object, **options: Any) -> Answer:
        return await self.call("POST", path, json=document, **options)

    async def followed(self, path: str, holds: Callable[[Any], bool]) -> Answer:
        """Return the first answer of which ``holds`` says yes."""
        try:
            async with asyncio.timeout(DEADLINE_S):
                while not holds((answer := await self.get(path)).json):
                    await asyncio.sleep(POLL_S)
        except TimeoutError:
            raise AssertionError(f"not so after {DEADLINE_S} s: {self.answers[-1:]}") from None
        return answer

    async def run_ended(self, address: str) -> Any:
        """Return how a run ended."""
        return (await self.followed(address, lambda run: run["runtimeStatus"] not in ("Pending", "Running"))).json

    def told(self) -> list[str]:
        """Return each answer that holds the app's address or a key."""
        secrets = (self.gateway.app_url.removeprefix("http://"), "code=", "/runtime/webhooks")
        return [answer.whole for answer in self.answers if any(secret in answer.whole for secret in secrets)]


@asynccontextmanager
async def signed_in(gateway: RunningGateway, name: str) -> AsyncGenerator[User]:
    """Sign a user in at the gateway's issuer. At the end, nothing they were told may give the app away."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=DEADLINE_S)) as session:
        async with session.post(f"{gateway.url}/_issuer/token", json={"user": name}) as response:
            token = (await response.json())["access_token"]
        user = User(gateway, session, name, token)
        yield user
        assert user.told() == []
