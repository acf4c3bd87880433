"""The closed list of expression forms: what each means, and that nothing else is let through."""

import asyncio
from typing import Any

import pytest
from multidict import CIMultiDict

from local.gateway.errors import PolicyFailure
from local.gateway.exchange import Exchange, Request, Response
from local.gateway.expressions.parser import UnknownForm, compiled
from local.gateway.expressions.values import Jwt, Kind


async def _nothing() -> bytes:
    await asyncio.sleep(0)
    return b""


@pytest.fixture
def at() -> Exchange:
    services: Any = None
    request = Request(
        "POST",
        "https",
        "gateway.example",
        443,
        "/status/req_1",
        [],
        CIMultiDict([("X-One", "a"), ("X-One", "b")]),
        "192.0.2.1",
        _nothing,
        {"request_id": "req_1"},
    )
    exchange = Exchange(request, "SearchRequestStatus", services)
    exchange.variables |= {"user": "ada", "count": 3, "token": Jwt({"oid": "o", "roles": ["a", "b"], "n": 5})}
    exchange.response = Response(202, None, CIMultiDict({"ETag": '"t"'}), '{"id":"ü","n":1,"none":null}'.encode())
    exchange.last_error = PolicyFailure("forward-request", "Timeout", "late")
    return exchange


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ('"a\\"b\\\\c"', 'a"b\\c'),
        ("7", 7),
        ('"n" + 7', "n7"),
        ("context.Response.StatusCode == 202 || false", True),
        ("!(context.Response.StatusCode >= 300)", True),
        ('true ? "yes" : "no"', "yes"),
        ('context.Request.Headers.GetValueOrDefault("x-one", "")', "a,b"),
        ('context.Request.Headers.GetValueOrDefault("x-two", "none")', "none"),
        ('context.Response.Headers.GetValueOrDefault("etag", "").Contains("t")', True),
        ('context.Request.MatchedParameters["request_id"].StartsWith("req_")', True),
        ("context.Request.OriginalUrl.Port.ToString()", "443"),
        ('context.Request.OriginalUrl.Scheme + "://" + context.Request.OriginalUrl.Host', "https://gateway.example"),
        (
            "context.Request.IpAddress + context.Request.Method + context.Operation.Id",
            "192.0.2.1POSTSearchRequestStatus",
        ),
        ('(string)context.Variables["user"]', "ada"),
        ('(int)context.Variables["count"] < 4', True),
        ('context.Variables["count"].ToString()', "3"),
        ('context.Variables.ContainsKey("other")', False),
        ('context.Variables.GetValueOrDefault<string>("other", "x")', "x"),
        ('((Jwt)context.Variables["token"]).Claims.GetValueOrDefault("oid", "")', "o"),
        ('((Jwt)context.Variables["token"]).Claims.GetValueOrDefault("roles", "")', "a,b"),
        ('((Jwt)context.Variables["token"]).Claims.GetValueOrDefault("n", "")', "5"),
        ('((Jwt)context.Variables["token"]).Subject ?? "nobody"', "nobody"),
        ('(string)JObject.Parse(context.Response.Body.As<string>(preserveContent: true))["id"]', "ü"),
        ('JObject.Parse("{\\"a\\":null}")["a"] == null', False),
        ('JObject.Parse("{\\"a\\":null}")["b"] == null', True),
        ('long.Parse("9223372036854775807") > 65536', True),
        (
            'new JObject(new JProperty("a", "ü"), new JProperty("n", 1)).ToString(Newtonsoft.Json.Formatting.None)',
            '{"a":"ü","n":1}',
        ),
        ('context.LastError.Source + "/" + context.LastError.Reason', "forward-request/Timeout"),
    ],
)
def test_a_form_means_what_csharp_means(at: Exchange, expression, value) -> None:
    assert compiled(f"@({expression})").evaluate(at) == value


@pytest.mark.parametrize(
    "expression",
    [
        '(string)context.Variables["missing"]',
        '(string)context.Variables["count"]',
        '(int)context.Variables["user"]',
        '(Jwt)context.Variables["user"]',
        'context.Request.MatchedParameters["missing"]',
        'JObject.Parse("[]")',
        'JObject.Parse("{")',
        'long.Parse("9223372036854775808")',
        'long.Parse("")',
        'long.Parse("1e3")',
        '((Jwt)context.Variables["token"]).Subject.Contains("a")',
    ],
)
def test_what_throws_in_csharp_fails_the_request(at: Exchange, expression) -> None:
    with pytest.raises(PolicyFailure) as failed:
        compiled(f"@({expression})").evaluate(at)

    assert failed.value.reason == "ExpressionValueEvaluationFailure"


@pytest.mark.parametrize(
    "text",
    [
        "@{ return true; }",
        "@(context.User.Id)",
        "@(context.Request.Body.As<string>())",
        "@(context.Response.Body.As<string>())",
        "@(context.Response.Body.As<JObject>(preserveContent: true))",
        '@(context.Request.Headers["x"])',
        "@(System.Environment.MachineName)",
        '@(Regex.IsMatch("a", "a"))',
        '@("a".Replace("a", "b"))',
        '@(@"verbatim")',
        '@($"interpolated")',
        "@(1 - 1)",
        '@("\\x41")',
        "@()",
        '@("a") + "b"',
        '@("' + "a" * 3000 + '")',
    ],
)
def test_what_is_not_on_the_list_is_no_expression(text) -> None:
    with pytest.raises(UnknownForm):
        compiled(text)


@pytest.mark.parametrize(
    "expression",
    [
        'context.Variables["user"] == "ada"',
        'context.Response.StatusCode == "202"',
        '"a" && true',
        "1 + 1",
        'true ? "a" : 1',
        "!1",
        '1 ?? "a"',
        "(string)context.Response.StatusCode",
        '"a".ToString(Newtonsoft.Json.Formatting.None)',
        'context.Response.StatusCode.Contains("2")',
        '((string)context.Variables["x"]).Subject',
        "99999999999",
        'new JObject(new JProperty("a", 1), new JProperty("a", 2)).ToString(Newtonsoft.Json.Formatting.None)',
    ],
)
def test_what_the_compiler_of_csharp_refuses_is_refused(expression) -> None:
    with pytest.raises(UnknownForm, match="does not compile"):
        compiled(f"@({expression})")


def test_a_cast_takes_the_whole_chain_of_members() -> None:
    assert compiled('@((string)JObject.Parse("{}")["a"])').kind is Kind.STRING
