"""A client of the app that a test scripts."""

from collections.abc import AsyncGenerator
from typing import Protocol

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from local.demo.client import Client


class Scripted(Protocol):
    """Answers the routes that a part of the demonstration asks."""

    def application(self) -> web.Application: ...


@pytest.fixture
async def client(app: Scripted) -> AsyncGenerator[Client]:
    """``app``: the fixture of the test's own module."""
    async with TestServer(app.application()) as server, Client(str(server.make_url("")).rstrip("/")) as client:
        yield client
