"""The durable management API: what it answers and what the stock SDK makes of it."""

import asyncio
import gzip
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from azure.durable_functions import DurableOrchestrationClient, OrchestrationRuntimeStatus

from tests.support.host import RunningHost

Client = DurableOrchestrationClient
Session = aiohttp.ClientSession
MEGABYTE_AND_MORE = "x" * 1_100_000


def new_id() -> str:
    return uuid.uuid4().hex


async def answer(session: Session, method: str, url: str, **kwargs: Any) -> tuple[int, Any]:
    async with session.request(method, url, **kwargs) as response:
        return response.status, await response.json(content_type=None)


async def test_start_answers_202_with_links_that_work(host: RunningHost, session: Session) -> None:
    async with session.post(f"{host.management}/orchestrators/plain", json={"a": 1}) as response:
        links = await response.json()
        assert response.status == 202
        assert response.headers["Location"] == links["statusQueryGetUri"]
        assert response.headers["Retry-After"] == "10"
    assert set(links) >= {"id", "sendEventPostUri", "terminatePostUri", "purgeHistoryDeleteUri", "suspendPostUri"}
    await host.ended(session, links["id"])
    status, document = await answer(session, "GET", links["statusQueryGetUri"])
    assert (status, document["output"], document["input"]) == (200, {"a": 1}, {"a": 1})


async def test_start_with_timeout_answers_with_the_output(host: RunningHost, session: Session) -> None:
    url = f"{host.management}/orchestrators/chain?timeout=10&pollingInterval=1"
    assert await answer(session, "POST", url, json="3") == (200, 3)


async def test_integer_beyond_64_bits_comes_back_as_it_was(host: RunningHost, session: Session) -> None:
    url = f"{host.management}/orchestrators/plain?timeout=10"
    assert await answer(session, "POST", url, json={"a": 2**70}) == (200, {"a": 2**70})


async def test_start_with_timeout_answers_with_links_when_it_takes_longer(host: RunningHost, session: Session) -> None:
    status, document = await answer(session, "POST", f"{host.management}/orchestrators/wait_for_go?timeout=0.05")
    assert status == 202
    assert "statusQueryGetUri" in document


async def test_starter_answers_with_links_of_the_callers_origin(host: RunningHost, session: Session) -> None:
    headers = {"Host": "fanwise.example:81"}
    status, document = await answer(session, "POST", f"{host.url}/start/plain", headers=headers)
    assert status == 202
    assert document["statusQueryGetUri"].startswith("http://fanwise.example:81/runtime/webhooks/durabletask/")


async def test_unknown_orchestrator_is_a_400_that_names_it(client: Client) -> None:
    with pytest.raises(
        Exception, match=r"The function 'nowhere' doesn't exist, is disabled, or is not an orchestrator"
    ):
        await client.start_new("nowhere")


@pytest.mark.parametrize("body", [gzip.compress(b'{"a": 1}'), b"no gzip at all"], ids=["good", "bad"])
async def test_encoded_body_is_refused_with_the_header_that_says_so(
    host: RunningHost, session: Session, body: bytes
) -> None:
    headers = {"Content-Encoding": "gzip"}
    status, document = await answer(
        session, "POST", f"{host.management}/orchestrators/plain", data=body, headers=headers
    )
    assert status == 400
    assert "Content-Encoding is 'gzip'" in document["ExceptionMessage"]


@pytest.mark.parametrize(
    ("path", "body", "status", "text"),
    [
        ("orchestrators/plain/@entity", b"1", 400, "starts with '@'"),
        ("orchestrators/plain/a%2Fb", b"1", 400, "not allowed are"),
        ("orchestrators/plain/a%0Ab", b"1", 400, "control characters"),
        (f"orchestrators/plain/{'x' * 257}", b"1", 400, "257 characters; expected 1 to 256"),
        ("orchestrators/plain", b"{not json", 400, "not valid JSON"),
        ("orchestrators/plain", b"NaN", 400, "NaN is no JSON value"),
        ("orchestrators/plain", b"\xff\xfe", 400, "not valid JSON"),
        ("orchestrators/plain", b"[" * 300 + b"]" * 300, 400, "nested too deep"),
        ("orchestrators/plain", b"[" * 100_000, 400, "nested too deep"),
        ("orchestrators/plain", f'"{MEGABYTE_AND_MORE}"'.encode(), 413, "input is 1100002 bytes; at most 1048576"),
        ("orchestrators/plain?timeout=soon", b"1", 400, "timeout is 'soon'"),
        ("instances/missing/rewind", b"", 501, "not supported by this host yet"),
        ("instances/missing/restart", b"", 501, "not supported by this host yet"),
        ("entities/counter/one?op=add", b"1", 501, "not supported by this host yet"),
        ("instances/missing/terminate", b"", 404, "No instance with ID 'missing' found."),
        ("nothing/here", b"", 404, "There is no POST"),
    ],
)
async def test_bad_request_is_refused_in_the_extensions_error_shape(
    host: RunningHost, session: Session, path: str, body: bytes, status: int, text: str
) -> None:
    async with session.post(aiohttp.client.URL(f"{host.management}/{path}", encoded=True), data=body) as response:
        document = await response.json()
        assert response.status == status, document
    assert set(document) == {"Message", "ExceptionMessage", "ExceptionType", "StackTrace"}
    assert text in document["ExceptionMessage"]
    assert document["StackTrace"] == ""


