"""host.json's ``extensions.serviceBus``."""

import json
from pathlib import Path
from typing import Any

import pytest

from local.host.errors import AppError
from local.host.settings import ServiceBusSettings, load_host_settings


def read(folder: Path, section: dict[str, Any], **environment: str) -> ServiceBusSettings:
    document = {"version": "2.0", "extensions": {"serviceBus": section}}
    (folder / "host.json").write_text(json.dumps(document), encoding="utf-8")
    return load_host_settings(folder, environment).extensions.service_bus


def test_defaults_are_those_of_azure(tmp_path: Path) -> None:
    settings = read(tmp_path, {"clientRetryOptions": {"mode": "exponential"}})
    assert (settings.max_concurrent_calls, settings.max_concurrent_sessions) == (16, 8)
    assert (settings.prefetch_count, settings.auto_complete_messages) == (0, True)
    assert (settings.max_auto_lock_renewal_duration, settings.max_message_batch_size) == (300.0, 1000)


def test_values_are_read_with_placeholders_and_overrides(tmp_path: Path) -> None:
    section = {"maxConcurrentCalls": "%CALLS%", "maxAutoLockRenewalDuration": "00:00:30", "autoCompleteMessages": False}
    override = {"AzureFunctionsJobHost__extensions__serviceBus__prefetchCount": "20"}
    settings = read(tmp_path, section, CALLS="3", **override)
    assert (settings.max_concurrent_calls, settings.prefetch_count) == (3, 20)
    assert (settings.max_auto_lock_renewal_duration, settings.auto_complete_messages) == (30.0, False)


def test_renewal_may_go_on_for_ever(tmp_path: Path) -> None:
    assert read(tmp_path, {"maxAutoLockRenewalDuration": "-00:00:00.0010000"}).max_auto_lock_renewal_duration is None


@pytest.mark.parametrize(
    "section",
    [
        {"maxConcurrentCalls": 0},
        {"maxConcurrentSessions": "many"},
        {"maxAutoLockRenewalDuration": "five minutes"},
        {"prefetchCount": -1},
        {"sessionIdleTimeout": "1:2:3:4"},
    ],
)
def test_value_that_is_wrong_is_named(tmp_path: Path, section: dict[str, Any]) -> None:
    with pytest.raises(AppError, match=rf"extensions\.serviceBus\.{next(iter(section))}"):
        read(tmp_path, section)
