"""How a hook starts, and what it never says."""

import subprocess
import sys

import pytest

from infra.hooks.console import hide, shown
from infra.hooks.failures import HookFailed
from infra.hooks.outputs import Outputs, is_loopback
from infra.hooks.patience import NotYet, Patience, until
from infra.hooks.sign_in import model_key, search_credential
from infra.hooks.web import Site
from tests.support.tracked_files import ROOT

_OLD = """
import sys
sys.version_info = (3, 9, 1, "final", 0)
sys.path.insert(0, {root!r})
from infra.hooks.start import run
sys.exit(run("sample"))
"""


def test_a_python_that_is_too_old_is_named_before_anything_else_is_imported():
    # No packages at all, as pip leaves an environment whose Python is too old for every line of requirements.txt.
    code = _OLD.format(root=str(ROOT))
    run = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False)

    assert run.returncode == 1
    assert "The hooks need Python 3.11 or newer, and azd found 3.9" in run.stderr
    assert "What to do:" in run.stderr


def test_keys_codes_and_tokens_are_never_shown():
    hide("s3cret")
    text = shown("key s3cret at https://app/x?taskHub=h&code=abc== with Bearer eyJ0.a.b-c")

    assert text == "key *** at https://app/x?taskHub=h&code=*** with Bearer ***"


def test_a_key_signs_in_on_this_machine_alone():
    local = Outputs({"AZURE_OPENAI_ENDPOINT": "http://127.0.0.1:1", "AZURE_OPENAI_API_KEY": "k"})
    cloud = Outputs({"AZURE_OPENAI_ENDPOINT": "https://a.openai.azure.com/", "AZURE_OPENAI_API_KEY": "k"})
    search = Outputs({"AI_SEARCH_ENDPOINT": "https://a.search.windows.net", "AI_SEARCH_KEY": "k"})

    assert model_key(local) == "k"
    assert model_key(cloud) is None
    assert type(search_credential(search)).__name__ == "AzureDeveloperCliCredential"


def test_nothing_that_signs_in_travels_in_the_clear():
    with pytest.raises(HookFailed, match="in the clear"):
        Site("http://func-dev.azurewebsites.net", dict)
    assert not is_loopback("http://127.0.0.1.example.org")


@pytest.mark.parametrize("value", ["soon", "-1", "inf", "nan"])
def test_a_patience_that_is_no_number_is_refused(value):
    with pytest.raises(HookFailed, match="HOOK_WAIT_S"):
        _ = Outputs({"HOOK_WAIT_S": value}).patience


def test_a_service_that_asks_for_more_than_the_patience_is_not_waited_for():
    def throttled() -> None:
        raise NotYet("used up", after_s=3600)

    with pytest.raises(HookFailed, match="used up") as failed:
        until(throttled, Patience(wait_s=10, poll_s=0), "the model", "come back tomorrow")
    assert failed.value.advice == "come back tomorrow"
