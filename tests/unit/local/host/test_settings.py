"""local.settings.json and host.json."""

import json
from pathlib import Path
from typing import Any

import pytest

from local.host.errors import AppError
from local.host.settings import apply_local_settings, load_host_settings, parse_timespan, resolve_placeholders


def app(folder: Path, host: Any = None, values: Any = None) -> Path:
    (folder / "host.json").write_text(json.dumps(host if host is not None else {"version": "2.0"}), encoding="utf-8")
    if values is not None:
        (folder / "local.settings.json").write_text(json.dumps(values), encoding="utf-8")
    return folder


def test_values_go_into_the_environment_unless_set_there(tmp_path: Path) -> None:
    environment = {"A": "process"}
    apply_local_settings(app(tmp_path, values={"Values": {"A": "file", "B": "file"}}), environment)
    assert environment == {"A": "process", "B": "file"}


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"Values": {"A": 1}}, "Values.A is a int; expected a string"),
        ({"Values": []}, "Values is a list; expected an object"),
        ({"IsEncrypted": True}, "is encrypted"),
        ([], "holds a list; expected a JSON object"),
    ],
)
def test_wrong_local_settings_are_named(tmp_path: Path, values: Any, text: str) -> None:
    with pytest.raises(AppError, match=text):
        apply_local_settings(app(tmp_path, values=values), {})


def test_overrides_win_without_regard_to_case(tmp_path: Path) -> None:
    host = {"version": "2.0", "extensions": {"http": {"routePrefix": "api"}, "durableTask": {"hubName": "%HUB%"}}}
    environment = {
        "AzureFunctionsJobHost__Extensions__HTTP__RoutePrefix": "v1",
        "AZUREFUNCTIONSJOBHOST__extensions__durableTask__maxConcurrentActivityFunctions": "7",
        "AzureFunctionsJobHost__functionTimeout": "00:00:30",
        "AzureFunctionsJobHost__extensions__durableTask__storageProvider__type": "AzureStorage",
        "HUB": "fanwise",
    }
    settings = load_host_settings(app(tmp_path, host), environment)
    assert settings.extensions.http.route_prefix == "v1"
    assert settings.durable.hub_name == "fanwise"
    assert settings.durable.max_concurrent_activity_functions == 7
    assert settings.function_timeout == 30.0


@pytest.mark.parametrize(
    ("host", "text"),
    [
        ({"version": "2.0", "extensions": {"durableTask": {"hubName": "%MISSING%"}}}, "setting MISSING is not set"),
        ({"version": "2.0", "functionTimeout": "soon"}, "'soon' is not a duration"),
        ({"version": "1.0"}, "version"),
        (
            {"version": "2.0", "extensions": {"durableTask": {"maxConcurrentActivityFunctions": 0}}},
            "maxConcurrentActivityFunctions",
        ),
        ({"version": "2.0", "extensions": []}, "extensions"),
    ],
)
def test_wrong_host_json_is_named(tmp_path: Path, host: Any, text: str) -> None:
    with pytest.raises(AppError, match=text):
        load_host_settings(app(tmp_path, host), {})


@pytest.mark.parametrize(
    ("text", "seconds"), [("00:10:00", 600), ("1.02:03:04.5", 93784.5), ("00:05", 300), ("23:59:59", 86399)]
)
def test_timespan(text: str, seconds: float) -> None:
    assert parse_timespan(text) == seconds


@pytest.mark.parametrize("text", ["", "5", "24:00:00", "00:60:00", "00:00:61", "a:b:c"])
def test_wrong_timespan_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        parse_timespan(text)


def test_placeholder_keeps_the_text_around_it() -> None:
    assert resolve_placeholders("a-%B%-%C%", {"B": "b", "C": "c"}, "x") == "a-b-c"
