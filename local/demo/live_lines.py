"""A line for each thing that goes on: live on a terminal, elsewhere printed once, when the thing has ended."""

from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import Progress as ProgressLines
from rich.progress import ProgressColumn, TextColumn
from rich.text import Text

NAME_WIDTH = 16
NAME = TextColumn(f"{{task.fields[name]:{NAME_WIDTH}}}", markup=False)
SAID = TextColumn("{task.description}", markup=False)


class LiveLine:
    """One line, by ``name``. ``lines``: the live ones that it is among, None where there are none."""

    def __init__(self, console: Console, lines: ProgressLines | None, name: str, said: str, total: int | None) -> None:
        self.name = name
        self._console = console
        self._lines = lines
        self._task = lines.add_task(said, name=name, total=total) if lines else None

    @property
    def live(self) -> bool:
        """Whether it moves; if so it has to fit into 80 columns."""
        return self._lines is not None

    def move(self, said: str, completed: int, total: int) -> None:
        """Show how far it is, where it is live."""
        if self._lines and self._task is not None:
            self._lines.update(self._task, description=said, completed=completed, total=total)

    def settle(self, said: str, completed: int, total: int, *, plain: str) -> None:
        """Show how it ended: ``said`` where it is live, else ``plain``."""
        if self.live:
            self.move(said, completed, total)
        else:
            self._console.print(Text(plain))


Line = TypeVar("Line")


@contextmanager
def live_lines(
    console: Console,
    names: Iterable[str],
    made: Callable[[LiveLine], Line],
    *columns: ProgressColumn,
    said: str,
    total: int | None = None,
) -> Generator[dict[str, Line]]:
    """Show a line per name inside, each as ``made`` makes it of a ``LiveLine``, which begins with ``said``."""
    lines = ProgressLines(*columns, console=console) if console.is_terminal else None
    # Made before the first frame is drawn, or a frame would be drawn for each.
    shown = {name: made(LiveLine(console, lines, name, said, total)) for name in names}
    if lines is None:
        yield shown
        return
    with lines:
        yield shown
