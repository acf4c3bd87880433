"""``python -m tests.support.emulators.settings``: write local.settings.json for an app beside Microsoft's emulators.

Keys are those that Microsoft publishes for its emulators. What has no emulator (AI Search, the models, GitHub) stays
with the stand-ins that the sample names, and so does Azurite.
"""

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "local.settings.sample.json"
WRITTEN = ROOT / "local.settings.json"

TASK_HUB = "fanwise"
OVER_THE_SAMPLE = {
    "AzureFunctionsJobHost__extensions__durableTask__storageProvider__type": "azureManaged",
    "AzureFunctionsJobHost__extensions__durableTask__storageProvider__connectionStringName": "DTS_CONNECTION_STRING",
    "DTS_CONNECTION_STRING": "Endpoint=http://127.0.0.1:8080;Authentication=None",
    "TASKHUB_NAME": TASK_HUB,
    "COSMOS_ENDPOINT": "http://127.0.0.1:8081",
    "COSMOS_KEY": "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==",
    "SERVICEBUS": "Endpoint=sb://localhost;SharedAccessKeyName=RootManageSharedAccessKey;"
    "SharedAccessKey=SAS_KEY_VALUE;UseDevelopmentEmulator=true;",
    "REPO_CONTEXT_ALLOW_ANY": "1",
}


def emulator_settings(sample: dict[str, Any]) -> dict[str, Any]:
    """Return the settings file for Core Tools: ``sample`` with the emulators' addresses."""
    return sample | {"Values": sample["Values"] | OVER_THE_SAMPLE}


def main() -> int:
    """Write the file, never over one that is there: it may be somebody's own."""
    if WRITTEN.exists():
        sys.stderr.write(f"{WRITTEN.name} is there already: move it away first\n")
        return 1
    document = emulator_settings(json.loads(SAMPLE.read_text(encoding="utf-8")))
    WRITTEN.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
