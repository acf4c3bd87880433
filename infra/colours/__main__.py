"""``python -m infra.colours show | share 10 | only green``: the steps of docs/runbook-blue-green.md, a command each.

Acts on azd's current environment, with the sign-in of the Azure CLI. What is changed is noted for the next
``azd provision`` too, which therefore keeps it. Needs nothing but Python.
"""

import argparse
import json
import sys

from infra.colours import charge, shares
from infra.colours.apps import COLOURS, app_of
from infra.hooks import commands
from infra.hooks.console import fail, say
from infra.hooks.failures import HookFailed
from infra.hooks.outputs import ROOT, Outputs

# Searches end within SEARCH_DEADLINE_S, 120 by default; a minute more is for those that wait for an open call.
_DRAIN_S = 180.0


def main(arguments: list[str]) -> int:
    """Run one command; return its exit code."""
    given = _parser().parse_args(arguments)
    try:
        listed = commands.run("azd", ["env", "get-values", "--output", "json", "--cwd", str(ROOT)])
        _run(given, Outputs(json.loads(listed or "{}")))
    except HookFailed as failure:
        fail(str(failure), failure.advice)
    except KeyboardInterrupt:
        fail("Stopped.", "the same command again: it does what is left to do")
    else:
        return 0
    return 1


def _run(given: argparse.Namespace, outputs: Outputs) -> None:
    if given.command == "show":
        _show(outputs)
    elif given.command == "share":
        shares.give_green(outputs, given.percent)
    else:
        app_of(outputs, given.colour)
        if outputs.get("GATEWAY_ID"):
            shares.give_green(outputs, 100 if given.colour == "green" else 0)
        charge.hand_over(outputs, given.colour, given.drain_s)


def _show(outputs: Outputs) -> None:
    weights = shares.current(outputs) if outputs.get("GATEWAY_ID") else {}
    hub, endpoint = outputs.need("TASKHUB_NAME"), outputs.need("DTS_ENDPOINT")
    for colour, app in COLOURS.items():
        if name := outputs.get(app.name_output):
            share = f"{weights.get(colour, 0)} % of the requests" if weights else "no gateway"
            say(f"{colour}: {name}, {share}, queue and timers {charge.state(outputs, colour)}")
            say(f"  its runs: https://dashboard.durabletask.io/?endpoint={endpoint}&taskhub={hub}{app.suffix}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.colours", description="Blue and green in operation.")
    chosen = parser.add_subparsers(dest="command", required=True)
    chosen.add_parser("show", help="shares, who runs the queue and the timers, where to see the runs")
    share = chosen.add_parser("share", help="how much of the requests green gets")
    share.add_argument("percent", type=int, choices=shares.SHARES)
    only = chosen.add_parser("only", help="one colour gets every request and runs the queue and the timers")
    only.add_argument("colour", choices=COLOURS)
    only.add_argument("--drain-s", type=float, default=_DRAIN_S, help="for the searches of the other colour to end")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
