"""Calling an orchestrator function with its history, on a thread of its own."""

from asyncio import AbstractEventLoop
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter

import azure.functions as func

from local.host.app_loader import LoadedFunction
from local.host.engine import history
from local.host.engine.actions import BadReply, Reply, parse_failure, parse_reply
from local.host.engine.model import Arrival, Execution
from local.host.invocation import Invocation, current, invocation_line


@dataclass(slots=True)
class Replay:
    """One episode's call of the orchestrator. ``reply``, ``seconds`` and ``log_lines`` are set by the call."""

    execution: Execution
    function: LoadedFunction
    batch: list[Arrival]
    #: This episode's events before the orchestrator is called, OrchestratorStarted first.
    opening: list[str]
    at: str
    reply: Reply = field(default_factory=lambda: Reply(is_done=False, leaves=[]))
    seconds: float = 0.0
    log_lines: list[str] = field(default_factory=list[str])


def run_orchestrator(replay: Replay, loop: AbstractEventLoop, done: Callable[[Replay], None]) -> None:
    """Call the function and hand ``replay`` to ``done`` on ``loop``."""
    execution, function = replay.execution, replay.function
    record = execution.record
    invocation = Invocation(function.name, record.instance_id)
    token = current.set(invocation)
    started = perf_counter()
    try:
        body = history.context_json(
            history=[*execution.history, *replay.opening], raw_input=execution.input, instance_id=record.instance_id,
            parent_id=None if record.parent is None else record.parent.instance_id,
        )  # fmt: skip
        replay.reply = parse_reply(function.call(**{function.trigger_name: func.OrchestrationContext(body)}))
    except BadReply as error:
        replay.reply = Reply(is_done=False, leaves=[], error=str(error))
    except Exception as error:  # noqa: BLE001 - how the SDK reports a failed orchestration
        replay.reply = parse_failure(error)
    except BaseException as error:  # noqa: BLE001 - sys.exit() in an orchestrator must not cost the engine a thread
        replay.reply = Reply(is_done=False, leaves=[], error=f"{type(error).__name__}: {error}")
    finally:
        current.reset(token)
        replay.seconds = perf_counter() - started
    line = invocation_line(invocation, "Failed" if replay.reply.error else "Succeeded")
    replay.log_lines.append(f"{line}\n{replay.reply.error}" if replay.reply.error else line)
    loop.call_soon_threadsafe(done, replay)
