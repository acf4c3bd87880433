"""What Microsoft's emulators are told, and what the app is told of them."""

import json

from shared.settings import load_settings
from shared.topology import topology
from tests.support.emulators.queues import configuration
from tests.support.emulators.ready import main
from tests.support.emulators.settings import SAMPLE, emulator_settings


def test_the_app_starts_with_the_settings_of_the_emulators() -> None:
    values = emulator_settings(json.loads(SAMPLE.read_text(encoding="utf-8")))["Values"]

    settings = load_settings(values)

    assert settings.cosmos.endpoint == "http://127.0.0.1:8081"


def test_a_queue_keeps_within_what_the_emulator_allows() -> None:
    asked = topology()
    longer = {name: queue.model_copy(update={"ttl_s": 10**6}) for name, queue in asked.queues.items()}

    found = configuration(asked.model_copy(update={"queues": longer}))

    (queue,) = found["UserConfig"]["Namespaces"][0]["Queues"]
    assert queue["Properties"]["DefaultMessageTimeToLive"] == "PT3600S"
    assert queue["Properties"]["LockDuration"] == "PT300S"


def test_a_queue_without_duplicate_detection_has_no_window_of_it() -> None:
    asked = topology()
    without = {name: queue.model_copy(update={"duplicate_detection_s": 0}) for name, queue in asked.queues.items()}

    found = configuration(asked.model_copy(update={"queues": without}))

    (queue,) = found["UserConfig"]["Namespaces"][0]["Queues"]
    assert queue["Properties"]["RequiresDuplicateDetection"] is False
    assert "DuplicateDetectionHistoryTimeWindow" not in queue["Properties"]


def test_what_does_not_answer_is_named(tmp_path, capsys) -> None:
    there = tmp_path / "ready.json"
    there.touch()

    code = main([f"file:{there}", "tcp://127.0.0.1:9", "--within", "0"])

    assert code == 1
    assert capsys.readouterr().err == "no answer from tcp://127.0.0.1:9 within 0 s\n"


def test_what_is_there_is_not_waited_for(tmp_path) -> None:
    there = tmp_path / "ready.json"
    there.touch()

    assert main([f"file:{there}"]) == 0
