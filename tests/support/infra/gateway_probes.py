"""Requests that show what a policy must not let happen; each probe returns what is wrong."""

from collections.abc import Awaitable, Callable
from typing import Any

import jwt
from aiohttp import web

from local.gateway.__main__ import BACKEND_AUDIENCE
from tests.support.gateway import FORGED, OTHER_USER, USER, Answer, Asked, GatewayUnderTest, signed_by_another, unsigned

Probe = Callable[[GatewayUnderTest], Awaitable[list[str]]]

_OPERATIONS = (
    ("POST", "/search"),
    ("GET", "/status/req_1"),
    ("GET", "/instances/blue/run"),
    ("POST", "/api/orchestrators/embeddings"),
    ("GET", "/api/snippets/p"),
)
_ETAG = '"0123456789abcdef"'


async def nobody_gets_in_without_a_token(gateway: GatewayUnderTest) -> list[str]:
    answers = {path: await gateway.call(method, path, token=None) for method, path in _OPERATIONS}
    return [f"{path} answered {each.status}" for path, each in answers.items() if each.status != 401] + _reached(
        gateway
    )


async def no_token_that_does_not_hold_gets_in(gateway: GatewayUnderTest) -> list[str]:
    tokens = {
        "expired": gateway.token(exp=1_700_000_000),
        "endless": gateway.token(exp=None),
        "for another": gateway.token(aud="api://another"),
        "for the app": gateway.token(aud=BACKEND_AUDIENCE),
        "of another issuer": gateway.token(iss="https://issuer.example"),
        "of nobody": gateway.token(oid=None, sub=None),
        "unsigned": unsigned(gateway.token()),
        "signed by another": signed_by_another(gateway.token()),
    }
    answers = {name: await gateway.post("/search", token=token) for name, token in tokens.items()}
    return [f"{name}: {each.status}" for name, each in answers.items() if each.status != 401] + _reached(gateway)


async def the_app_is_told_who_the_token_is_of(gateway: GatewayUnderTest) -> list[str]:
    token = gateway.token()
    for method, path in _OPERATIONS:
        await gateway.call(method, f"{path}?code=a-key", token=token, headers=FORGED)
    found: list[str] = []
    for asked in gateway.blue.asked:
        found += [f"{asked.path}: user {asked.headers.getall('user-id', [])}"] * (
            asked.headers.getall("user-id", []) != [USER]
        )
        found += [f"{asked.path}: {name}" for name in FORGED if name != "user-id" and name in asked.headers]
        found += [f"{asked.path}: a key"] * ("code" in asked.path)
        found += [f"{asked.path}: not the gateway's token"] * (_audience(asked) != BACKEND_AUDIENCE)
    return found + [f"{len(gateway.blue.asked)} requests reached the app"] * (
        len(gateway.blue.asked) != len(_OPERATIONS)
    )


async def a_probe_of_health_names_nobody(gateway: GatewayUnderTest) -> list[str]:
    answer = await gateway.get("/api/health", token=None, headers=FORGED)
    named = [name for asked in gateway.blue.asked for name in FORGED if name in asked.headers]
    return [f"health answered {answer.status}"] * (answer.status != 200) + named


async def answers_are_kept_for_their_user_alone(gateway: GatewayUnderTest) -> list[str]:
    found: list[str] = []
    for status in (200, 202, 404, 500):
        gateway.clock.advance(1000)
        gateway.blue.script = lambda _, status=status: web.json_response({}, status=status, headers={"ETag": _ETAG})
        gateway.blue.asked.clear()
        await gateway.get("/status/req_1")
        again = await gateway.get("/status/req_1", headers={"If-None-Match": _ETAG})
        kept = len(gateway.blue.asked) == 1
        found += [f"{status} kept: {kept}"] * (kept is not (status < 300))
        found += [f"{status} answered {again.status}"] * ((again.status == 304) is not (status < 300))
        before = len(gateway.blue.asked)
        await gateway.get("/status/req_1", token=gateway.token(OTHER_USER))
        found += [f"{status} told to another user"] * (len(gateway.blue.asked) == before)
        await gateway.get("/status/req_2")
        found += [f"{status} told of another search"] * (len(gateway.blue.asked) == before + 1)
    return found


async def no_answer_tells_where_the_app_is(gateway: GatewayUnderTest) -> list[str]:
    found: list[str] = []
    for name, script in _telling(gateway.blue.url).items():
        gateway.blue.script = lambda _, script=script: script()
        answer = await gateway.post("/api/orchestrators/embeddings")
        found += [
            f"{name}: {secret}" for secret in (gateway.blue.host, "code=", "x-app-colour") if secret in answer.whole
        ]
        found += [f"{name}: {_shape(answer)}"] * (answer.status >= 400 and _shape(answer) != ["error"])
    return found


async def large_bodies_stay_outside(gateway: GatewayUnderTest) -> list[str]:
    answer = await gateway.post("/search", data=b" " * 65_537)
    return [f"answered {answer.status}"] * (answer.status != 413) + _reached(gateway)


async def a_run_is_followed_where_it_is(gateway: GatewayUnderTest) -> list[str]:
    gateway.green.asked.clear()
    await gateway.get("/instances/green/run")
    answer = await gateway.get("/instances/red/run")
    found = [f"an unknown colour answered {answer.status}"] * (answer.status != 404)
    return found + ["green was not asked"] * (len(gateway.green.asked) != 1) + _reached(gateway)


def _telling(app: str) -> dict[str, Callable[[], web.Response]]:
    """Answers that hold the app's address, by what they are."""
    address = f"{app}/runtime/webhooks/durabletask/instances/run?code=a-key"
    run: dict[str, Any] = {"id": "run", "statusQueryGetUri": address}
    started = {"Location": address, "x-app-colour": "blue"}
    cookie = f"ARRAffinity=1;Domain={app.removeprefix('http://')}"
    return {
        "start": lambda: web.json_response(run | {"terminatePostUri": address}, status=202, headers=started),
        "gathering": lambda: web.json_response(run | {"runtimeStatus": "Running"}, status=202, headers=started),
        "no JSON": lambda: web.Response(text=address, status=202, headers=started),
        "location": lambda: web.json_response({}, status=201, headers={"Location": address}),
        "cookie": lambda: web.json_response({}, headers={"Set-Cookie": cookie}),
        "sign-in": lambda: web.json_response({}, status=401, headers={"WWW-Authenticate": f'Bearer realm="{app}"'}),
        "error page": lambda: web.Response(text=f"<html>{app}</html>", status=403, content_type="text/html"),
    }


def _audience(asked: Asked) -> object:
    token = asked.headers.get("Authorization", "").removeprefix("Bearer ")
    return jwt.decode(token, options={"verify_signature": False})["aud"]


def _shape(answer: Answer) -> list[str]:
    return list(answer.json)


def _reached(gateway: GatewayUnderTest) -> list[str]:
    return [f"{asked.path} reached the app" for asked in gateway.blue.asked]


PROBES: tuple[Probe, ...] = (
    nobody_gets_in_without_a_token,
    no_token_that_does_not_hold_gets_in,
    the_app_is_told_who_the_token_is_of,
    a_probe_of_health_names_nobody,
    answers_are_kept_for_their_user_alone,
    no_answer_tells_where_the_app_is,
    large_bodies_stay_outside,
    a_run_is_followed_where_it_is,
)
