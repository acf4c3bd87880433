"""The hooks as azd runs them: each a process of its own, in its folder, with azd's environment."""

import asyncio
import json
import os
import shlex
import stat
import sys
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from yarl import URL

from tests.support.tracked_files import ROOT

HOOKS = ROOT / "infra" / "hooks"
FUNCTION_KEY = "a-function-key-that-nobody-may-see"
TOKEN = "a-token-that-nobody-may-see"
SUBSCRIPTION = "00000000-0000-0000-0000-0000000000aa"
GROUP = "rg-dev"
APP = "func-dev"
ACCOUNT = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/Microsoft.Storage/storageAccounts/stdev"
BLOB_OWNER = json.loads((ROOT / "infra" / "roles.json").read_text(encoding="utf-8"))["storageBlobDataOwner"]
DEADLINE_S = 60.0


@dataclass(frozen=True)
class HookRun:
    """How a hook ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


async def start_hook(name: str, environment: Mapping[str, str]) -> asyncio.subprocess.Process:
    """Start a hook as azd does: by its path, in its folder."""
    script = HOOKS / f"{name}.py"
    return await asyncio.create_subprocess_exec(
        *(sys.executable, str(script)),
        cwd=script.parent,
        env=dict(environment),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def run_hook(name: str, environment: Mapping[str, str]) -> HookRun:
    """Run a hook to its end; what it says may hold neither key nor token."""
    process = await start_hook(name, environment)
    try:
        async with asyncio.timeout(DEADLINE_S):
            out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    run = HookRun(process.returncode or 0, out.decode(), err.decode())
    assert FUNCTION_KEY not in run.said
    assert TOKEN not in run.said
    assert "Traceback" not in run.said, run.said
    return run


@dataclass
class Management:
    """Azure's management API, as far as the hooks ask it. ``starting``: how often the host cannot tell its keys.

    ``regions``: what ``usages`` and ``models`` list, by region.
    """

    roles: list[str] = field(default_factory=lambda: [BLOB_OWNER])
    status: int = 200
    starting: int = 0
    regions: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    asked: list[str] = field(default_factory=list)
    url: str = ""

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one request of somebody who is signed in."""
        self.asked.append(f"{request.method} {request.path}")
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"error": {"code": "InvalidAuthenticationToken"}}, status=401)
        if self.status != 200:
            return web.json_response({"error": {"code": "AuthorizationFailed", "message": "no"}}, status=self.status)
        if request.path == f"{ACCOUNT}/providers/Microsoft.Authorization/roleAssignments":
            given = [{"properties": {"roleDefinitionId": f"/roleDefinitions/{role}"}} for role in self.roles]
            return web.json_response({"value": given})
        where = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.CognitiveServices/locations/"
        region, _, what = request.path.removeprefix(where).partition("/")
        if request.path.startswith(where) and region in self.regions:
            return web.json_response({"value": self.regions[region][what]})
        keys = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/Microsoft.Web/sites/{APP}/host/default"
        if (request.method, request.path) == ("POST", f"{keys}/listKeys"):
            if self.starting:
                self.starting -= 1
                return web.json_response({"error": {"code": "ServiceUnavailable"}}, status=503)
            return web.json_response({"masterKey": "m", "functionKeys": {"default": FUNCTION_KEY}, "systemKeys": {}})
        return web.json_response({"error": {"code": "ResourceNotFound"}}, status=404)


@asynccontextmanager
async def running_management() -> AsyncGenerator[Management]:
    """Run the management API on a free port; it is gone afterwards."""
    management = Management()
    async with serving(management.handle) as url:
        management.url = url
        yield management


@dataclass
class Proxy:
    """In front of a service: the next ``refusals`` requests are answered by ``refuse``; ``seen`` is what came in."""

    target: str
    refuse: Callable[[], web.Response]
    refusals: int = 0
    seen: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    url: str = ""

    async def handle(self, request: web.Request) -> web.Response:
        """Refuse, or hand on and answer what is answered."""
        self.seen.append((request.method, request.path, dict(request.headers)))
        if self.refusals:
            self.refusals -= 1
            return self.refuse()
        headers = {name: value for name, value in request.headers.items() if name.lower() != "host"}
        async with (
            aiohttp.ClientSession(auto_decompress=False) as session,
            session.request(
                request.method,
                URL(f"{self.target}{request.raw_path}", encoded=True),
                headers=headers,
                data=await request.read() or None,
                skip_auto_headers=("Content-Type", "User-Agent", "Accept", "Accept-Encoding"),
            ) as answer,
        ):
            kept = {
                name: value
                for name, value in answer.headers.items()
                if name.lower() not in ("transfer-encoding", "content-length", "connection", "date", "server")
            }
            # Its own address where the service names itself, as a gateway or a custom domain does.
            body = (await answer.read()).replace(self.target.encode(), self.url.encode())
            return web.Response(status=answer.status, headers=kept, body=body)


@asynccontextmanager
async def running_proxy(target: str, refuse: Callable[[], web.Response], refusals: int = 0) -> AsyncGenerator[Proxy]:
    """Run a proxy on a free port; it is gone afterwards."""
    proxy = Proxy(target, refuse, refusals)
    async with serving(proxy.handle) as url:
        proxy.url = url
        yield proxy


@asynccontextmanager
async def serving(handle: Callable[[web.Request], Any]) -> AsyncGenerator[str]:
    """Answer every request on a free port with ``handle``; yields the address."""
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


def program(folder: Path, name: str, script: str) -> None:
    """Put a program on the PATH that ``azd_environment`` makes of ``folder``: a shell script."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def azd_signs_in(programs: Path, token: str) -> None:
    """Put an azd on PATH that hands out ``token``, and does nothing else."""
    answer = json.dumps({"token": token, "expiresOn": "2099-01-01T00:00:00Z"})
    program(programs, "azd", f"echo {shlex.quote(answer)}")


def azd_notes_its_calls(programs: Path) -> None:
    """Put an azd on PATH that does nothing but note how it is called: ``calls_noted``."""
    program(programs, "azd", f'echo "azd $*" >> {shlex.quote(str(programs / "asked"))}')


def calls_noted(programs: Path) -> list[str]:
    """Return the command lines that programs have noted in the file ``asked`` beside them."""
    path = programs / "asked"
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


# What every hook of a provisioned environment is given, besides what its test says.
ALWAYS = {
    "AZURE_ENV_NAME": "dev",
    "AZURE_SUBSCRIPTION_ID": SUBSCRIPTION,
    "AZURE_RESOURCE_GROUP": GROUP,
    "DEPLOYER_PRINCIPAL_ID": "00000000-0000-0000-0000-00000000001a",
    "APP_PRINCIPAL_ID": "00000000-0000-0000-0000-00000000001d",
    "STORAGE_ACCOUNT_ID": ACCOUNT,
    "SERVICE_API_NAME": APP,
    "SERVICE_API_BEHIND_GATEWAY": "false",
    "EMBEDDING_MODEL_DEPLOYMENT_NAME": "text-embedding-3-small",
    "EMBEDDING_DIMENSIONS": "1536",
    "HOOK_WAIT_S": "20",
    "HOOK_POLL_S": "0.02",
}


def azd_environment(programs: Path, **outputs: str) -> dict[str, str]:
    """Return what azd hands to a hook of an environment: what every one has, and ``outputs``."""
    azd_signs_in(programs, TOKEN)
    home = {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "HOME": os.environ.get("HOME", "/")}
    return home | ALWAYS | outputs
