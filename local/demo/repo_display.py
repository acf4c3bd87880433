"""What the demonstration shows of an account: how far its gathering is, then scored repositories."""

from collections.abc import Generator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn
from rich.text import Text

from local.demo.client import Progress
from local.demo.live_lines import SAID, LiveLine, live_lines
from local.demo.repositories import ACCOUNT, Answered

PARTS_SHOWN = 4


class AccountLine:
    """The line of the account: live on a terminal, elsewhere one line when it is done."""

    def __init__(self, line: LiveLine) -> None:
        self._line = line
        self._stages: list[str] = []

    def moved(self, progress: Progress) -> None:
        """Show how many repositories are there."""
        said = f"{progress.stage} {progress.done}/{progress.total}" if progress.total else progress.stage
        if not self._stages or self._stages[-1] != said:
            self._stages.append(said)
        self._line.move(progress.stage, progress.done, progress.total)

    def ended(self, count: int, milliseconds: int) -> None:
        """Show how long it took."""
        said = f"{count} repositories, {milliseconds} ms"
        self._line.settle(said, count, count or 1, plain=f"{' > '.join(self._stages)}: {said}")


@contextmanager
def account_line(console: Console) -> Generator[AccountLine]:
    """Show one line for the account."""
    bar = BarColumn(bar_width=20)
    with live_lines(console, [ACCOUNT], AccountLine, bar, MofNCompleteColumn(), SAID, said="listing") as lines:
        yield lines[ACCOUNT]


def print_answered(console: Console, answered: Answered) -> None:
    """Print a question, the repositories that answer it with the parts of their scores, and the explanation."""
    console.print()
    console.print(Text(f"? {answered.query}", style="bold"))
    for rank, repo in enumerate(answered.repositories, start=1):
        console.print(Text(f"  {rank}. {repo.name}, score {repo.score:.3f}", style="cyan"))
        console.print(Text(f"       {_parts(repo.parts)}", style="dim"))
        if repo.description:
            console.print(Text(f"       {repo.description}", style="dim"))
    if answered.explanation:
        console.print(Text(f"  {answered.explanation.answer}", style="dim"))


def _parts(parts: dict[str, object]) -> str:
    shown = [f"{name} {_number(value)}" for name, value in list(parts.items())[:PARTS_SHOWN]]
    return ", ".join(shown)


def _number(value: object) -> str:
    score = value.get("score") if isinstance(value, dict) else value  # pyright: ignore[reportUnknownVariableType]
    return f"{score:.2f}" if isinstance(score, int | float) else "-"
