"""The command line of ``up``, shared with ``run``."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.processes.ports import free_ports
from local.stack.plan import DEFAULT_PORTS, Options, Part
from local.stack.settings import REPOSITORY

CATALOGUE = REPOSITORY / "data"

SWITCHES = {
    Part.OPENAI: {
        "latency-ms": "milliseconds added to every OpenAI request",
        "rate-429": "share of OpenAI requests that are throttled, 0 to 1",
        "retry-after": "seconds in the Retry-After of those",
        "rate-500": "share of OpenAI requests that fail, 0 to 1",
    },
    Part.GITHUB: {
        "latency-ms": "milliseconds added to every GitHub request",
        "rate-500": "share of GitHub requests that fail, 0 to 1",
    },
}


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``up``."""
    parser.add_argument("--data", type=Path, default=Path(".local"), help="folder for all data (default: .local)")
    for part in Part:
        parser.add_argument(
            f"--no-{part}", action="store_true", help=f"do not start {part}; use what the settings name"
        )
    for part, port in DEFAULT_PORTS.items():
        parser.add_argument(f"--{part}-port", type=_port, metavar="PORT", help=f"default: the setting's, else {port}")
    parser.add_argument("--ports", choices=["auto"], help="auto: take free ports for all that are not named")
    parser.add_argument("--ready-file", type=Path, metavar="FILE", help="gets every part's address and process id")
    catalogue = parser.add_mutually_exclusive_group()
    catalogue.add_argument(
        "--catalogue",
        type=Path,
        default=CATALOGUE,
        metavar="DIR",
        help="folder with materials.csv and MTL_Lab_active.csv",
    )
    catalogue.add_argument("--no-catalogue", action="store_true", help="load no materials")
    for part, switches in SWITCHES.items():
        for name, meaning in switches.items():
            parser.add_argument(f"--{part}-{name}", type=float, metavar="N", help=meaning)


def options_of(parsed: argparse.Namespace) -> Options:
    """Return what the command line says, with ports chosen where it asks for that."""
    values = vars(parsed)
    ports = {part: values[f"{part}_port"] for part in Part if values[f"{part}_port"] is not None}
    if parsed.ports == "auto":
        left = [part for part in Part if part not in ports]
        ports |= dict(zip(left, free_ports(len(left)), strict=True))
    return Options(
        data=parsed.data.resolve(),
        off=frozenset(part for part in Part if values[f"no_{part}"]),
        ports=ports,
        ready_file=parsed.ready_file,
        openai_switches=_switches(Part.OPENAI, values),
        github_switches=_switches(Part.GITHUB, values),
        catalogue=None if parsed.no_catalogue else parsed.catalogue.resolve(),
    )


def _switches(part: Part, values: Mapping[str, Any]) -> tuple[str, ...]:
    switches: list[str] = []
    for name in SWITCHES[part]:
        value = values[f"{part}_{name.replace('-', '_')}"]
        if value is not None:
            switches += [f"--{name}", f"{value:g}"]
    return tuple(switches)


def _port(text: str) -> int:
    port = int(text)
    if not 1 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{port} is not a port, expected 1 to 65535")
    return port
