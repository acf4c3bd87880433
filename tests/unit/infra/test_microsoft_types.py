"""Bicep, policies, queries and JSON against Azure's types, parsers and published schemas, where those are there."""

import json
from pathlib import Path

import pytest

from tests.support.infra.microsoft_types import (
    microsoft_types,
    policies,
    policy_faults,
    queries,
    query_faults,
    query_parser,
    schema_faults,
    type_faults,
    workbooks,
)
from tests.support.infra.project import CHECKOUT

pytestmark = pytest.mark.skipif(microsoft_types() is None, reason="needs the resource types of Azure")


def test_every_resource_is_one_that_azure_has() -> None:
    assert type_faults(CHECKOUT) == []


def test_azure_yaml_keeps_to_the_schema_of_azd() -> None:
    assert schema_faults("azure.yaml.json", CHECKOUT.azure) == []


def test_host_json_keeps_to_the_schema_of_the_host() -> None:
    assert schema_faults("host.json", CHECKOUT.host) == []


def test_every_policy_is_one_that_api_management_has() -> None:
    assert policy_faults(policies(CHECKOUT)) == []


def test_a_misspelt_policy_is_found(tmp_path: Path) -> None:
    misspelt = tmp_path / "api.xml"
    misspelt.write_text("<policies><inbound><base /><rate-limit-by-kee calls='1' /></inbound></policies>")

    assert policy_faults([misspelt]) != []


def test_every_query_asks_for_columns_that_are_there(tmp_path: Path) -> None:
    if not (found := queries(CHECKOUT)):
        pytest.skip("there is no query yet")
    if query_parser() is None:
        pytest.skip("needs the parser of KQL from npm")

    assert query_faults(found, tmp_path) == []


def test_a_misspelt_column_is_found(tmp_path: Path) -> None:
    if query_parser() is None:
        pytest.skip("needs the parser of KQL from npm")
    misspelt = tmp_path / "p95.kql"
    misspelt.write_text("requests | summarize percentile(durration, 95)")
    (folder := tmp_path / "parser").mkdir()

    assert query_faults([misspelt], folder) != []


def test_every_workbook_keeps_to_its_schema() -> None:
    if not (found := workbooks(CHECKOUT)):
        pytest.skip("there is no workbook yet")
    documents = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in found}

    assert {name: schema_faults("workbook.json", document) for name, document in documents.items()} == {
        name: [] for name in documents
    }


def test_a_misspelt_option_of_the_host_is_found() -> None:
    misspelt = {**CHECKOUT.host, "extensionBundel": {}}

    assert schema_faults("host.json", misspelt) != []


def test_a_misspelt_hook_is_found() -> None:
    misspelt = {**CHECKOUT.azure, "hooks": {"postprovisoin": {"run": "hook.py"}}}

    assert schema_faults("azure.yaml.json", misspelt) != []
