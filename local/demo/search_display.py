"""What the demonstration shows of searches: a line per search while it runs, then a table of what it found."""

from collections.abc import Sequence
from contextlib import AbstractContextManager

from rich.console import Console
from rich.progress import BarColumn
from rich.table import Table
from rich.text import Text

from local.demo.live_lines import NAME, NAME_WIDTH, SAID, LiveLine, live_lines
from local.demo.searches import Result, Search, SearchRun, Stage

SWATCH = "      "


class SearchLine:
    """The line of one search: its stage while it runs, then how it ended."""

    def __init__(self, line: LiveLine) -> None:
        self._line = line
        self._stages: list[str] = []

    def moved(self, stage: Stage) -> None:
        """Show the stage that the search has reached."""
        if stage.stage not in self._stages:
            self._stages.append(stage.stage)
        self._line.move(f"{stage.stage}: {stage.detail}" if stage.detail else stage.stage, stage.percent, 100)

    def ended(self, run: SearchRun) -> None:
        """Show how long it took, and what it had to do without."""
        without = f", without {', '.join(run.told.degraded)}" if run.told.degraded else ""
        self._settle(f"{len(run.results)} results, {run.milliseconds} ms{without}")

    def failed(self, error: Exception) -> None:
        """Show why there is no result."""
        self._settle(f"FAILED: {error}")

    def _settle(self, said: str) -> None:
        stages = f"{' > '.join(self._stages)}: " if self._stages else ""
        self._line.settle(said, 100, 100, plain=f"{self._line.name:{NAME_WIDTH}} {stages}{said}")


def search_lines(console: Console, titles: Sequence[str]) -> AbstractContextManager[dict[str, SearchLine]]:
    """Show a line per search: live ones on a terminal, elsewhere a plain one when a search is done."""
    return live_lines(console, titles, SearchLine, NAME, BarColumn(bar_width=20), SAID, said="queued", total=100)


def print_results(console: Console, search: Search, run: SearchRun) -> None:
    """Print what was asked for and found, each with its colour, and what has to be said of it."""
    console.print()
    console.print(_asked(search, run))
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("", justify="right", no_wrap=True)
    for title in ("", "Material", "Resin"):
        table.add_column(title, no_wrap=True)
    for title in ("Score", "dE CMC"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("Beside the colour asked for" if search.has_colour else "Colour", overflow="fold")
    for rank, result in enumerate(run.results, start=1):
        table.add_row(*_row(rank, result))
    console.print(table)
    if run.summary:
        console.print(Text(run.summary, style="dim"))
    for note in run.told.notes:
        console.print(Text(f"! {note}"))


def _asked(search: Search, run: SearchRun) -> Text:
    line = Text(f"? {search.title}: ", style="bold")
    if run.told.colour:
        line.append_text(_swatch(run.told.colour.hex)).append(" ")
    return line.append(", ".join(f"{name} {value}" for name, value in search.payload.items()))


def _row(rank: int, result: Result) -> list[Text]:
    score = "-" if result.score is None else f"{result.score:.0f}"
    difference = result.lab_diff
    return [
        Text(f"{rank}."),
        _swatch(result.hex),
        Text(result.name or result.id, style="cyan"),
        Text(result.resin or ""),
        Text(score),
        Text(f"{difference.dE_cmc:.2f}" if difference else "-"),
        Text((difference.words if difference else result.colour_words) or ""),
    ]


def _swatch(colour: str | None) -> Text:
    return Text(SWATCH, style=f"on {colour}") if colour else Text("")
