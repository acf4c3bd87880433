"""Switches in the environment."""

import pytest

from local.processes.flags import is_set


@pytest.mark.parametrize(
    ("value", "expected"), [("1", True), ("true", True), ("", False), ("0", False), ("FALSE", False), ("no", False)]
)
def test_a_switch_is_on_unless_its_value_says_no(monkeypatch: pytest.MonkeyPatch, value: str, expected: bool) -> None:
    monkeypatch.setenv("FANWISE_EXAMPLE", value)
    assert is_set("FANWISE_EXAMPLE") is expected


def test_a_switch_that_nobody_named_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FANWISE_EXAMPLE", raising=False)
    assert is_set("FANWISE_EXAMPLE") is False
