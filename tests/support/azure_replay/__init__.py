"""A model of how Azure replays a Python orchestrator, with the real Durable SDK inside.

Our own host numbers actions as they come and forgives what Azure does not, so every orchestrator is run here as well::

    run = replay(embeddings_orchestrator, {"name": "a.py", "text": "..."}, random_script(seed), seed, "batched")
    assert run.faults == () and run.status == "Completed"

``orchestrator`` is a generator function or what a blueprint's decorators made of one (``user_function`` unwraps it; a
module that registers in ``register_functions`` style works as well, since decorators return the builder). Modelled are
activities, sub-orchestrations, both with retry options, timers, ``task_any``, ``task_all``, external events and
continue-as-new; entities and ``call_http`` are refused.
"""

from tests.support.azure_replay.script import Hangs, Invocation, Raises, Reply, Returns, Script, echo, random_script
from tests.support.azure_replay.simulation import ActivityCall, Batching, Run, replay, user_function

__all__ = [
    "ActivityCall",
    "Batching",
    "Hangs",
    "Invocation",
    "Raises",
    "Reply",
    "Returns",
    "Run",
    "Script",
    "echo",
    "random_script",
    "replay",
    "user_function",
]
