"""``python -m bench [NAME ...]``: measure, print one table, keep it in docs/benchmarks.md or a document of its own."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable

from bench import answers, delta_e, embeddings, engine, repo_context, retrieval, scale, search, startup
from bench.report import Row, describe_machine, keep, table

MEASUREMENTS: dict[str, Callable[[], Awaitable[list[Row]]]] = {
    "engine": engine.measure,
    "embeddings": embeddings.measure,
    "delta-e": delta_e.measure,
    "search": search.measure,
    "answers": answers.measure,
    "repo-context": repo_context.measure,
    "startup": startup.measure,
    "retrieval": retrieval.measure,
    "scale": scale.measure,
}
# Those that have a document or tables of their own.
PUBLISHED: dict[str, Callable[[], None]] = {"retrieval": retrieval.publish, "scale": scale.publish}


def main() -> None:
    """Run the measurements named on the command line, all when there are none."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(MEASUREMENTS)}; default: all")
    parser.add_argument("--print-only", action="store_true", help="leave the documents as they are")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - set(MEASUREMENTS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; expected any of {', '.join(MEASUREMENTS)}")
    rows: list[Row] = []
    at_first = describe_machine()
    for name in chosen.names or MEASUREMENTS:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        machine = describe_machine()
        measured = asyncio.run(MEASUREMENTS[name]())
        if not chosen.print_only:
            publish = PUBLISHED.get(name)
            publish() if publish else keep(name, measured, machine)
        rows += measured
    print(table(rows, at_first))


if __name__ == "__main__":
    main()
