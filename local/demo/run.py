"""``python -m local run``: brings the stack up, embeds, asks, searches, gathers, and serves until Ctrl-C."""

import asyncio
import json
import sys
import time

from rich.console import Console

from local.demo.client import Client, DemoError, Run
from local.demo.corpus import MODULES, PROJECT, QUESTIONS, read_module
from local.demo.display import FileLine, file_lines, print_answer, print_ids
from local.demo.repo_display import account_line, print_answered
from local.demo.repositories import ACCOUNT, ask, gather_account
from local.demo.repositories import QUESTIONS as REPO_QUESTIONS
from local.demo.search_display import SearchLine, print_results, search_lines
from local.demo.searches import SEARCHES, Search, SearchRun, run_search
from local.stack.plan import Options, Part
from local.stack.supervisor import Stack
from local.stack.up import bring_up

SHOWN_HITS = 3
EXAMPLE = '{"query": "guess the delimiter of a spreadsheet file"}'


async def demonstrate(options: Options, *, once: bool) -> int:
    """Bring the stack up, embed, ask, search, gather an account; serve until Ctrl-C unless ``once``.

    Returns:
        With ``once``: 0 when every file was embedded and every question and search had an answer, else 1.

    Raises:
        StackError: The stack did not come up, or a part of it ended.
    """

    async def work(stack: Stack) -> int:
        console = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
        url = str(stack.addresses()[Part.HOST]["url"])
        async with Client(url) as client:
            embedded = await embed_modules(console, client)
            answered = await ask_questions(console, client)
            found = await search_materials(console, client)
            known = await ask_about_repositories(console, client)
        if once:
            return 0 if embedded and answered and found and known else 1
        console.print()
        console.print(f"Serving on {url} until Ctrl-C. Ask it yourself:", markup=False)
        console.print(f"  curl {url}/api/snippets/query -d '{EXAMPLE}'", markup=False)
        console.print(f"  curl {url}/search -d '{json.dumps(SEARCHES[0].payload)}'", markup=False)
        stack.children[Part.HOST].echo = True
        await asyncio.Event().wait()
        return 0

    return await bring_up(options, work, echo_host=False)


async def embed_modules(console: Console, client: Client) -> bool:
    """Embed all modules side by side; tell whether every one ended well."""
    console.print()
    console.print(f"Embedding {len(MODULES)} modules of this Python's standard library as project {PROJECT}")
    with file_lines(console, MODULES) as lines:
        runs = await asyncio.gather(*(_embed(client, name, lines[name]) for name in MODULES))
    print_ids(console, {name: run.instance_id for name, run in zip(MODULES, runs, strict=True) if run})
    return all(run is not None and run.output.ok for run in runs)


async def ask_questions(console: Console, client: Client) -> bool:
    """Ask the questions in turn and print the hits; tell whether every one had some."""
    answered = True
    for question in QUESTIONS:
        try:
            found = await client.query(PROJECT, question, SHOWN_HITS)
        except DemoError as error:
            console.print(f"? {question}\n  {error}", markup=False, style="red")
            answered = False
        else:
            print_answer(console, question, found)
            answered = answered and bool(found.results)
    return answered


async def search_materials(console: Console, client: Client) -> bool:
    """Run the searches side by side, show their stages, then print what each found; tell whether all found some."""
    console.print()
    console.print(f"Searching {len(SEARCHES)} ways among the materials of the catalogue")
    with search_lines(console, [search.title for search in SEARCHES]) as lines:
        runs = await asyncio.gather(*(_search(client, s, lines[s.title]) for s in SEARCHES))
    for search, run in zip(SEARCHES, runs, strict=True):
        if run is not None:
            print_results(console, search, run)
    return all(run is not None and run.results for run in runs)


async def ask_about_repositories(console: Console, client: Client) -> bool:
    """Gather an account, show how far that is, ask about it; tell whether every question had an answer."""
    console.print()
    console.print(f"Gathering the repositories of the GitHub account {ACCOUNT}")
    begun = time.perf_counter()
    try:
        with account_line(console) as line:
            line.ended(await gather_account(client, line.moved), round((time.perf_counter() - begun) * 1000))
        answers = [await ask(client, question) for question in REPO_QUESTIONS]
    except DemoError as error:
        console.print(f"  FAILED: {error}", markup=False, style="red")
        return False
    for answered in answers:
        print_answered(console, answered)
    return all(answered.repositories for answered in answers)


async def _search(client: Client, search: Search, line: SearchLine) -> SearchRun | None:
    try:
        run = await run_search(client, search, line.moved)
    except DemoError as error:
        line.failed(error)
        return None
    line.ended(run)
    return run


async def _embed(client: Client, name: str, line: FileLine) -> Run | None:
    try:
        run = await client.embed(PROJECT, name, read_module(name), line.moved)
    except (DemoError, OSError) as error:
        line.failed(error)
        return None
    line.ended(run)
    return run
