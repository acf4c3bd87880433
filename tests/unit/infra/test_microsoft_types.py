"""Bicep, azure.yaml and host.json against Azure's resource types and the published schemas, where those are there."""

import pytest

from tests.support.infra.microsoft_types import microsoft_types, schema_faults, type_faults
from tests.support.infra.project import CHECKOUT

pytestmark = pytest.mark.skipif(microsoft_types() is None, reason="needs the resource types of Azure")


def test_every_resource_is_one_that_azure_has() -> None:
    assert type_faults(CHECKOUT) == []


def test_azure_yaml_keeps_to_the_schema_of_azd() -> None:
    assert schema_faults("azure.yaml.json", CHECKOUT.azure) == []


def test_host_json_keeps_to_the_schema_of_the_host() -> None:
    assert schema_faults("host.json", CHECKOUT.host) == []


def test_a_misspelt_option_of_the_host_is_found() -> None:
    misspelt = {**CHECKOUT.host, "extensionBundel": {}}

    assert schema_faults("host.json", misspelt) != []


def test_a_misspelt_hook_is_found() -> None:
    misspelt = {**CHECKOUT.azure, "hooks": {"postprovisoin": {"run": "hook.py"}}}

    assert schema_faults("azure.yaml.json", misspelt) != []
