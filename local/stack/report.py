"""What ``up`` prints about the parts once they answer."""

import os
from pathlib import Path

from rich.console import Console
from rich.table import Table

from local.stack.plan import Decision, Off, Part, Used
from local.stack.supervisor import Stack

TITLES = {
    Part.HOST: "Functions host",
    Part.COSMOS: "Cosmos DB",
    Part.OPENAI: "Azure OpenAI",
    Part.SEARCH: "Azure AI Search",
    Part.GITHUB: "GitHub",
    Part.SERVICEBUS: "Service Bus",
    Part.STORAGE: "Blob storage",
}


def print_stack(console: Console, stack: Stack, seconds: float) -> None:
    """Print a table of names, addresses, data folders and what was provisioned."""
    console.print()
    console.print(f"Ready in {seconds:.1f} s", style="bold green")
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("Part", no_wrap=True)
    # An address that is broken over two lines cannot be copied.
    table.add_column("Address", no_wrap=True, overflow="ignore")
    table.add_column("Data", overflow="fold")
    for part, decision in stack.plan.decisions.items():
        table.add_row(TITLES[part], *_where(decision))
    console.print(table)
    for part in Part:
        if part in stack.provisioned:
            console.print(f"{TITLES[part]}: {stack.provisioned[part]}")
    if stack.catalogue:
        console.print(f"Catalogue: {stack.catalogue}")
    console.print(f"Logs in {shown(stack.plan.options.data / 'logs')}")
    if isinstance(stack.plan.decisions[Part.HOST], Off):
        console.print("Start the host yourself, in this folder: func start")


def _where(decision: Decision) -> tuple[str, str]:
    if isinstance(decision, Off):
        return "-", f"off ({decision.reason})"
    if isinstance(decision, Used):
        return decision.url, "elsewhere, as the settings say"
    return decision.url, shown(decision.data) if decision.data else "keeps nothing"


def shown(path: Path) -> str:
    """Return ``path`` as short as it can be typed from here."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative
