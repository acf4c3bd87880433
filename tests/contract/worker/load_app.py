"""Load the app in the current folder as Azure's Python worker does and print, as JSON, what the worker made of it.

A process of its own, because the app reads its settings when it is imported: ``python load_app.py``, environment set.
"""

import contextlib
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from azure_functions_runtime.bindings.meta import load_binding_registry
from azure_functions_runtime.functions import FunctionLoadError, Registry
from azure_functions_runtime.loader import index_function_app, process_indexed_function


class BindingInfo(SimpleNamespace):
    """The message of FunctionRpc.proto, with the numbers that it gives directions and data types."""

    undefined = 0
    out = 1
    inout = 2


# The worker gets its protobuf messages handed in by the process that speaks gRPC; the loader only fills them.
PROTOS = SimpleNamespace(BindingInfo=BindingInfo, RpcFunctionMetadata=SimpleNamespace, RpcRetryOptions=SimpleNamespace)


def load_app(folder: Path) -> dict[str, Any]:
    """Bindings of each function that the worker accepts, and its reason for each that it refuses."""
    sys.path.insert(0, str(folder))
    load_binding_registry()
    registry = Registry()
    accepted: dict[str, Any] = {}
    refused: dict[str, str] = {}
    for function in index_function_app(str(folder / "function_app.py")):
        name = function.get_function_name()
        try:
            [metadata], _ = process_indexed_function(PROTOS, registry, [function], str(folder))
        except (FunctionLoadError, NameError, TypeError, ValueError) as error:
            refused[name] = f"{type(error).__name__}: {error}"
        else:
            accepted[name] = [json.loads(binding) for binding in metadata.raw_bindings]
    return {"accepted": accepted, "refused": refused}


if __name__ == "__main__":
    # What the app prints while it loads must not end up in the answer.
    with contextlib.redirect_stdout(sys.stderr):
        verdict = load_app(Path.cwd())
    sys.stdout.write(json.dumps(verdict))
