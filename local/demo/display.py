"""What the demonstration shows: a progress line per file, the results, the hits."""

from collections.abc import Mapping
from contextlib import AbstractContextManager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn
from rich.text import Text

from local.demo.client import Found, Passage, Progress, Run
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


def print_answer(console: Console, question: str, found: Found) -> None:
    """Print a question and its hits, best first, each with an excerpt of its best passage."""
    console.print()
    console.print(Text(f"? {question}", style="bold"))
    if not found.results:
        console.print(Text("  no hit", style="red"))
    elif not found.confident:
        console.print(Text("  nothing fits well; the best of it:", style="yellow"))
    for rank, hit in enumerate(found.results, start=1):
        best = next(iter(hit.passages), None)
        by = " and ".join(hit.matched_by)
        console.print(Text(f"  {rank}. {hit.name}{_place(best)}, by {by}, score {hit.score:.3f}", style="cyan"))
        for line in excerpt(best) if best else ():
            console.print(Text(f"       {line}", style="dim"))


def _place(passage: Passage | None) -> str:
    if passage is None:
        return ""
    symbol = f" ({passage.symbol})" if passage.symbol else ""
    return f", lines {passage.start_line}-{passage.end_line}{symbol}"


def excerpt(passage: Passage) -> list[str]:
    """Return the first lines of a passage that say something, shortened to the width of the page."""
    lines = [line for line in passage.text.splitlines() if line.strip()]
    return [line[:EXCERPT_WIDTH].rstrip() for line in lines[:EXCERPT_LINES]]
