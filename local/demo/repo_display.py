"""What the demonstration shows of an account: how far its gathering is, then scored repositories."""

from collections.abc import Generator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as ProgressLines
from rich.text import Text

from local.demo.client import Progress
from local.demo.repositories import Answered

PARTS_SHOWN = 4


class AccountLine:
    """The line of the account: live on a terminal, elsewhere one line when it is done."""

    def __init__(self, console: Console, lines: ProgressLines | None) -> None:
        self._console = console
        self._lines = lines
        self._task = lines.add_task("listing", total=None) if lines else None
        self._stages: list[str] = []

    def moved(self, progress: Progress) -> None:
        """Show how many repositories are there."""
        said = f"{progress.stage} {progress.done}/{progress.total}" if progress.total else progress.stage
        if not self._stages or self._stages[-1] != said:
            self._stages.append(said)
        if self._lines and self._task is not None:
            self._lines.update(self._task, description=progress.stage, completed=progress.done, total=progress.total)

    def ended(self, count: int, milliseconds: int) -> None:
        """Show how long it took."""
        said = f"{count} repositories, {milliseconds} ms"
        if self._lines and self._task is not None:
            self._lines.update(self._task, description=said, completed=count, total=count or 1)
        else:
            self._console.print(Text(f"{' > '.join(self._stages)}: {said}"))


@contextmanager
def account_line(console: Console) -> Generator[AccountLine]:
    """Show one line for the account."""
    if not console.is_terminal:
        yield AccountLine(console, None)
        return
    columns = (BarColumn(bar_width=20), MofNCompleteColumn(), TextColumn("{task.description}", markup=False))
    lines = ProgressLines(*columns, console=console)
    line = AccountLine(console, lines)
    with lines:
        yield line


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
