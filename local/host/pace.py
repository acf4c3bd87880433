"""How much runs beside HTTP functions: fewer activities and messages at a time while answers are late.

The lanes of the event loop (``ready_lanes``) give whoever waits for an answer the next turn, but hundreds of activities
that are under way fill the interpreter, the processor and Cosmos DB all the same. So while somebody waits most of the
time and the loop is behind, fewer of them are begun; when that is over, all that host.json allows.
"""

from collections.abc import Callable

from local.host.ready_lanes import LanesEventLoop

BEAT_S = 0.02
#: A loop that runs what is due so much later is behind.
LATE_S = 0.002
#: The share of the last half second in which somebody has to have waited.
MOSTLY, HARDLY = 0.5, 0.05
_WEIGHT = 0.05
#: So many activities run at once however late the loop is, so that what was accepted gets on.
FEWEST = 8
#: From so many on, as many as host.json allows.
UNHURRIED = 256


class Pace:
    """Lives on the app's event loop, and beats only while HTTP functions run, and shortly after."""

    def __init__(self, loop: LanesEventLoop) -> None:
        self._most = UNHURRIED
        self._loop = loop
        self._waited = 0.0
        self._beating = False
        self._running: Callable[[], int] = lambda: 0
        self._on_more: Callable[[], None] = lambda: None

    @property
    def is_slowed(self) -> bool:
        """Whether less is to run than host.json allows. For any thread."""
        return self._most < UNHURRIED

    def within(self, limit: int) -> int:
        """How many activities may run at once of the ``limit`` that host.json sets."""
        return min(limit, self._most) if self.is_slowed else limit

    def regulate(self, running: Callable[[], int], on_more: Callable[[], None]) -> None:
        """Name what is regulated: how many activities run, and what begins others when more may."""
        self._running, self._on_more = running, on_more

    def watch(self) -> None:
        """Begin to beat, from any thread: an HTTP function is called."""
        if not self._beating:
            self._beating = True
            self._loop.call_soon_threadsafe(self._next)

    def _next(self) -> None:
        due = self._loop.time() + BEAT_S
        self._loop.call_at(due, self._beat, due)

    def _beat(self, due: float) -> None:
        self.adjust(self._loop.time() - due, somebody_waits=self._loop.lanes.waiting > 0)
        self._on_more()
        if self._waited < HARDLY:
            self._waited, self._beating = 0.0, False
        else:
            self._next()

    def adjust(self, late_s: float, *, somebody_waits: bool) -> None:
        """Take note of one beat: how late it was, and whether somebody waits."""
        self._waited += (somebody_waits - self._waited) * _WEIGHT
        if self._waited < HARDLY:
            self._most = UNHURRIED
        elif self._waited > MOSTLY and late_s > LATE_S:
            self._most = max(FEWEST, min(self._most, self._running()) * 3 // 4)
        else:
            self._most = min(UNHURRIED, self._most + 1)
