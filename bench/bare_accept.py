"""As little as accepting a search can be: ``python -m bench.bare_accept --ready-file FILE``, settings around it.

``POST /search`` stores the body in Cosmos DB and sends its id to the queue, with the SDKs that the app uses. Nothing
is checked, nobody is told apart, nothing is sent again.
"""

import argparse
import asyncio
import json
from pathlib import Path
from uuid import uuid4

from aiohttp import web
from azure.cosmos.aio import ContainerProxy, CosmosClient
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient, ServiceBusSender

from local.processes.ready_file import write_ready_file
from shared.settings import current_settings
from shared.topology import topology


class BareAccept:
    """Answers each search with 202 and its id."""

    def __init__(self, container: ContainerProxy, sender: ServiceBusSender) -> None:
        self._container = container
        self._sender = sender
        # One sender takes one message at a time.
        self._sending = asyncio.Lock()

    async def accept(self, request: web.Request) -> web.Response:
        payload, request_id = await request.json(), f"req_{uuid4()}"
        # A status that nobody looks after.
        document = {"id": request_id, "request_id": request_id, "status": "bare", "request_payload": payload}
        await self._container.create_item(document)
        body = json.dumps({"request_id": request_id})
        async with self._sending:
            await self._sender.send_messages(ServiceBusMessage(body, message_id=request_id, session_id=str(uuid4())))
        return web.json_response({"request_id": request_id}, status=202)


async def _serve(ready_file: Path) -> None:
    settings, named = current_settings(), topology()
    async with (
        CosmosClient(settings.cosmos.endpoint, settings.cosmos.key or "", no_response_on_write=True) as cosmos,
        ServiceBusClient.from_connection_string(settings.service_bus.connection_string or "") as bus,
        bus.get_queue_sender(named.queues["search_requests"].name) as sender,
    ):
        database = cosmos.get_database_client(named.database)
        container = database.get_container_client(named.containers["search_requests"].name)
        app = web.Application()
        app.router.add_post("/search", BareAccept(container, sender).accept)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        write_ready_file(ready_file, {"url": f"http://{host}:{port}"})
        try:
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()


def main() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ready-file", type=Path, required=True)
    asyncio.run(_serve(parser.parse_args().ready_file))


if __name__ == "__main__":
    main()
