"""The HTTP door beside AMQP: switches and counters for tests, and what the administration client asks of a queue."""

from dataclasses import asdict

from aiohttp import web

from local.processes import control
from local.processes.control import json_answer
from local.servicebus.broker.entity import Entity
from local.servicebus.description import describe, no_queue
from local.servicebus.errors import AmqpError
from local.servicebus.faults import Faults
from local.servicebus.server import Broker

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
        injector, stats = self._service.injector, BrokerStats(self._broker)
        control.Control(Faults, lambda _request: injector, stats, _refuse, self._cut_if_refused).add_routes(app)
        app.router.add_get("/{queue:.+}", self.queue)
        return app

    async def health(self, _request: web.Request) -> web.Response:
        """Answer that the broker serves."""
        return json_answer({"status": "healthy"})

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

    def _cut_if_refused(self) -> None:
        if self._service.injector.faults.refuse_connections:
            self._broker.cut_connections()

    def _authorize(self, request: web.Request, path: str) -> None:
        signatures = self._service.signatures
        if signatures is not None:
            token = request.headers.get("Authorization", "")
            signatures.claim(token, f"{request.scheme}://{request.host}/{path}", self._service.now())


class BrokerStats:
    """The counters of a broker, and what is in each of its queues."""

    def __init__(self, broker: Broker) -> None:
        self._service = broker.service

    def reset(self) -> None:
        """Set the counters to zero; what is in the queues stays."""
        self._service.stats.reset()

    def document(self) -> dict[str, object]:
        """Return the counters as JSON.

        ``queues``: per queue the messages by state (``active`` counts the ``locked`` ones too), those
        ``dead_lettered``, and the ``bytes`` that all of these take.
        """
        queues = self._service.namespace.queues.values()
        return {
            **asdict(self._service.stats),
            "queues": {entity.definition.name: _in_queue(entity) for entity in queues},
        }


def _refuse(reason: str) -> web.Response:
    return json_answer({"error": reason}, 400)


def _in_queue(entity: Entity) -> dict[str, int]:
    dead = entity.dead_letters
    return {**entity.counts(), "dead_lettered": 0 if dead is None else dead.counts()["active"], "bytes": entity.bytes}
