"""``python -m local.host start``: run the function app in a folder, as ``func start`` does."""

import argparse
import sys
from pathlib import Path

from local.host.ending import end_process
from local.host.errors import HostError
from local.host.host import Options, start
from local.processes.flags import is_set


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is no port; expected 0 to 65535")
    return port


def parse(arguments: list[str] | None = None) -> Options:
    """Return the options of a command line."""
    parser = argparse.ArgumentParser(prog="python -m local.host", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("start", help="load the app and serve it until Ctrl-C")
    run.add_argument("--app", type=Path, default=Path(), help="folder of the function app (default: this one)")
    run.add_argument("--data", type=Path, help="folder for durable state (default: APP/.local/host)")
    run.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    run.add_argument(
        "--port", type=_port, default=7071, help="port to listen on, 0 for a free one (default: %(default)s)"
    )
    run.add_argument("--ready-file", type=Path, help="file to write {url, pid} to as JSON once the host serves")
    run.add_argument("--fsync", action="store_true", help="survive a power cut too (also FANWISE_HOST_FSYNC=1)")
    run.add_argument(
        "--fast-replay", action="store_true", help="go on where orchestrators stopped (also FANWISE_FAST_REPLAY=1)"
    )
    chosen = parser.parse_args(arguments)
    app = chosen.app.resolve()
    return Options(
        app=app,
        data=(chosen.data or app / ".local" / "host").resolve(),
        host=chosen.host,
        port=chosen.port,
        ready_file=chosen.ready_file.resolve() if chosen.ready_file else None,
        synchronous="FULL" if chosen.fsync or is_set("FANWISE_HOST_FSYNC") else "NORMAL",
        fast_replay=chosen.fast_replay or is_set("FANWISE_FAST_REPLAY"),
    )


def main() -> int:
    """Run the command line; return the exit code."""
    try:
        return start(parse())
    except HostError as error:
        print(f"error: {error}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    end_process(main())
