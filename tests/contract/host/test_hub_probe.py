"""Whether the durable backend answers, as a health check asks it: through the stock SDK's client and the host."""

from collections.abc import AsyncGenerator

import pytest
from aiohttp import web
from azure.durable_functions import DurableOrchestrationClient
from azure.durable_functions.models.utils import http_utils

from local.host.management.links import client_binding
from shared.clients.orchestrations import DurableOrchestrations
from shared.errors import Unavailable
from tests.support.hooks import serving


@pytest.fixture(autouse=True)
async def session_of_the_sdk() -> AsyncGenerator[None]:
    """The SDK keeps one for the process, which belongs to the event loop of one test."""
    yield
    await http_utils._close_session()


async def test_a_host_with_its_backend_answers(client: DurableOrchestrationClient) -> None:
    await DurableOrchestrations(client).ping()


@pytest.mark.parametrize("status", [500, 503])
async def test_a_host_without_its_backend_does_not(status: int) -> None:
    async def without_backend(_: web.Request) -> web.Response:
        # The shape in which the extension answers what it did not expect.
        error = {"Message": "Something went wrong", "ExceptionMessage": 'Status(StatusCode="Unavailable")'}
        return web.json_response(error, status=status)

    async with serving(without_backend) as url:
        hub = DurableOrchestrations(DurableOrchestrationClient(client_binding(url, "TestHub")))

        # What makes the list of runs the one to ask for.
        assert status != 500 or await hub.status("health") is None
        with pytest.raises(Unavailable, match=f"task hub could not be asked.*{status}"):
            await hub.ping()


async def test_a_host_that_is_away_does_not() -> None:
    hub = DurableOrchestrations(DurableOrchestrationClient(client_binding("http://127.0.0.1:9", "TestHub")))

    with pytest.raises(Unavailable, match="task hub could not be asked"):
        await hub.ping()
