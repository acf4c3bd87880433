"""``python -m tests.support.emulators.queues``: write the queues of shared/topology.yaml as the emulator reads them.

The emulator has limits of its own: what the topology asks beyond them becomes the limit.
"""

import json
from pathlib import Path
from typing import Any

from shared.topology import Queue, Topology, topology

FILE = Path(__file__).with_name("servicebus.json")
# Limits of the emulator's configuration (azure-service-bus-emulator-installer, Config-schema.json, 2026).
LONGEST_TTL_S = 3600
LONGEST_DUPLICATE_DETECTION_S = 300
MOST_DELIVERIES = 10
# The one namespace that it has.
NAMESPACE = "sbemulatorns"


def configuration(topology: Topology) -> dict[str, Any]:
    """Return what the emulator's Config.json has to say for the queues of ``topology``."""
    queues = [{"Name": queue.name, "Properties": _properties(queue)} for queue in topology.queues.values()]
    return {
        "UserConfig": {
            "Namespaces": [{"Name": NAMESPACE, "Queues": queues, "Topics": []}],
            "Logging": {"Type": "Console"},
        }
    }


def _properties(queue: Queue) -> dict[str, Any]:
    detected = min(queue.duplicate_detection_s, LONGEST_DUPLICATE_DETECTION_S)
    properties: dict[str, Any] = {
        "DeadLetteringOnMessageExpiration": queue.dead_letter_on_expiry,
        "DefaultMessageTimeToLive": f"PT{min(queue.ttl_s, LONGEST_TTL_S)}S",
        "LockDuration": f"PT{queue.lock_duration_s}S",
        "MaxDeliveryCount": min(queue.max_delivery_count, MOST_DELIVERIES),
        "RequiresDuplicateDetection": detected > 0,
        "RequiresSession": queue.requires_session,
        "ForwardDeadLetteredMessagesTo": "",
        "ForwardTo": "",
    }
    return properties | ({"DuplicateDetectionHistoryTimeWindow": f"PT{detected}S"} if detected else {})


if __name__ == "__main__":
    FILE.write_text(json.dumps(configuration(topology()), indent=2) + "\n", encoding="utf-8")
