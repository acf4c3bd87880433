"""Who may use what: shared access signatures are checked."""

import asyncio
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from azure.core.credentials import AccessToken, AzureSasCredential
from azure.servicebus import ServiceBusMessage
from azure.servicebus._pyamqp.utils import generate_sas_token
from azure.servicebus.aio import ServiceBusClient, ServiceBusSender
from azure.servicebus.exceptions import (
    ServiceBusAuthenticationError,
    ServiceBusAuthorizationError,
)

from local.servicebus.broker.definition import QueueDefinition
from local.servicebus.server import Broker, running_broker
from tests.support.servicebus import KEY, KEY_NAME, connection_string

QUEUES = [QueueDefinition(name="orders"), QueueDefinition(name="orders2")]


@pytest_asyncio.fixture
async def broker(tmp_path: Path) -> AsyncGenerator[Broker]:
    async with running_broker(tmp_path, QUEUES, KEY) as running:
        yield running


async def send(text: str, queue: str = "orders") -> None:
    async with ServiceBusClient.from_connection_string(text, retry_total=0) as client:
        await client.get_queue_sender(queue).send_messages(ServiceBusMessage(b"x"))


def signed(broker: Broker, path: str, *, key: str = KEY, name: str = KEY_NAME, lives_s: float = 60) -> str:
    """A connection string with a signature made beforehand, as a deployment hands one out."""
    token = generate_sas_token(f"sb://127.0.0.1:{broker.port}{path}", name, key, int(time.time() + lives_s))
    return f"Endpoint=sb://127.0.0.1:{broker.port};SharedAccessSignature={token};UseDevelopmentEmulator=true"


@contextmanager
def refused(reason: str) -> Generator[None]:
    """Expect the SDK's error for a token that was refused, and in it what the broker said."""
    with pytest.raises(ServiceBusAuthenticationError) as error:
        yield
    assert reason in error.value.exc_msg


async def test_right_key_is_let_in(broker: Broker):
    await send(connection_string(broker.port))


async def test_wrong_key_is_refused(broker: Broker):
    with refused("InvalidSignature"):
        await send(connection_string(broker.port, key="d3Jvbmc="))


async def test_wrong_name_of_the_key_is_refused(broker: Broker):
    with refused("InvalidSignature"):
        await send(connection_string(broker.port, key_name="Another"))


@pytest.mark.parametrize("path", ["", "/", "/orders", "/Orders/"])
async def test_signature_for_the_namespace_or_the_queue_is_let_in(broker: Broker, path: str):
    await send(signed(broker, path))


async def test_expired_signature_is_refused(broker: Broker):
    with refused("ExpiredToken"):
        await send(signed(broker, "/orders", lives_s=-60))


@pytest.mark.parametrize("path", ["/orders2", "/order", "/orders/sub"])
async def test_signature_for_another_resource_is_refused(broker: Broker, path: str):
    with refused("InvalidAudience"):
        await send(signed(broker, path))


async def test_signature_whose_resource_was_changed_is_refused(broker: Broker):
    text = signed(broker, "/orders2").replace("orders2", "orders")
    with refused("InvalidSignature"):
        await send(text)


async def test_token_that_is_no_signature_is_refused(broker: Broker):
    class Identity:
        async def get_token(self, *_scopes: str, **_options: object) -> AccessToken:
            return AccessToken("eyJhbGciOiJub25lIn0.e30.", int(time.time()) + 60)

        async def close(self) -> None:
            pass

        async def __aexit__(self, *_details: object) -> None:
            pass

    host = f"127.0.0.1:{broker.port}"
    client = ServiceBusClient(host, Identity(), retry_total=0, use_tls=False)  # pyright: ignore
    async with client:
        with refused("MalformedToken"):
            await client.get_queue_sender("orders").send_messages(ServiceBusMessage(b"x"))


async def test_link_ends_when_its_token_does(broker: Broker):
    async with ServiceBusClient.from_connection_string(signed(broker, "/orders", lives_s=3), retry_total=0) as client:
        sender = client.get_queue_sender("orders")
        await sender.send_messages(ServiceBusMessage(b"x"))
        with pytest.raises((ServiceBusAuthorizationError, ServiceBusAuthenticationError)):
            await send_for_ever(sender)


async def send_for_ever(sender: ServiceBusSender) -> None:
    async with asyncio.timeout(15):
        while True:
            await sender.send_messages(ServiceBusMessage(b"x"))
            await asyncio.sleep(0.1)


async def test_without_a_key_any_token_is_let_in(tmp_path: Path):
    async with running_broker(tmp_path, QUEUES) as open_broker:
        await send(connection_string(open_broker.port, key="YW55"))
        credential = AzureSasCredential("SharedAccessSignature sr=x&sig=y&se=9999999999&skn=z")
        async with ServiceBusClient(f"127.0.0.1:{open_broker.port}", credential, use_tls=False) as client:
            await client.get_queue_sender("orders2").send_messages(ServiceBusMessage(b"x"))
