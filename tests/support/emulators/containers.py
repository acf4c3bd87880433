"""``python -m tests.support.emulators.containers``: create database and containers in the Cosmos DB emulator.

Its only vector index is diskANN; `local up` then finds the containers as they are.
"""

import sys

from local.stack.errors import StackError
from local.stack.provision import provision_cosmos
from local.stack.settings import REPOSITORY, effective_settings


def main() -> int:
    """Create what is not there, at the address that local.settings.json names; return the exit code."""
    try:
        done = provision_cosmos(effective_settings(REPOSITORY), vector_index="diskANN")
    except StackError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    sys.stdout.write(f"{done}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
