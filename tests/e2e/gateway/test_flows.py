"""Whole flows through the gateway: the specs' calls with a token, in front of the app on its host."""

import aiohttp
import pytest

from tests.support.host import eventually

SNIPPET = {"projectId": "test-project", "name": "example.py", "text": 'def hello():\n    print("Hello")\n' * 40}
UNDER_WAY = ("queued", "processing", "scoring")
SEARCH = {"k": 3, "REQUEST_COLOR_DESCR": "grey", "REQUEST_RESIN_FINAL": "PP", "rerank": False}
ACCOUNT = "pallets"


async def test_a_snippet_is_embedded_followed_and_read(ada):
    started = await ada.post("/api/orchestrators/embeddings", SNIPPET)
    address = started.json["statusQueryGetUri"]
    assert started.status == 202
    assert address == started.headers["Location"] == f"{ada.gateway.url}/instances/blue/{started.json['id']}"

    ended = await ada.run_ended(address)

    assert (ended["runtimeStatus"], ended["output"]["ok"]) == ("Completed", True)
    read = await ada.get("/api/snippets/test-project/example.py?include=text")
    assert (read.status, read.json["text"]) == (200, SNIPPET["text"])


async def test_a_run_is_told_as_the_durable_status_query_tells_it(ada):
    started = await ada.post("/api/orchestrators/embeddings", SNIPPET | {"name": "same.py"})
    ended = await ada.run_ended(started.json["statusQueryGetUri"])

    query = f"{ada.gateway.app_url}/runtime/webhooks/durabletask/instances/{started.json['id']}"
    async with aiohttp.ClientSession() as session, session.get(query) as response:
        assert list((await response.json()).items()) == list(ended.items())


async def test_a_run_is_followed_by_who_started_it_and_nobody_else(ada, bob):
    started = await ada.post("/api/orchestrators/embeddings", SNIPPET | {"name": "mine.py"})
    address = started.json["statusQueryGetUri"]

    theirs = await bob.get(address, headers={"user-id": ada.name})

    assert (theirs.status, theirs.json) == (404, {"error": "Instance not found"})
    assert (await ada.run_ended(address))["runtimeStatus"] == "Completed"


async def test_a_search_is_accepted_polled_and_completed(ada):
    accepted = await ada.post("/search", SEARCH)
    assert accepted.status == 202
    assert accepted.headers["Location"] == accepted.json["status_url"] == f"/status/{accepted.json['request_id']}"

    answer = await ada.followed(accepted.json["status_url"], lambda told: told["status"] not in UNDER_WAY)

    assert (answer.status, answer.json["status"]) == (200, "completed")
    assert len(answer.json["results"]["search_results"]) == SEARCH["k"]


async def test_a_second_poll_does_not_reach_the_app_and_one_who_knows_the_answer_gets_304(ada, forwarded):
    path = (await ada.post("/search", SEARCH)).json["status_url"]
    first = await ada.get(path)
    asked = await forwarded("SearchRequestStatus")

    again = await ada.get(path)
    known = await ada.get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status, again.body) == (first.status, first.body)
    assert (known.status, known.body) == (304, b"")
    assert await forwarded("SearchRequestStatus") == asked


async def test_a_search_is_the_tokens_whatever_the_header_says(ada, bob):
    path = (await ada.post("/search", SEARCH, headers={"user-id": bob.name})).json["status_url"]

    assert (await bob.get(path)).status == 404
    assert (await bob.get(path, headers={"user-id": ada.name})).status == 404
    assert (await ada.get(path, headers={"user-id": bob.name})).status in (200, 202)


async def test_an_account_is_gathered_followed_and_read(ada, bob):
    started = await ada.post("/api/orchestrators/repo-context", {"username": ACCOUNT, "force": True})
    assert (started.status, set(started.json)) == (202, {"id", "statusQueryGetUri"})
    meanwhile = await bob.get(f"/api/github/repos/{ACCOUNT}/with-context")

    ended = await ada.run_ended(started.json["statusQueryGetUri"])

    assert ended["customStatus"]["stage"] == "completed"
    assert meanwhile.status in (200, 202)
    if meanwhile.status == 202:
        assert set(meanwhile.json) == {"id", "runtimeStatus", "customStatus", "statusQueryGetUri"}
        # Whoever asked first: everybody who waits for an account may follow its run.
        assert (await bob.run_ended(meanwhile.json["statusQueryGetUri"]))["runtimeStatus"] == "Completed"
    assert (await bob.get(f"/api/github/repos/{ACCOUNT}/with-context")).status == 200


async def test_a_search_runs_as_an_orchestration_that_cannot_be_followed(ada):
    request_id = (await ada.post("/search", SEARCH)).json["request_id"]
    query = f"{ada.gateway.app_url}/runtime/webhooks/durabletask/instances/{request_id}"
    async with aiohttp.ClientSession() as session:

        async def has_begun() -> bool:
            async with session.get(query) as response:
                return response.status in (200, 202)

        await eventually(has_begun)

    assert (await ada.get(f"/instances/blue/{request_id}")).status == 404


@pytest.mark.parametrize(
    "instance", ["0123456789abcdef0123456789abcdef", "repo-context-nobody-at-all", "a%3Fb=c", "x" * 101, "%2e%2e%2f"]
)
async def test_a_run_that_is_not_there_is_not_found(ada, instance):
    answer = await ada.get(f"/instances/blue/{instance}")

    assert answer.status == 404
    assert b"not found" in answer.body


async def test_a_deployment_answers_for_no_run_of_the_other_colour(ada):
    started = await ada.post("/api/orchestrators/embeddings", SNIPPET | {"name": "colours.py"})
    path = f"{ada.gateway.app_url}/instances/green/{started.json['id']}"

    async with aiohttp.ClientSession() as session, session.get(path, headers={"user-id": ada.name}) as response:
        assert response.status == 404


async def test_a_search_larger_than_64_kb_stays_outside(ada, forwarded):
    before = await forwarded("SearchRequestAccept")

    answer = await ada.post("/search", SEARCH | {"REQUEST_COLOR_DESCR": "x" * 65_536})

    assert answer.status == 413
    assert await forwarded("SearchRequestAccept") == before


async def test_a_fault_is_told_as_the_app_tells_it(ada):
    answer = await ada.post("/search", SEARCH | {"k": 0})

    assert (answer.status, list(answer.json)) == (400, ["errors"])


async def test_health_is_told_to_anybody_and_its_details_to_nobody(gateway):
    path = f"{gateway.url}/api/health"
    async with aiohttp.ClientSession() as session, session.get(path, headers={"user-id": "ada"}) as response:
        assert (response.status, list(await response.json())) == (200, ["status"])