async def test_running_instance_cannot_be_started_again(host: RunningHost, session: Session, client: Client) -> None:
    instance = await client.start_new("wait_for_go", new_id())
    status, document = await answer(session, "POST", f"{host.management}/orchestrators/wait_for_go/{instance}")
    assert status == 409
    assert document["ExceptionMessage"].startswith("An Orchestration instance with the status ")
    assert document["ExceptionMessage"].endswith(" already exists.")


async def test_ended_instance_can_be_started_again(host: RunningHost, session: Session, client: Client) -> None:
    instance = await client.start_new("plain", new_id(), 1)
    await host.ended(session, instance)
    assert await client.start_new("plain", instance, 2) == instance
    assert (await host.status_when(session, instance, lambda s: s["output"] == 2))["runtimeStatus"] == "Completed"


async def test_start_is_visible_when_it_is_answered(client: Client) -> None:
    instance = await client.start_new("wait_for_go", None, "x")
    status = await client.get_status(instance)
    assert status.runtime_status in (OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Running)


async def test_status_of_an_unknown_instance_is_falsy(client: Client) -> None:
    assert not await client.get_status("missing")


async def test_input_started_by_the_sdk_shows_as_json_text(host: RunningHost, session: Session, client: Client) -> None:
    instance = await client.start_new("plain", None, {"a": 1})
    status = await host.ended(session, instance)
    assert (status["input"], status["output"]) == ('{"a": 1}', {"a": 1})
    _, hidden = await answer(session, "GET", f"{host.management}/instances/{instance}?showInput=false")
    assert hidden["input"] is None


async def test_failed_status_is_a_500_only_on_request(host: RunningHost, session: Session, client: Client) -> None:
    instance = await client.start_new("plain_failure")
    await host.ended(session, instance)
    url = f"{host.management}/instances/{instance}"
    assert (await answer(session, "GET", url))[0] == 200
    assert (await answer(session, "GET", f"{url}?returnInternalServerErrorOnFailure=True"))[0] == 500


async def test_history_absorbs_scheduling_into_its_end(host: RunningHost, session: Session, client: Client) -> None:
    instance = await client.start_new("chain", None, 1)
    await host.ended(session, instance)
    url = f"{host.management}/instances/{instance}?showHistory=True&showHistoryOutput=True"
    _, document = await answer(session, "GET", url)
    started, completed, ended = document["historyEvents"]
    assert (started["EventType"], started["FunctionName"], started["Input"]) == ("ExecutionStarted", "chain", "1")
    assert set(completed) == {"EventType", "Timestamp", "Result", "ScheduledTime", "FunctionName", "Input"}
    assert (completed["FunctionName"], completed["Result"], completed["Input"]) == ("echo", 0, [0])
    assert (ended["EventType"], ended["OrchestrationStatus"], ended["Result"]) == ("ExecutionCompleted", "Completed", 1)


async def test_history_without_output_hides_results(host: RunningHost, session: Session, client: Client) -> None:
    instance = await client.start_new("chain", None, 1)
    await host.ended(session, instance)
    _, document = await answer(
        session, "GET", f"{host.management}/instances/{instance}?showHistory=true&showInput=false"
    )
    assert not any("Result" in event or "Input" in event for event in document["historyEvents"])


async def test_queries_filter_by_status_prefix_and_time(host: RunningHost, session: Session, client: Client) -> None:
    prefix, before = new_id(), datetime.now(UTC)
    for number in range(3):
        await client.start_new("plain", f"{prefix}-{number}")
        await host.ended(session, f"{prefix}-{number}")
    await client.start_new("wait_for_go", f"{prefix}-waits")
    completed = await client.get_status_by(
        runtime_status=[OrchestrationRuntimeStatus.Completed], instance_id_prefix=prefix
    )
    assert sorted(status.instance_id for status in completed) == [f"{prefix}-{n}" for n in range(3)]
    later = before + timedelta(hours=1)
    assert await client.get_status_by(created_time_from=later, instance_id_prefix=prefix) == []
    assert len(await client.get_status_by(before, later, instance_id_prefix=prefix)) == 4


async def test_lists_are_paged_by_a_continuation_token(host: RunningHost, session: Session, client: Client) -> None:
    prefix = new_id()
    for number in range(5):
        await client.start_new("plain", f"{prefix}-{number}")
    url, token, seen = f"{host.management}/instances/?instanceIdPrefix={prefix}&top=2", "", list[str]()
    while True:
        async with session.get(url, headers={"x-ms-continuation-token": token}) as response:
            seen += [status["instanceId"] for status in await response.json()]
            token = response.headers.get("x-ms-continuation-token", "")
        if not token:
            break
    assert seen == [f"{prefix}-{n}" for n in range(5)]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("runtimeStatus=Sleeping", "runtimeStatus holds 'Sleeping'"),
        ("createdTimeFrom=yesterday", "createdTimeFrom is 'yesterday'; expected an ISO-8601 time"),
        ("top=0", "top is '0'; expected a number from 1 to 1000"),
        ("showInput=maybe", "showInput is 'maybe'; expected true or false"),
    ],
)
async def test_bad_query_is_a_400_that_names_parameter_and_value(
    host: RunningHost, session: Session, query: str, text: str
) -> None:
    status, document = await answer(session, "GET", f"{host.management}/instances/?{query}")
    assert status == 400
    assert text in document["ExceptionMessage"]


