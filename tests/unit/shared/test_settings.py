"""Settings: typed, complete, and all faults at once."""

import json
from pathlib import Path

import pytest

from shared.settings import SettingsError, load_settings
from shared.topology import topology

SAMPLE = json.loads((Path(__file__).parents[3] / "local.settings.sample.json").read_text())["Values"]
CLOUD = {
    "COSMOS_ENDPOINT": "https://a.documents.azure.com:443/",
    "STORAGE_ENDPOINT": "https://a.blob.core.windows.net",
    "AZURE_OPENAI_ENDPOINT": "https://a.openai.azure.com",
    "AI_SEARCH_ENDPOINT": "https://a.search.windows.net",
    "SERVICEBUS__fullyQualifiedNamespace": "a.servicebus.windows.net",
}


def faults_of(environ):
    with pytest.raises(SettingsError) as caught:
        load_settings(environ)
    return str(caught.value)


def test_the_sample_settings_are_complete():
    settings = load_settings(SAMPLE)
    assert (settings.chunk_mode, settings.chunk_size) == ("code", 900)
    assert settings.embedding_model is not None
    assert settings.embedding_model.deployment == "text-embedding-3-small"


def test_azure_needs_five_addresses_and_no_key():
    settings = load_settings(CLOUD)
    assert settings.cosmos.key is settings.storage.key is settings.ai_search.key is None
    assert settings.service_bus.connection_string is None
    assert settings.http_auth_level == "function"


def test_every_missing_setting_is_named_at_once():
    text = faults_of({})
    for name in ("COSMOS_ENDPOINT", "STORAGE_ENDPOINT", "AZURE_OPENAI_ENDPOINT", "AI_SEARCH_ENDPOINT", "SERVICEBUS"):
        assert f"{name} is not set" in text


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("CHUNK_SIZE", "many", "a whole number from 1 to 6400, not 'many'"),
        ("CHUNK_SIZE", "0", "a whole number from 1 to 6400"),
        ("CHUNK_MODE", "words", "chars or lines or code"),
        ("DISABLE_OPENAI", "maybe", "1 or 0"),
        ("COSMOS_ENDPOINT", "localhost:8081", "an address such as"),
        ("COSMOS_ENDPOINT", "https://[a", "an address such as"),
        ("COSMOS_ENDPOINT", "https://a:99999", "an address such as"),
        ("COSMOS_KEY", "not base64!", "base64"),
        ("PROJECT_CONNECTION_STRING", "https://", "an address such as"),
        ("LLM_TEMPERATURE", "hot", "0 or default"),
        ("LLM_REASONING_EFFORT", "hard", "default or none or minimal or low or medium or high or xhigh"),
        ("SERVICEBUS", "my-bus.servicebus.windows.net", "a connection string such as Endpoint=sb://"),
        ("HTTP_AUTH_LEVEL", "public", "function or anonymous or admin"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_expected(name, value, expected):
    text = faults_of(SAMPLE | {name: value})
    assert name in text
    assert expected in text


def test_dimensions_must_be_those_of_the_container():
    text = faults_of(SAMPLE | {"EMBEDDING_DIMENSIONS": "384"})
    assert "EMBEDDING_DIMENSIONS is 384, but container code-chunks holds vectors of 1536" in text


@pytest.mark.parametrize("name", ["COSMOS_KEY", "STORAGE_KEY", "AZURE_OPENAI_API_KEY"])
def test_a_managed_identity_is_never_sent_in_the_clear(name):
    assert f"{name} is not set" in faults_of({k: v for k, v in SAMPLE.items() if k != name})


def test_a_scheme_in_capitals_is_no_way_around_that():
    environ = {k: v for k, v in SAMPLE.items() if k != "COSMOS_KEY"} | {"COSMOS_ENDPOINT": "HTTP://a"}
    assert "COSMOS_KEY is not set" in faults_of(environ)


def test_one_fault_is_told_once():
    assert faults_of(SAMPLE | {"AZURE_OPENAI_ENDPOINT": "https://[a"}).count("AZURE_OPENAI_ENDPOINT") == 1


def test_mock_mode_needs_no_model_and_has_containers_of_its_own():
    settings = load_settings({k: v for k, v in CLOUD.items() if "OPENAI" not in k} | {"DISABLE_OPENAI": "1"})
    assert settings.embedding_model is None
    assert settings.chunks.name == "code-chunks-offline"
    assert settings.chunks.vector is not None
    assert settings.chunks.vector.dimensions == 3


def test_a_project_is_used_when_nothing_else_is_set():
    environ = {k: v for k, v in CLOUD.items() if "OPENAI" not in k}
    for name in ("PROJECT_ENDPOINT", "PROJECT_CONNECTION_STRING"):
        model = load_settings(environ | {name: "https://a.services.ai.azure.com/api/projects/p"}).embedding_model
        assert model is not None
        assert model.account.api == "project"


def test_the_account_goes_before_the_project():
    model = load_settings(
        CLOUD | {"PROJECT_ENDPOINT": "https://a.services.ai.azure.com/api/projects/p"}
    ).embedding_model
    assert model is not None
    assert model.account.api == "azure"


def test_an_old_connection_string_is_refused_with_what_to_set():
    environ = {k: v for k, v in CLOUD.items() if "OPENAI" not in k}
    text = faults_of(environ | {"PROJECT_CONNECTION_STRING": "eastus.api.azureml.ms;sub;group;project"})
    assert "Set PROJECT_ENDPOINT" in text


def test_a_secret_is_never_shown():
    secrets = [name for name, setting in topology().settings.items() if setting.secret and setting.read_by == "app"]
    text = faults_of(dict.fromkeys(secrets, "hunter2") | {"CHUNK_SIZE": "x"})
    assert "hunter2" not in text
