"""What the demonstration shows: a progress line per file, the results, the hits."""

from collections.abc import Mapping
from contextlib import AbstractContextManager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn
from rich.text import Text

from local.demo.client import Chunk, Hit, Progress, Run
from local.demo.live_lines import NAME, NAME_WIDTH, SAID, LiveLine, live_lines

EXCERPT_LINES = 3
EXCERPT_WIDTH = 100


class FileLine:
    """The line of one file: moves while it runs, then stays with its result."""

    def __init__(self, line: LiveLine) -> None:
        self._line = line

    def moved(self, progress: Progress) -> None:
        """Show how far the run is."""
        self._line.move(progress.stage, progress.done, progress.total)

    def ended(self, run: Run) -> None:
        """Show what the run put out."""
        out = run.output
        total = out.chunks
        if not out.ok:
            self._settle(f"FAILED: {out.error}", total)
            return
        said = f"{out.embedded} embedded, {out.reused} reused, {run.milliseconds} ms"
        # A live line has to fit into 80 columns, and an id is only of use whole: there it comes afterwards.
        self._settle(said if self._line.live else f"{said}, id {run.instance_id}", total)

    def failed(self, error: Exception) -> None:
        """Show that the run gave no output."""
        self._settle(f"FAILED: {error}", 0)

    def _settle(self, said: str, chunks: int) -> None:
        plain = f"{self._line.name:{NAME_WIDTH}} {chunks:3d} chunks, {said}"
        self._line.settle(said, chunks, chunks or 1, plain=plain)


def file_lines(console: Console, names: tuple[str, ...]) -> AbstractContextManager[dict[str, FileLine]]:
    """Show a line per file: live ones on a terminal, elsewhere a plain one when a file is done."""
    bar = BarColumn(bar_width=12)
    return live_lines(console, names, FileLine, NAME, bar, MofNCompleteColumn(), SAID, said="waiting")


def print_ids(console: Console, ids: Mapping[str, str]) -> None:
    """Print the instance id of every run, where the lines of the files had no room for it."""
    if console.is_terminal and ids:
        console.print("\nInstance ids:")
        for name, instance_id in ids.items():
            console.print(Text(f"{name:{NAME_WIDTH}} {instance_id}"))


def print_answer(console: Console, question: str, hits: list[Hit]) -> None:
    """Print a question and its hits, best first, each with an excerpt of its nearest chunk."""
    console.print()
    console.print(Text(f"? {question}", style="bold"))
    if not hits:
        console.print(Text("  no hit", style="red"))
    for rank, hit in enumerate(hits, start=1):
        best = hit.chunks[0]
        place = f"lines {best.start_line}-{best.end_line}"
        console.print(Text(f"  {rank}. {hit.name}, {place}, score {hit.score:.3f}", style="cyan"))
        for line in excerpt(best):
            console.print(Text(f"       {line}", style="dim"))


def excerpt(chunk: Chunk) -> list[str]:
    """Return the first whole lines of a chunk that say something, shortened to the width of the page."""
    lines = chunk.text.splitlines()
    # A chunk begins wherever its size cut the text: its first line is seldom a whole one.
    whole = [line for line in lines[1:] if line.strip()] or lines
    return [line[:EXCERPT_WIDTH].rstrip() for line in whole[:EXCERPT_LINES]]
