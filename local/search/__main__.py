"""``python -m local.search``: serve an Azure AI Search endpoint from a folder until SIGTERM or Ctrl-C."""

import os
import sys


def main() -> int:
    """Set what NumPy reads when it is imported, then serve."""
    # A product with 5,000 vectors takes one thread no longer than two, and two burn four times the CPU waiting for
    # each other.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from local.search.serving import main as serve

    return serve()


if __name__ == "__main__":
    sys.exit(main())
