"""``python -m local up | run``: the cloud on one machine, and the demonstration on it."""

import argparse
import asyncio
import sys

from local.stack.errors import StackError
from local.stack.options import add_options, options_of
from local.stack.up import bring_up


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m local", description="Fanwise and the cloud it needs, on one machine."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="start the local cloud and the Functions host, and serve until Ctrl-C")
    run = commands.add_parser("run", help="up, then embed some of the standard library and ask it three questions")
    for command in (up, run):
        add_options(command)
    run.add_argument("--once", action="store_true", help="end after the questions, with the result's status")
    parsed = parser.parse_args()
    if parsed.command == "run" and parsed.no_host:
        parser.error("run drives the host that it starts: leave out --no-host, or use up")
    try:
        if parsed.command == "run":
            # Only here: `up` starts sooner without its HTTP client.
            from local.demo.run import demonstrate

            sys.exit(asyncio.run(demonstrate(options_of(parsed), once=parsed.once)))
        sys.exit(asyncio.run(bring_up(options_of(parsed))))
    except KeyboardInterrupt:
        # Only before the stack takes the signals itself.
        sys.exit(130)
    except StackError as error:
        sys.exit(f"local {parsed.command}: {error}")


if __name__ == "__main__":
    main()
