"""The routes that tests and benchmarks steer a stand-in with: ``/_faults`` and ``/_stats``."""

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

import orjson
from aiohttp import web

from local.processes.switches import Switches, WrongFields, read_strictly

SomeSwitches = TypeVar("SomeSwitches", bound=Switches)


class Steered(Protocol[SomeSwitches]):
    """What has switches: an ``Injector``, or several as one."""

    @property
    def faults(self) -> SomeSwitches:
        """The switches as they are."""
        ...

    def set(self, faults: SomeSwitches) -> None:
        """Replace every switch."""
        ...

    def reset(self) -> None:
        """Go back to the switches of the command line."""
        ...


class Counted(Protocol):
    """What counts."""

    def reset(self) -> object:
        """Start again from zero."""
        ...

    def document(self) -> dict[str, object]:
        """Return the counters as JSON."""
        ...


class Control(Generic[SomeSwitches]):
    """Handlers of ``/_faults`` and ``/_stats``. They need no key: they are for whoever runs the stand-in.

    Args:
        model: What the switches are.
        switches: Finds those that a request is about.
        stats: The counters.
        refuse: Answers wrong switches, or raises what becomes such an answer.
        changed: Called after every change of the switches.
    """

    def __init__(
        self,
        model: type[SomeSwitches],
        switches: Callable[[web.Request], Steered[SomeSwitches]],
        stats: Counted,
        refuse: Callable[[str], web.Response],
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._model = model
        self._switches = switches
        self._stats = stats
        self._refuse = refuse
        self._changed = changed

    def add_routes(self, app: web.Application, *more_faults: str) -> None:
        """Put the routes into ``app``; ``more_faults``: paths of further switches."""
        for path in ("/_faults", *more_faults):
            app.router.add_get(path, self._read_faults)
            app.router.add_put(path, self._set_faults)
            app.router.add_delete(path, self._reset_faults)
        app.router.add_get("/_stats", self._read_stats)
        app.router.add_delete("/_stats", self._reset_stats)

    async def _read_faults(self, request: web.Request) -> web.Response:
        """Answer with the switches as they are."""
        return json_answer(self._switches(request).faults.model_dump())

    async def _set_faults(self, request: web.Request) -> web.Response:
        """Replace every switch; those that the body does not name are off."""
        switches = self._switches(request)
        try:
            switches.set(read_strictly(self._model, await request.read()))
        except WrongFields as error:
            return self._refuse(f"Invalid switches: {error}")
        self._changed()
        return json_answer(switches.faults.model_dump())

    async def _reset_faults(self, request: web.Request) -> web.Response:
        """Go back to the switches of the command line."""
        switches = self._switches(request)
        switches.reset()
        self._changed()
        return json_answer(switches.faults.model_dump())

    async def _read_stats(self, _request: web.Request) -> web.Response:
        """Answer with the counters."""
        return json_answer(self._stats.document())

    async def _reset_stats(self, _request: web.Request) -> web.Response:
        """Set the counters to zero."""
        self._stats.reset()
        return json_answer(self._stats.document())


def json_answer(document: object, status: int = 200) -> web.Response:
    """Answer with ``document`` as JSON."""
    return web.Response(status=status, body=orjson.dumps(document), content_type="application/json")
