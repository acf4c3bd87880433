"""Policies that decide who gets in, how often, and as whom the gateway calls the app."""

from typing import Any

import jwt

from local.gateway.counters import LONGEST_WINDOW_S
from local.gateway.errors import PolicyFailure
from local.gateway.exchange import Exchange
from local.gateway.expressions.values import Jwt, Kind
from local.gateway.issuer import ALGORITHM
from local.gateway.markup import Element
from local.gateway.openid import KeysUnavailable
from local.gateway.policies.scope import Rule, Scope, Step, check_attributes, check_children, check_empty

_INBOUND = frozenset({"inbound"})
_MOST_CALLS = 1_000_000
# Reasons as API Management documents them.
_REASONS: tuple[tuple[type[jwt.PyJWTError], str], ...] = (
    (jwt.ExpiredSignatureError, "TokenExpired"),
    (jwt.InvalidAudienceError, "TokenAudienceNotAllowed"),
    (jwt.InvalidIssuerError, "TokenIssuerNotAllowed"),
    (jwt.InvalidSignatureError, "TokenSignatureInvalid"),
    (jwt.InvalidAlgorithmError, "TokenSignatureInvalid"),
    (jwt.MissingRequiredClaimError, "TokenClaimNotFound"),
)


def _validate_jwt(element: Element, scope: Scope) -> Step:
    check_children(element, "openid-config", "audiences", "issuers")
    if [child.name for child in element.children] != ["openid-config", "audiences", "issuers"]:
        raise element.refused("holds one each of openid-config, audiences and issuers")
    configuration, audiences, issuers = element.children
    check_attributes(configuration, {"url": True})
    address = scope.literal(configuration, "url")
    allowed = _values(audiences, "audience", scope)
    trusted = _values(issuers, "issuer", scope)
    for name in ("require-expiration-time", "require-signed-tokens"):
        scope.choice(element, name, ("true",), "true")
    scheme = scope.choice(element, "require-scheme", ("Bearer",), "")
    header = scope.literal(element, "header-name")
    code = scope.number(element, "failed-validation-httpcode", 400, 499)
    variable = scope.literal(element, "output-token-variable-name")

    async def run(at: Exchange) -> None:
        given = at.request.headers.get(header, "")
        kind, _, token = given.partition(" ")
        if not given:
            raise PolicyFailure("validate-jwt", "TokenNotPresent", "JWT not present.", code)
        if kind.lower() != scheme.lower() or not token.strip():
            raise PolicyFailure("validate-jwt", "JwtInvalid", f"the scheme is not {scheme}", code)
        at.variables[variable] = Jwt(await _claims(at, token.strip(), address, allowed, trusted, code))

    return run


async def _claims(
    at: Exchange, token: str, address: str, audiences: list[str], issuers: list[str], code: int
) -> dict[str, Any]:
    try:
        key = await at.services.keys.find(address, jwt.get_unverified_header(token).get("kid"))
        if key is None:
            raise PolicyFailure("validate-jwt", "TokenSignatureKeyNotFound", "no key of this name", code)
        options = {"require": ["exp"], "verify_iat": False}
        return jwt.decode(token, key, [ALGORITHM], options, audience=audiences, issuer=issuers)  # pyright: ignore[reportArgumentType]
    except KeysUnavailable as error:
        raise PolicyFailure("validate-jwt", "JwtInvalid", str(error), code) from error
    except jwt.PyJWTError as error:
        reason = next((name for kind, name in _REASONS if isinstance(error, kind)), "JwtInvalid")
        raise PolicyFailure("validate-jwt", reason, f"{error}. Access denied.", code) from error


def _values(element: Element, name: str, scope: Scope) -> list[str]:
    check_attributes(element, {})
    check_children(element, name)
    values = [scope.literal_text(child) for child in element.children]
    if not values or not all(values):
        raise element.refused(f"holds one <{name}> or more")
    return values


def _rate_limit(element: Element, scope: Scope) -> Step:
    check_empty(element)
    calls = scope.number(element, "calls", 1, _MOST_CALLS)
    window_s = scope.number(element, "renewal-period", 1, LONGEST_WINDOW_S)
    key = scope.required(element, "counter-key", Kind.STRING)
    variable = scope.literal(element, "retry-after-variable-name")

    async def run(at: Exchange) -> None:
        wait_s = at.services.counters.count(str(key.evaluate(at)), calls, window_s)
        if wait_s is not None:
            at.variables[variable] = wait_s
            raise PolicyFailure("rate-limit-by-key", "RateLimitExceeded", "Rate limit is exceeded", 429)

    return run


def _managed_identity(element: Element, scope: Scope) -> Step:
    check_empty(element)
    resource = scope.literal(element, "resource")

    async def run(at: Exchange) -> None:
        at.request.headers["Authorization"] = f"Bearer {at.services.identity_token(resource)}"

    return run


RULES = {
    "validate-jwt": Rule(
        _validate_jwt,
        _INBOUND,
        {
            "header-name": True,
            "failed-validation-httpcode": True,
            "require-expiration-time": True,
            "require-scheme": True,
            "require-signed-tokens": True,
            "output-token-variable-name": True,
        },
    ),
    "rate-limit-by-key": Rule(
        _rate_limit,
        _INBOUND,
        {"calls": True, "renewal-period": True, "counter-key": True, "retry-after-variable-name": True},
    ),
    "authentication-managed-identity": Rule(_managed_identity, _INBOUND, {"resource": True}),
}
