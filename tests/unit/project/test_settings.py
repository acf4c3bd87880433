"""What names a setting anywhere agrees with shared/topology.yaml."""

import json
import re

import pytest

from shared.topology import topology
from tests.support.settings_table import settings_table
from tests.support.tracked_files import ROOT

HOST = json.loads((ROOT / "host.json").read_text(encoding="utf-8"))
SAMPLE = json.loads((ROOT / "local.settings.sample.json").read_text(encoding="utf-8"))["Values"]

# Read by the Functions host and fixed by what the app is, so that nobody sets them to another value.
FIXED_BY_THE_PLATFORM = {"FUNCTIONS_WORKER_RUNTIME", "FUNCTIONS_EXTENSION_VERSION"}
HOST_OVERRIDE = "AzureFunctionsJobHost__"


def test_readme_has_the_table_of_every_setting() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert settings_table() in readme, "paste the output of `python -m tests.support.settings_table` into README.md"


def test_the_sample_sets_only_settings_that_exist() -> None:
    own = {name for name in SAMPLE if not name.startswith(HOST_OVERRIDE)}

    assert own - FIXED_BY_THE_PLATFORM - set(topology().settings) == set()


def test_the_sample_sets_every_required_setting() -> None:
    required = {name for name, setting in topology().settings.items() if setting.required}

    assert required - set(SAMPLE) == set()


@pytest.mark.parametrize("name", [name for name in SAMPLE if name.startswith(HOST_OVERRIDE)])
def test_a_host_override_of_the_sample_names_something_in_host_json(name: str) -> None:
    *path, leaf = name.removeprefix(HOST_OVERRIDE).split("__")
    section = HOST
    for key in path:
        section = section[key]

    assert leaf in section


def test_host_json_takes_only_settings_that_exist() -> None:
    named = set(re.findall(r"%(\w+)%", json.dumps(HOST)))
    named.add(HOST["extensions"]["durableTask"]["storageProvider"]["connectionStringName"])

    assert named <= set(topology().settings)


def test_routes_are_written_whole() -> None:
    assert HOST["extensions"]["http"]["routePrefix"] == ""


def test_activities_may_run_side_by_side_so_that_their_calls_are_coalesced() -> None:
    assert HOST["extensions"]["durableTask"]["maxConcurrentActivityFunctions"] >= 64


def test_the_default_dimensions_are_those_of_the_containers() -> None:
    dimensions = {topology().containers[name].vector.dimensions for name in ("snippets", "chunks")}  # pyright: ignore[reportOptionalMemberAccess]

    assert dimensions == {topology().settings["EMBEDDING_DIMENSIONS"].default}


@pytest.mark.parametrize("name", topology().settings)
def test_a_default_is_one_that_the_setting_allows(name: str) -> None:
    setting = topology().settings[name]

    assert not (setting.optional and setting.default is not None)
    assert not setting.choices or setting.default in (None, *setting.choices)
    if setting.type == "int" and setting.default is not None:
        assert (setting.min or 0) <= int(setting.default) <= (setting.max or int(setting.default))


def test_no_secret_has_a_default() -> None:
    assert [name for name, setting in topology().settings.items() if setting.secret and setting.default] == []
