"""The HTTP door beside AMQP: switches and counters for tests, and what the administration client asks of a queue."""

import logging

import orjson
from aiohttp import web
from pydantic import ValidationError

from local.servicebus.broker.entity import Entity
from local.servicebus.description import describe, no_queue
from local.servicebus.errors import AmqpError
from local.servicebus.faults import Faults
from local.servicebus.server import Broker

log = logging.getLogger(__name__)

MAX_BODY = 64 * 1024
_ATOM = "application/atom+xml"


class Control:
    """Of one broker. The counters and switches need no key: they are for who runs the broker."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._service = broker.service

    def application(self) -> web.Application:
        """Return the application with every route."""
        app = web.Application(client_max_size=MAX_BODY)
        app.router.add_get("/health", self.health)
        app.router.add_get("/_stats", self.read_stats)
        app.router.add_delete("/_stats", self.reset_stats)
        app.router.add_get("/_faults", self.read_faults)
        app.router.add_put("/_faults", self.set_faults)
        app.router.add_delete("/_faults", self.reset_faults)
        app.router.add_get("/{queue:.+}", self.queue)
        return app

    async def health(self, _request: web.Request) -> web.Response:
        """Answer that the broker serves."""
        return _json({"status": "healthy"})

    async def read_stats(self, _request: web.Request) -> web.Response:
        """Answer with the counters, and with what is in each queue."""
        return _json(stats_of(self._broker))

    async def reset_stats(self, _request: web.Request) -> web.Response:
        """Set the counters to zero; what is in the queues stays."""
        self._service.stats.reset()
        return _json(stats_of(self._broker))

    async def read_faults(self, _request: web.Request) -> web.Response:
        """Answer with the switches as they are."""
        return _json(self._service.injector.faults.model_dump())

    async def set_faults(self, request: web.Request) -> web.Response:
        """Replace every switch; those that the body does not name are off."""
        try:
            faults = Faults.model_validate_json(await request.read())
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'body'}: {e['msg']}" for e in error.errors())
            return _json({"error": f"Invalid switches: {wrong}"}, 400)
        self._service.injector.set(faults)
        if faults.refuse_connections:
            self._broker.cut_connections()
        return await self.read_faults(request)

    async def reset_faults(self, request: web.Request) -> web.Response:
        """Go back to the switches of the command line."""
        self._service.injector.reset()
        return await self.read_faults(request)

    async def queue(self, request: web.Request) -> web.Response:
        """Answer the administration client: what a queue is and what is in it."""
        path = request.match_info["queue"]
        try:
            self._authorize(request, path)
        except AmqpError as error:
            return web.Response(status=401, text=error.description)
        entity = self._service.namespace.queues.get(path.lower())
        # The service answers with an empty feed when there is no such queue.
        return web.Response(body=no_queue(path) if entity is None else describe(entity), content_type=_ATOM)

    def _authorize(self, request: web.Request, path: str) -> None:
        signatures = self._service.signatures
        if signatures is not None:
            token = request.headers.get("Authorization", "")
            signatures.claim(token, f"{request.scheme}://{request.host}/{path}", self._service.now())


def stats_of(broker: Broker) -> dict[str, object]:
    """Return the counters as JSON.

    ``queues``: per queue the messages by state (``active`` counts the ``locked`` ones too), those
    ``dead_lettered``, and the ``bytes`` that all of these take.
    """
    stats, namespace = broker.service.stats, broker.service.namespace
    return {
        "connections": stats.connections,
        "sent": stats.sent,
        "delivered": stats.delivered,
        "settled": stats.settled,
        "refused_sends": stats.refused_sends,
        "queues": {entity.definition.name: _in_queue(entity) for entity in namespace.queues.values()},
    }


def _in_queue(entity: Entity) -> dict[str, int]:
    dead = entity.dead_letters
    return {**entity.counts(), "dead_lettered": 0 if dead is None else dead.counts()["active"], "bytes": entity.bytes}


def _json(document: object, status: int = 200) -> web.Response:
    return web.Response(status=status, body=orjson.dumps(document), content_type="application/json")
