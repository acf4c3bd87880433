"""The gateway in front of apps that answer by script, in this process, with a clock that a test moves."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from multidict import CIMultiDict, CIMultiDictProxy

from local.gateway.__main__ import API_AUDIENCE, INFRA, gateway_of, named_values, passing_on
from local.gateway.backends import Backends
from local.gateway.issuer import Issuer
from local.gateway.services import Services
from local.processes.listening import address_of, listening_socket
from local.processes.serving import served

# What a user's access token has and no more.
USER = "00000000-0000-0000-0000-00000000000a"
OTHER_USER = "00000000-0000-0000-0000-00000000000b"
# Whatever a client puts there, the app would believe it.
FORGED = {
    "user-id": OTHER_USER,
    "X-MS-CLIENT-PRINCIPAL": "e30=",
    "X-MS-CLIENT-PRINCIPAL-ID": OTHER_USER,
    "X-MS-CLIENT-PRINCIPAL-NAME": "mallory",
    "X-MS-CLIENT-PRINCIPAL-IDP": "aad",
    "X-MS-TOKEN-AAD-ID-TOKEN": "a.b.c",
    "X-MS-TOKEN-AAD-ACCESS-TOKEN": "a.b.c",
    "x-functions-key": "a-key",
}


@dataclass
class Clock:
    """Seconds that pass when a test says so."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


@dataclass(frozen=True)
class Answer:
    """What a caller got."""

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def whole(self) -> str:
        """Every header and the body, for what must not be in them."""
        lines = [f"{name}: {value}" for name, value in self.headers.items()]
        return "\n".join([*lines, self.body.decode("utf-8", "replace")])


@dataclass(frozen=True)
class Asked:
    """What an app was asked."""

    method: str
    path: str
    headers: CIMultiDict[str]
    body: bytes


Script = Callable[[Asked], web.Response]


def empty_object(_: Asked) -> web.Response:
    """Answer 200 with an empty JSON object."""
    return web.json_response({})


@dataclass
class ScriptedApp:
    """An app that answers ``script`` after ``delay_s``, or ``hangs_up``, and remembers what it was ``asked``."""

    url: str = ""
    script: Script = empty_object
    delay_s: float = 0.0
    hangs_up: bool = False
    asked: list[Asked] = field(default_factory=list)

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")

    async def handle(self, request: web.Request) -> web.Response:
        asked = Asked(request.method, request.path_qs, CIMultiDict(request.headers), await request.read())
        self.asked.append(asked)
        await asyncio.sleep(self.delay_s)
        if self.hangs_up and request.transport:
            request.transport.close()
        return self.script(asked)


@dataclass
class GatewayUnderTest:
    """``blue`` and ``green``: the apps behind it."""

    url: str
    issuer: Issuer
    clock: Clock
    blue: ScriptedApp
    green: ScriptedApp
    session: aiohttp.ClientSession

    def token(self, user: str = USER, **claims: Any) -> str:
        """Return an access token; a claim of None is left out."""
        return self.issuer.token(user, claims)

    async def call(
        self,
        method: str,
        path: str,
        *,
        token: str | None = "",
        headers: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Answer:
        """Send a request as ``USER``, or with another ``token``, or with none (None)."""
        sent = CIMultiDict(headers or {})
        if token is not None:
            sent["Authorization"] = f"Bearer {token or self.token()}"
        if method == "POST" and not options:
            options = {"data": b"{}"}
        async with self.session.request(
            method, f"{self.url}{path}", headers=sent, allow_redirects=False, **options
        ) as answer:
            return Answer(answer.status, answer.headers, await answer.read())

    async def get(self, path: str, **options: Any) -> Answer:
        return await self.call("GET", path, **options)

    async def post(self, path: str, **options: Any) -> Answer:
        return await self.call("POST", path, **options)


@asynccontextmanager
async def gateway_under_test(
    infra: Path = INFRA, *, green_weight: int = 0, has_green: bool = True
) -> AsyncGenerator[GatewayUnderTest]:
    """Run the gateway that the files in ``infra`` describe.

    Raises:
        CannotServe: A file holds what the gateway does not know.
    """
    async with AsyncExitStack() as opened:
        blue, green = ScriptedApp(), ScriptedApp()
        for app in (blue, green):
            application = web.Application(client_max_size=0)
            application.router.add_route("*", "/{path:.*}", app.handle)
            serving = served(application, listening_socket("127.0.0.1", 0), cancels_handlers=True)
            app.url = await opened.enter_async_context(serving)
        listener = listening_socket("127.0.0.1", 0)
        opened.callback(listener.close)
        session = await opened.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()))
        own_session = await opened.enter_async_context(passing_on())
        clock = Clock()
        issuer = await asyncio.to_thread(Issuer, address_of(listener), API_AUDIENCE)
        apps = {"blue": blue.url, **({"green": green.url} if has_green else {})}
        backends = Backends(apps, {"blue": 100 - green_weight, "green": green_weight})
        names = named_values(issuer.url)
        services = Services.of(names, backends, issuer, own_session, clock)
        gateway = gateway_of(infra, names, services)
        url = await opened.enter_async_context(served(gateway.application(), listener))
        yield GatewayUnderTest(url, issuer, clock, blue, green, session)


def unsigned(token: str) -> str:
    """Return a token with the same claims that nobody has signed (``alg: none``)."""
    return jwt.encode(_claims(token), None, "none", headers={"kid": _key_id(token)})


def without_signature(token: str) -> str:
    """Return a token whose signature is cut off."""
    return token[: token.rindex(".") + 1]


def signed_by_another(token: str) -> str:
    """Return a token with the same claims and key id, signed with a key of somebody else's."""
    key = generate_private_key(public_exponent=65537, key_size=2048)
    return jwt.encode(_claims(token), key, "RS256", headers={"kid": _key_id(token)})


def _claims(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


def _key_id(token: str) -> str:
    return jwt.get_unverified_header(token)["kid"]
