"""Which parts ``up`` starts, which it uses as it finds them, and what addresses children get."""

from pathlib import Path

import pytest

from local.stack.errors import BadSettings
from local.stack.plan import Off, Options, Part, Plan, Started, Used, make_plan

SAMPLE = {
    "COSMOS_KEY": "cosmos-key",
    "STORAGE_KEY": "storage-key",
    "AZURE_OPENAI_API_KEY": "openai-key",
    "AI_SEARCH_KEY": "search-key",
    "GITHUB_TOKEN": "github-token",
    "SERVICEBUS": "Endpoint=sb://127.0.0.1:5672;SharedAccessKeyName=root;SharedAccessKey=bus-key;",
}
DATA = Path("/data")


def plan(settings: dict[str, str], *, off: frozenset[Part] = frozenset(), ports: dict[Part, int] | None = None) -> Plan:
    return make_plan(Options(data=DATA, off=off, ports=ports or {}), settings, SAMPLE)


def test_without_any_setting_everything_is_started_on_its_default_port() -> None:
    decisions = plan({}).decisions
    assert {p: d.port for p, d in decisions.items() if isinstance(d, Started)} == {
        Part.HOST: 7071,
        Part.COSMOS: 8081,
        Part.OPENAI: 8082,
        Part.SEARCH: 8083,
        Part.GITHUB: 8084,
        Part.SERVICEBUS: 5672,
        Part.STORAGE: 10000,
    }


def test_children_get_addresses_and_keys_of_what_is_started() -> None:
    environment = plan({"COSMOS_KEY": "mine"}, ports={Part.COSMOS: 1234, Part.STORAGE: 2000}).environment
    assert environment["COSMOS_ENDPOINT"] == "http://127.0.0.1:1234"
    assert environment["COSMOS_KEY"] == "mine"
    assert environment["AZURE_OPENAI_API_KEY"] == "openai-key"
    assert environment["STORAGE_ENDPOINT"] == "http://127.0.0.1:2000/devstoreaccount1"
    assert "BlobEndpoint=http://127.0.0.1:2000/devstoreaccount1" in environment["AzureWebJobsStorage"]
    assert "QueueEndpoint=http://127.0.0.1:2001/devstoreaccount1" in environment["AzureWebJobsStorage"]


@pytest.mark.parametrize(("value", "chosen"), [(None, "static"), ("", "static"), ("MINILM", "minilm")])
def test_the_embedding_model_is_the_one_that_the_settings_name(value: str | None, chosen: str) -> None:
    settings = {} if value is None else {"LOCAL_EMBEDDING": value}
    assert plan(settings).environment["LOCAL_EMBEDDING"] == chosen


def test_vectors_of_the_two_local_models_are_kept_under_names_of_their_own() -> None:
    name, minilm = "EMBEDDING_MODEL_DEPLOYMENT_NAME", {"LOCAL_EMBEDDING": "minilm"}
    assert name not in plan({}).environment
    assert plan(minilm).settings[name] == "text-embedding-3-small-minilm"
    assert plan(minilm | {name: "mine"}).settings[name] == "mine"


def test_an_embedding_model_that_there_is_not_is_a_bad_setting() -> None:
    with pytest.raises(BadSettings, match="LOCAL_EMBEDDING must be one of static, minilm"):
        plan({"LOCAL_EMBEDDING": "word2vec"})


@pytest.mark.parametrize(
    ("setting", "part"),
    [
        ("COSMOS_ENDPOINT", Part.COSMOS),
        ("AZURE_OPENAI_ENDPOINT", Part.OPENAI),
        ("PROJECT_ENDPOINT", Part.OPENAI),
        ("PROJECT_CONNECTION_STRING", Part.OPENAI),
        ("AI_SEARCH_ENDPOINT", Part.SEARCH),
        ("GITHUB_API_URL", Part.GITHUB),
        ("STORAGE_ENDPOINT", Part.STORAGE),
    ],
)
def test_endpoint_away_from_this_machine_is_used_and_left_as_it_is(setting: str, part: Part) -> None:
    made = plan({setting: "https://real.example.com/x"})
    assert made.decisions[part] == Used(part, "https://real.example.com/x")
    assert setting not in made.environment


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "[::1]"])
def test_loopback_address_is_started_on_the_port_that_the_setting_names(host: str) -> None:
    started = plan({"COSMOS_ENDPOINT": f"http://{host}:9999"}).started(Part.COSMOS)
    assert started == Started(Part.COSMOS, 9999, "http://127.0.0.1:9999", DATA / "cosmos")


