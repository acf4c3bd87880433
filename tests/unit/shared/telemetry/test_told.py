"""What would be sent, from a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.stack import REPOSITORY, sample_environment

HERE = Path(__file__).parent
NOTHING_ELSE = {"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY)}
QUIET = {
    "APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL": "true",
    "APPLICATIONINSIGHTS_SDKSTATS_DISABLED": "true",
    "APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED": "true",
    "OTEL_EXPERIMENTAL_RESOURCE_DETECTORS": "azure_functions",
}


def output_of(*arguments, **environment):
    """What a Python process prints that has nothing else in its environment."""
    process = subprocess.run(
        [sys.executable, *arguments],
        env=NOTHING_ELSE | QUIET | environment,
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    return process.stdout, process.stderr


@pytest.fixture(scope="module")
def sendings():
    return json.loads(output_of(str(HERE / "told_process.py"))[0])


def test_a_reading_is_sent_once_and_the_last_of_several(sendings):
    first, second = sendings
    assert first["ServiceBus.QueueDepth"] == [[3, {"queue": "search-requests"}]]
    assert "ServiceBus.QueueDepth" not in second


def test_only_a_429_counts_as_throttled_and_only_once(sendings):
    first, second = sendings
    assert first["Service.Throttled"] == [[1, {"service": "Cosmos DB"}]]
    assert "Service.Throttled" not in second


LOADED = "import function_app, sys; print('azure.monitor.opentelemetry' in sys.modules)"


def test_without_a_connection_string_the_sdk_is_not_even_loaded():
    assert output_of("-c", LOADED, **sample_environment())[0] == "False\n"


def test_an_app_whose_telemetry_has_nowhere_to_go_works_and_says_so():
    wait = (
        "import logging; logging.basicConfig(); from shared.telemetry.export import start_exporting as s; s('x').join()"
    )
    assert "telemetry cannot be sent" in output_of("-c", wait)[1]


@pytest.mark.parametrize(("share", "recorded"), [("0", "False"), ("1", "True")])
def test_the_share_of_traces_that_is_kept_is_a_setting(share, recorded):
    address = "InstrumentationKey=00000000-0000-0000-0000-0000000000aa;IngestionEndpoint=http://127.0.0.1:9/"
    script = (
        "import os; from shared.telemetry.export import start_exporting; from shared.telemetry.tracing import span\n"
        f"start_exporting({address!r}).join()\n"
        "with span('work') as current: print(current.is_recording(), flush=True)\n"
        # Nobody listens at that address, and a regular end would wait for it.
        "os._exit(0)"
    )
    sampler = {"OTEL_TRACES_SAMPLER": "microsoft.fixed_percentage", "OTEL_TRACES_SAMPLER_ARG": share}
    assert output_of("-c", script, **sampler)[0] == f"{recorded}\n"