async def test_forged_continuation_token_is_a_400(host: RunningHost, session: Session) -> None:
    headers = {"x-ms-continuation-token": "bm9uc2Vuc2U="}
    assert (await answer(session, "GET", f"{host.management}/instances/", headers=headers))[0] == 400


async def test_purge_forgets_an_ended_instance(host: RunningHost, session: Session, client: Client) -> None:
    instance = await client.start_new("plain")
    await host.ended(session, instance)
    assert (await client.purge_instance_history(instance)).instances_deleted == 1
    assert (await client.purge_instance_history(instance)).instances_deleted == 0
    assert not await client.get_status(instance)


async def test_purge_leaves_a_running_instance(client: Client) -> None:
    instance = await client.start_new("wait_for_go")
    assert (await client.purge_instance_history(instance)).instances_deleted == 0
    assert await client.get_status(instance)


async def test_purge_by_filter_takes_ended_instances_of_that_time(
    host: RunningHost, session: Session, client: Client
) -> None:
    status, document = await answer(session, "DELETE", f"{host.management}/instances/")
    assert (status, "createdTimeFrom" in document["Message"]) == (400, True)
    later = datetime.now(UTC) + timedelta(hours=1)
    completed = [OrchestrationRuntimeStatus.Completed]
    assert (await client.purge_instance_history_by(later, runtime_status=completed)).instances_deleted == 0


async def test_event_for_an_ended_instance_is_gone(host: RunningHost, session: Session, client: Client) -> None:
    instance = await client.start_new("plain")
    await host.ended(session, instance)
    with pytest.raises(Exception, match="is gone: either completed or failed"):
        await client.raise_event(instance, "go")
    with pytest.raises(Exception, match="No instance with ID missing found"):
        await client.raise_event("missing", "go")


@pytest.mark.parametrize(
    ("kwargs", "status"),
    [
        ({"data": b"x", "headers": {"Content-Type": "text/plain"}}, 400),
        ({"data": b"{", "headers": {"Content-Type": "application/json"}}, 400),
        ({"json": MEGABYTE_AND_MORE}, 413),
    ],
)
async def test_bad_event_is_refused(
    host: RunningHost, session: Session, client: Client, kwargs: dict[str, Any], status: int
) -> None:
    instance = await client.start_new("wait_for_go")
    url = f"{host.management}/instances/{instance}/raiseEvent/go"
    assert (await answer(session, "POST", url, **kwargs))[0] == status


async def test_suspending_twice_and_resuming_a_running_instance_are_500(client: Client) -> None:
    instance = await client.start_new("wait_for_go")
    with pytest.raises(Exception, match="unexpected status code 500"):
        await client.resume(instance, "not suspended")
    await client.suspend(instance, "once")
    with pytest.raises(Exception, match="unexpected status code 500"):
        await client.suspend(instance, "twice")


async def test_operations_on_an_ended_instance_are_silent_410s(
    host: RunningHost, session: Session, client: Client
) -> None:
    instance = await client.start_new("plain")
    await host.ended(session, instance)
    await client.terminate(instance, "late")
    await client.suspend(instance, "late")
    assert (await answer(session, "POST", f"{host.management}/instances/{instance}/terminate?reason=late"))[0] == 410


async def test_many_clients_at_once_are_all_served(host: RunningHost, session: Session, client: Client) -> None:
    instances = await asyncio.gather(*(client.start_new("chain", None, 3) for _ in range(40)))
    outputs = await asyncio.gather(*(host.ended(session, instance) for instance in instances))
    assert [status["output"] for status in outputs] == [3] * 40


async def test_instances_that_clients_change_while_their_episodes_run_all_end(
    host: RunningHost, session: Session
) -> None:
    async def run(number: int) -> str:
        instance = new_id()
        manage = f"{host.management}/instances/{instance}"
        await answer(session, "POST", f"{host.management}/orchestrators/chain/{instance}", json="8")
        if number % 3 == 0:
            await answer(session, "POST", f"{manage}/terminate?reason=enough")
        if number % 3 == 1:
            await answer(session, "POST", f"{manage}/suspend?reason=hold")
            await answer(session, "POST", f"{manage}/resume?reason=on")
        return (await host.ended(session, instance))["runtimeStatus"]

    statuses = await asyncio.gather(*(run(number) for number in range(45)))
    assert set(statuses[1::3] + statuses[2::3]) == {"Completed"}
    assert set(statuses[0::3]) <= {"Completed", "Terminated"}
    assert "could not be carried out" not in host.log
