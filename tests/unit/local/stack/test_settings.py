"""Reading ``local.settings.json``, and making it from the sample."""

import json
from pathlib import Path

import pytest

from local.stack.errors import BadSettings
from local.stack.settings import SAMPLE, SETTINGS, copy_sample, effective_settings


def write(folder: Path, name: str, values: object) -> None:
    (folder / name).write_text(json.dumps({"IsEncrypted": False, "Values": values}))


def test_process_environment_wins_over_the_file(tmp_path: Path) -> None:
    write(tmp_path, SETTINGS, {"A": "file", "B": "file"})
    assert effective_settings(tmp_path, {"A": "process"}) == {"A": "process", "B": "file"}


def test_settings_are_copied_from_the_sample_once(tmp_path: Path) -> None:
    write(tmp_path, SAMPLE, {"A": "sample"})
    assert copy_sample(tmp_path)
    write(tmp_path, SETTINGS, {"A": "changed"})
    assert not copy_sample(tmp_path)
    assert effective_settings(tmp_path, {}) == {"A": "changed"}
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([SAMPLE, SETTINGS])


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"Values": []}', '{"Values": {"A": 1}}'])
def test_file_that_the_functions_tools_would_not_read_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / SETTINGS).write_text(content)
    with pytest.raises(BadSettings, match=SETTINGS):
        effective_settings(tmp_path, {})
