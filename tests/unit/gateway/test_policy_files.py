"""A policy file that holds anything else stops the start, and the message says where."""

import shutil
from pathlib import Path

import pytest

from local.gateway.__main__ import INFRA, named_values
from local.gateway.errors import Refused
from local.gateway.operations import Operations
from local.gateway.policies.documents import read_pipelines

BACKENDS = frozenset({"api-pool", "api-blue"})


def read(folder: Path) -> dict:
    operations = Operations.read(folder / "operations.json").all
    return read_pipelines(folder / "policies", operations, named_values("http://127.0.0.1"), BACKENDS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(INFRA, tmp_path / "gateway"))


def written(folder: Path, inbound: str = "", outbound: str = "", on_error: str = "") -> Path:
    """Write a policy of POST /search; what differs stands in line 4, 10 or 14."""
    lines = (
        *("<policies>", "<inbound>", "<base />", inbound, "</inbound>", "<backend>", "<base />", "</backend>"),
        *("<outbound>", outbound, "<base />", "</outbound>", "<on-error>", on_error, "<base />"),
        *("</on-error>", "</policies>"),
    )
    path = folder / "policies" / "search-accept.xml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_the_files_as_they_are_make_a_pipeline_for_each_operation(folder: Path) -> None:
    assert len(read(folder)) == 17


@pytest.mark.parametrize(
    ("inbound", "construct"),
    [
        ("<send-request />", "<send-request> is no policy"),
        ("<base />", "<base> stands in <inbound> twice"),
        ('<choose id="1"><when condition="@(true)" /></choose>', "'id'"),
        ('<set-variable name="a" />', "'value'"),
        ('<set-variable name="@("a")" value="b" />', "takes no expression as name"),
        ('<set-variable name="a" value="@(context.User.Id)" />', "context.User.Id"),
        ('<set-variable name="a" value="@(context.Variables["a"])" />', "expression is object"),
        ('<set-variable name="a" value="{{nobody}}" />', "{{nobody}}"),
        ('<set-header name="a" exists-action="replace"><value>b</value></set-header>', "replace"),
        ('<set-header name="Content-Length" exists-action="delete" />', "Content-Length"),
        ('<set-header name="a" exists-action="override" />', "<value>"),
        ("<choose><otherwise /></choose>", "<choose>"),
        ('<choose><when condition="@("a")" /></choose>', "expected bool"),
        ("<set-body>x</set-body>", "may not stand in <inbound>"),
        ("<return-response><set-body>x</set-body></return-response>", "set-status"),
        ('<return-response><set-status code="999" /></return-response>', "999"),
        ('<rate-limit-by-key calls="1" renewal-period="301" counter-key="a" retry-after-variable-name="b" />', "301"),
        ('<set-backend-service backend-id="api-green" />', "api-green"),
        ('<cache-lookup-value key="a" default-value="" variable-name="b" caching-type="external" />', "external"),
        ("text", "text beside elements"),
        ('<set-variable name="a" value="@("a" />', "does not end"),
        ("<!DOCTYPE a>", "XML"),
        ("<?php 1 ?>", "processing instruction"),
    ],
)
def test_what_is_not_known_is_named_with_file_and_line(folder: Path, inbound, construct) -> None:
    path = written(folder, inbound)

    with pytest.raises(Refused) as refused:
        read(folder)

    # Text beside elements is the fault of the section that holds both.
    line = 2 if inbound == "text" else 4
    assert str(refused.value).startswith(f"{path}:{line}:")
    assert construct in str(refused.value)


@pytest.mark.parametrize(
    "sections",
    [
        {"outbound": '<authentication-managed-identity resource="a" />'},
        {"outbound": '<forward-request timeout="5" />'},
        {"on_error": "<set-body>x</set-body>"},
        {"on_error": '<set-backend-service backend-id="api-pool" />'},
    ],
)
def test_a_policy_stands_only_where_api_management_allows_it(folder: Path, sections) -> None:
    written(folder, **sections)

    with pytest.raises(Refused, match="may not stand in"):
        read(folder)


def test_sections_come_once_each_and_in_order(folder: Path) -> None:
    path = written(folder)
    path.write_text("<policies><backend /><inbound /><outbound /><on-error /></policies>", encoding="utf-8")

    with pytest.raises(Refused, match="wrong order"):
        read(folder)


def test_a_policy_that_is_not_there_is_named(folder: Path) -> None:
    (folder / "policies" / "search-accept.xml").unlink()

    with pytest.raises(Refused, match=r"search-accept\.xml"):
        read(folder)


def test_the_api_forwards_itself(folder: Path) -> None:
    api = folder / "policies" / "api.xml"
    api.write_text(
        api.read_text(encoding="utf-8").replace('<forward-request timeout="60" />', "<base />"), encoding="utf-8"
    )

    with pytest.raises(Refused, match="global policy"):
        read(folder)
