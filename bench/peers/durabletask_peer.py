"""durabletask with its in-memory backend: client, worker and backend in one process, over gRPC as it is meant."""

import logging
import socket
import sys
import time
from pathlib import Path

from durabletask import client, task, worker
from durabletask.testing import create_test_backend

sys.path.insert(0, str(Path(__file__).parent))
from protocol import serve

DEADLINE_S = 60


def nothing(_context, number):
    return number


def fan_out(context, size):
    yield task.when_all([context.call_activity(nothing, input=number) for number in range(size)])
    return size


def chain(context, size):
    for number in range(size):
        yield context.call_activity(nothing, input=number)
    return size


def main() -> None:
    logging.disable(logging.WARNING)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    backend = create_test_backend(port=port, max_history_size=100_000)
    address = f"127.0.0.1:{port}"
    hub = client.TaskHubGrpcClient(host_address=address)
    with worker.TaskHubGrpcWorker(host_address=address) as running:
        running.add_orchestrator(fan_out)
        running.add_orchestrator(chain)
        running.add_activity(nothing)
        running.start()

        def timed(orchestrator, size):
            began = time.perf_counter()
            instance_id = hub.schedule_new_orchestration(orchestrator, input=size)
            state = hub.wait_for_orchestration_completion(instance_id, timeout=DEADLINE_S)
            took_ms = (time.perf_counter() - began) * 1000
            if state is None or state.runtime_status is not client.OrchestrationStatus.COMPLETED:
                raise RuntimeError(f"{orchestrator.__name__}({size}) did not complete: {state}")
            return took_ms

        serve(lambda size: timed(fan_out, size), lambda size: timed(chain, size))
    backend.stop()


if __name__ == "__main__":
    main()
