"""``python -m local.gateway``: the gateway in front of an app, until SIGTERM or Ctrl-C."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

import aiohttp

from local.gateway.backends import Backends
from local.gateway.errors import Refused
from local.gateway.issuer import PREFIX, Issuer
from local.gateway.operations import InvalidOperations, Operations
from local.gateway.policies.documents import read_pipelines
from local.gateway.server import Gateway
from local.gateway.services import Services
from local.processes.listening import address_of, is_loopback
from local.processes.serving import CannotServe, add_address_options, announce, listen, run, served, stop_signal

DEFAULT_PORT = 8086
INFRA = Path(__file__).parents[2] / "infra" / "gateway"
API_AUDIENCE = "api://fanwise"
BACKEND_AUDIENCE = "api://fanwise-app"


def arguments(argv: list[str]) -> argparse.Namespace:
    """Return the options of the command line."""
    description = "API Management's policies in front of an app, with a token issuer of its own."
    parser = argparse.ArgumentParser(prog="python -m local.gateway", description=description)
    add_address_options(parser, DEFAULT_PORT)
    parser.add_argument("--app", default="http://127.0.0.1:7071", help="the app, blue (default: http://127.0.0.1:7071)")
    parser.add_argument("--green", help="a second app, green; without it there is none")
    parser.add_argument("--green-weight", type=int, default=0, help="green's share of requests, 0 to 100 (default: 0)")
    parser.add_argument("--infra", type=Path, default=INFRA, help="folder of operations.json and policies/")
    return parser.parse_args(argv)


def backends_of(options: argparse.Namespace) -> Backends:
    """Return the apps that the command line names.

    Raises:
        CannotServe: The weight is none, or is that of a colour that is not there.
    """
    weight: int = options.green_weight
    if not 0 <= weight <= 100:
        raise CannotServe(f"--green-weight is {weight}; expected 0 to 100")
    if weight and not options.green:
        raise CannotServe("--green-weight needs --green")
    apps = {"blue": options.app, **({"green": options.green} if options.green else {})}
    return Backends(apps, {"blue": 100 - weight, "green": weight})


def named_values(issuer_url: str) -> dict[str, str]:
    """Return what policies write as ``{{name}}``: those that the deployment declares, for this machine."""
    return {
        "tenant-id": "00000000-0000-0000-0000-0000000000a8",
        "api-audience": API_AUDIENCE,
        "backend-audience": BACKEND_AUDIENCE,
        "openid-config-url": f"{issuer_url}/.well-known/openid-configuration",
        "token-issuer": issuer_url,
    }


def gateway_of(infra: Path, names: Mapping[str, str], services: Services) -> Gateway:
    """Return the gateway that the files of ``infra`` describe.

    Raises:
        CannotServe: A file holds what this gateway does not know; the text names file, line and construct.
    """
    try:
        operations = Operations.read(infra / "operations.json")
        pipelines = read_pipelines(infra / "policies", operations.all, names, services.backends.names)
    except (Refused, InvalidOperations) as error:
        raise CannotServe(str(error)) from error
    return Gateway(operations, pipelines, services)


def passing_on() -> aiohttp.ClientSession:
    """Return a session that passes on what apps answer as it is, and lets no request wait for another's connection."""
    connector = aiohttp.TCPConnector(limit=0)
    return aiohttp.ClientSession(connector=connector, auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar())


async def serve(options: argparse.Namespace) -> None:
    """Serve until a signal comes.

    Raises:
        CannotServe: The port is busy, an option is wrong, or a policy is not among those known.
    """
    if not is_loopback(options.host):
        raise CannotServe(f"--host {options.host} is reachable from other machines: the issuer gives anybody a token")
    stop = stop_signal()
    backends = backends_of(options)
    listener = listen(options.host, options.port)
    issuer = Issuer(address_of(listener), API_AUDIENCE)
    names = named_values(issuer.url)
    async with passing_on() as session:
        services = Services.of(names, backends, issuer, session)
        gateway = gateway_of(options.infra, names, services)
        async with served(gateway.application(), listener, cancels_handlers=True) as url:
            line = f"Gateway on {url}, tokens by POST {url}{PREFIX}/token"
            announce(options.ready_file, {"url": url}, line)
            await stop.wait()


if __name__ == "__main__":
    sys.exit(run("local.gateway", serve(arguments(sys.argv[1:]))))
