"""How a peer is driven: one JSON command per line on stdin, one JSON answer per line on stdout."""

import json
import sys
from collections.abc import Callable


def serve(fan_out: Callable[[int], float], chain: Callable[[int], float]) -> None:
    """Answer ``{"do": "fan_out" | "chain", "size": n}`` with ``{"ms": x}``, after a first line that says ready."""
    answers = sys.stdout
    sys.stdout = sys.stderr  # what a library prints must not end up among the answers
    commands = {"fan_out": fan_out, "chain": chain}
    answers.write(json.dumps({"ready": True}) + "\n")
    answers.flush()
    for line in sys.stdin:
        command = json.loads(line)
        answers.write(json.dumps({"ms": commands[command["do"]](command["size"])}) + "\n")
        answers.flush()
