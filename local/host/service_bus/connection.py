"""Where a queue is: a connection string, or a namespace and an identity, in settings named as in Azure."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from azure.servicebus.aio import ServiceBusClient

from local.host.errors import AppError
from local.host.service_bus.binding import QueueBinding

PREFIX = "AzureWebJobs"
#: What an empty ``connection`` stands for.
DEFAULT_NAME = "ServiceBus"


@dataclass(frozen=True)
class Connection:
    """Either a connection string or a namespace; ``client_id`` picks a user-assigned identity for the latter."""

    connection_string: str | None = None
    namespace: str | None = None
    client_id: str | None = None


def find_connection(binding: QueueBinding, environment: Mapping[str, str]) -> Connection:
    """Return what the settings that ``binding`` names say, checked as far as it can be without the network.

    ``AzureWebJobs<name>`` comes before ``<name>``, a connection string before ``<name>__fullyQualifiedNamespace``.

    Raises:
        AppError: Nothing is set under that name, or the connection string is malformed or of another queue.
    """
    name, where = binding.connection or DEFAULT_NAME, f"function {binding.function.name}"
    if "endpoint=" in name.lower():
        raise AppError(f"{where}: connection holds a connection string; expected the name of the setting that holds it")
    settings = {key.lower(): value for key, value in environment.items()}
    for candidate in (PREFIX + name, name):
        key = candidate.lower()
        if text := settings.get(key, "").strip():
            _check_connection_string(text, binding, f"{where}: the setting {candidate}")
            return Connection(connection_string=text)
        if namespace := settings.get(f"{key}__fullyqualifiednamespace", "").strip():
            return Connection(namespace=namespace, client_id=settings.get(f"{key}__clientid") or None)
    raise AppError(
        f"{where}: connection is {name!r}, but no such setting is there; "
        f"expected a connection string in {name}, or {name}__fullyQualifiedNamespace"
    )


def _check_connection_string(text: str, binding: QueueBinding, where: str) -> None:
    # The value is left out of every text: it holds a key.
    try:
        ServiceBusClient.from_connection_string(text).get_queue_receiver(binding.queue)
    except ValueError as error:
        raise AppError(
            f"{where} is no connection string for the queue {binding.queue}: {error} Expected "
            "Endpoint=sb://...;SharedAccessKeyName=...;SharedAccessKey=..."
        ) from error


@asynccontextmanager
async def open_client(connection: Connection) -> AsyncGenerator[ServiceBusClient]:
    """Open the SDK's client. It connects with its first receiver, and retries nothing by itself."""
    if connection.connection_string is not None:
        async with ServiceBusClient.from_connection_string(connection.connection_string, retry_total=0) as client:
            yield client
        return
    # Imported where it is needed: it costs half a second, and a connection string needs none of it.
    from azure.identity.aio import DefaultAzureCredential

    options = {} if connection.client_id is None else {"managed_identity_client_id": connection.client_id}
    async with (
        DefaultAzureCredential(**options) as credential,
        ServiceBusClient(connection.namespace or "", credential, retry_total=0) as client,
    ):
        yield client
