"""Who waits for an orchestration's end."""

from asyncio import AbstractEventLoop, Future
from collections import defaultdict

from local.host.engine.model import Record


class Watchers:
    """Futures of instances' last records; everything here happens on ``loop``."""

    def __init__(self, loop: AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: dict[str, set[Future[Record]]] = defaultdict(set)

    def watch(self, instance_id: str) -> Future[Record]:
        """Return a future of the instance's last record; it is done when the end is durable. Cancel it to give up."""
        future: Future[Record] = self._loop.create_future()
        self._waiting[instance_id].add(future)
        future.add_done_callback(lambda done: self._forget(instance_id, done))
        return future

    def _forget(self, instance_id: str, future: Future[Record]) -> None:
        if (waiting := self._waiting.get(instance_id)) is not None:
            waiting.discard(future)
            if not waiting:
                del self._waiting[instance_id]

    def ended(self, record: Record) -> None:
        """Tell who waits that an instance has ended; call when that is durable."""
        for future in self._waiting.pop(record.instance_id, ()):
            if not future.done():
                future.set_result(record)