def test_port_option_wins_over_the_port_in_the_setting() -> None:
    started = plan({"COSMOS_ENDPOINT": "http://127.0.0.1:9999"}, ports={Part.COSMOS: 7}).started(Part.COSMOS)
    assert started is not None
    assert started.port == 7


def test_part_that_is_switched_off_is_used_where_the_setting_says() -> None:
    made = plan({"COSMOS_ENDPOINT": "http://localhost:8081"}, off=frozenset({Part.COSMOS}))
    assert made.decisions[Part.COSMOS] == Used(Part.COSMOS, "http://localhost:8081")
    assert "COSMOS_ENDPOINT" not in made.environment


def test_part_that_is_switched_off_and_not_configured_is_off() -> None:
    assert isinstance(plan({}, off=frozenset({Part.STORAGE})).decisions[Part.STORAGE], Off)


def test_mock_mode_needs_no_embeddings_endpoint() -> None:
    assert plan({"DISABLE_OPENAI": "1"}).decisions[Part.OPENAI] == Off(Part.OPENAI, "DISABLE_OPENAI is set")


def test_queues_and_tables_are_served_only_for_another_host() -> None:
    assert plan({}).queue_ports is None
    assert plan({}, off=frozenset({Part.HOST})).queue_ports == (10001, 10002)


def test_real_storage_of_the_host_is_left_alone() -> None:
    real = "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=b;EndpointSuffix=core.windows.net"
    assert plan({"AzureWebJobsStorage": real}).settings["AzureWebJobsStorage"] == real


@pytest.mark.parametrize("value", ["ftp://host", "http://", "nonsense", "http://[half"])
def test_endpoint_that_is_no_address_is_named_with_its_setting(value: str) -> None:
    with pytest.raises(BadSettings, match="COSMOS_ENDPOINT"):
        plan({"COSMOS_ENDPOINT": value})


REAL_BUS = "Endpoint=sb://real.servicebus.windows.net/;SharedAccessKeyName=root;SharedAccessKey=secret"


@pytest.mark.parametrize(
    "settings",
    [{"SERVICEBUS": REAL_BUS}, {"SERVICEBUS__fullyQualifiedNamespace": "real.servicebus.windows.net"}],
    ids=["by connection string", "by namespace"],
)
def test_service_bus_away_from_this_machine_is_used_and_left_as_it_is(settings: dict[str, str]) -> None:
    made = plan(settings)
    assert made.decisions[Part.SERVICEBUS] == Used(Part.SERVICEBUS, "sb://real.servicebus.windows.net")
    assert "SERVICEBUS" not in made.environment


def test_started_service_bus_keeps_the_key_of_the_connection_string() -> None:
    made = plan({"SERVICEBUS": "Endpoint=sb://localhost:7000;SharedAccessKey=mine;UseDevelopmentEmulator=true;"})
    assert (
        made.environment["SERVICEBUS"]
        == "Endpoint=sb://127.0.0.1:7000;SharedAccessKey=mine;UseDevelopmentEmulator=true;"
    )


def test_connection_string_without_an_endpoint_is_refused() -> None:
    with pytest.raises(BadSettings, match="Endpoint=sb://"):
        plan({"SERVICEBUS": "SharedAccessKey=mine"})


@pytest.mark.parametrize(
    ("settings", "off", "loaded"),
    [
        ({}, frozenset(), True),
        ({"DISABLE_OPENAI": "1"}, frozenset(), True),
        ({"AI_SEARCH_ENDPOINT": "https://real.search.windows.net"}, frozenset(), False),
        ({}, frozenset({Part.STORAGE}), False),
        ({}, frozenset({Part.OPENAI}), False),
    ],
    ids=["everything here", "mock mode", "search elsewhere", "no storage", "no model to embed with"],
)
def test_materials_are_loaded_only_into_what_is_started_here(
    settings: dict[str, str], off: frozenset[Part], loaded: bool
) -> None:
    options = Options(data=DATA, off=off, catalogue=Path("/catalogue"))
    assert make_plan(options, settings, SAMPLE).loads_catalogue is loaded


def test_started_github_gets_a_token_and_takes_the_place_of_a_github_app() -> None:
    made = plan({"GITHUB_API_URL": "http://localhost:8084", "GITHUB_APP_ID": "1", "GITHUB_TOKEN": ""})
    assert made.environment["GITHUB_API_URL"] == "http://127.0.0.1:8084"
    assert made.settings["GITHUB_TOKEN"] == "github-token"
    assert made.settings["GITHUB_APP_ID"] == ""
