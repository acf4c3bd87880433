"""POST /api/orchestrators/embeddings, from the request to what readers find."""

import asyncio
import random
import re

import aiohttp
import pytest

SPEC_EXAMPLE = {
    "projectId": "test-project",
    "name": "example.py",
    "text": 'def hello():\n    print("Hello, World!")\n    return "success"',
}


def text_of(characters: int, seed: int = 0) -> str:
    """Lines of words, no two chunks alike; the same for the same seed."""
    chance = random.Random(seed)
    words = [f"{chance.choice('bcdfgklmnprst')}{chance.choice('aeiou')}{chance.randrange(10**6)}" for _ in range(9000)]
    text = ""
    while len(text) < characters:
        text += " ".join(chance.choices(words, k=900)) + "\n"
    return text[:characters]


async def until_first_request(openai):
    async with asyncio.timeout(30):
        while not (await openai.stats())["requests"]:
            await asyncio.sleep(0.02)


async def test_the_example_of_the_spec(app):
    status, links, headers = await app.call("POST", "/api/orchestrators/embeddings", json=SPEC_EXAMPLE)
    assert status == 202
    assert {"id", "statusQueryGetUri", "sendEventPostUri", "terminatePostUri", "purgeHistoryDeleteUri"} <= set(links)
    assert headers["Location"] == links["statusQueryGetUri"]
    assert headers["Retry-After"]
    ended = await app.ended(links)
    assert ended["runtimeStatus"] == "Completed"
    assert ended["output"]["ok"] is True
    assert ended["output"]["id"] == "example.py"
    assert ended["output"]["chunks"] == 1
    assert ended["output"]["dimensions"] == 1536
    assert ended["customStatus"] == {"stage": "completed", "done": 1, "total": 1}


async def test_code_is_found_again_by_meaning(app, project):
    texts = {
        "bake.py": "def bake_bread(flour, water, yeast):\n    '''Knead the dough and bake a loaf in the oven.'''\n",
        "net.py": "def open_socket(host, port):\n    '''Connect to a server over the network by TCP.'''\n",
        "sort.py": "def sort_numbers(values):\n    '''Order a list of integers from small to large.'''\n",
    }
    await asyncio.gather(*(app.embed(projectId=project, name=n, text=t) for n, t in texts.items()))
    for question, expected in [
        ("How do I make a loaf of bread?", "bake.py"),
        ("connecting to a remote server", "net.py"),
        ("arrange integers in order", "sort.py"),
    ]:
        best = (await app.query(question, projectId=project, k=3))[0]
        assert best["name"] == expected
        assert best["passages"][0]["text"] == texts[expected]
        assert (best["passages"][0]["startLine"], best["passages"][0]["endLine"]) == (1, 2)
        assert -1 <= best["passages"][0]["similarity"] <= 1


async def test_the_same_text_again_costs_no_call(app, openai, project):
    text = text_of(5000)
    first = await app.embed(projectId=project, name="a.py", text=text)
    assert (first["embedded"], first["reused"]) == (first["chunks"], 0)
    await openai.reset_stats()
    again = await app.embed(projectId=project, name="a.py", text=text)
    assert (again["embedded"], again["reused"]) == (0, first["chunks"])
    assert (await openai.stats())["requests"] == 0


async def test_a_moved_file_is_embedded_below_its_new_path(app, project):
    text = text_of(5000)
    first = await app.embed(projectId=project, name="a.py", text=text)
    moved = await app.embed(projectId=project, name="moved/a.py", text=text)
    assert moved["embedded"] == first["chunks"]


async def test_only_what_changed_is_embedded_and_the_old_version_is_gone(app, openai, project):
    text = text_of(4000)
    await app.embed(projectId=project, name="a.py", text=text)
    await openai.reset_stats()
    changed = text[:3200] + "changed" + text[3207:]
    output = await app.embed(projectId=project, name="a.py", text=changed)
    assert 1 <= output["embedded"] < output["chunks"] == output["embedded"] + output["reused"]
    assert (await openai.stats())["inputs"] == output["embedded"]
    snippet = await app.read(project, "a.py", include="text,chunks")
    assert snippet["text"] == changed
    assert [row["chunkIndex"] for row in snippet["chunkList"]] == list(range(output["chunks"]))


async def test_a_document_of_many_segments_travels_through_storage(app, openai, project):
    text = text_of(800 * 300 + 3)
    links = await app.submit(projectId=project, name="big.py", text=text)
    ended = await app.ended(links)
    chunks = ended["output"]["chunks"]
    assert chunks > 2 * 64
    assert ended["output"]["embedded"] == chunks
    assert (await app.read(project, "big.py"))["text"] == text
    stats = await openai.stats()
    assert stats["inputs"] == chunks
    assert stats["requests"] <= chunks / 5


async def test_repeated_text_is_asked_for_once(app, openai, project):
    output = await app.embed(projectId=project, name="padding.txt", text="x" * 800 * 1000)
    assert output["chunks"] > 500
    assert output["embedded"] + output["reused"] == output["chunks"]
    # Batches that are under way at the same time do not know of each other.
    assert (await openai.stats())["inputs"] <= 6
    assert output["embedded"] <= 6


async def test_any_text_survives(app, project):
    text = '"quotes" \\back\\slash\u0000\u0001\ttab\r\nümläut 中文 😀 {"__class__": "X", "__module__": "os"}' * 30
    output = await app.embed(projectId=project, name="weird.txt", text=text)
    assert output["ok"]
    assert (await app.read(project, "weird.txt"))["text"] == text


async def test_failed_chunks_are_named_and_what_was_stored_stays(app, openai, project):
    old = text_of(2400, seed=1)
    await app.embed(projectId=project, name="a.py", text=old)
    before = await app.read(project, "a.py", include="text,embedding")
    poison = "POISON-" + project
    new = text_of(1000, seed=2) + poison + text_of(3000, seed=3)
    await openai.set_faults(fail_matching=poison)
    output = await app.embed(projectId=project, name="a.py", text=new)
    found = re.fullmatch(r"1 of (\d+) chunks could not be embedded after 3 retries", output["error"])
    assert found
    (failed,) = output["failedChunks"]
    assert (output["ok"], output["id"], 0 <= failed < int(found[1])) == (False, "a.py", True)
    assert await app.read(project, "a.py", include="text,embedding") == before
    hits = await app.query(old[:200], projectId=project, k=50, groupBy="chunk")
    assert [hit["name"] for hit in hits] == ["a.py"]
    assert "".join(chunk["text"] for chunk in sorted(hits[0]["chunks"], key=lambda each: each["chunkIndex"])) == old
    await openai.set_faults()
    await openai.reset_stats()
    assert (await app.embed(projectId=project, name="a.py", text=new))["reused"] == int(found[1]) - 1
    assert (await openai.stats())["inputs"] == 1


async def test_failures_that_pass_are_ridden_out(app, openai, project):
    await openai.set_faults(fail_next=2)
    output = await app.embed(projectId=project, name="a.py", text=text_of(3000))
    assert output["ok"]


async def test_throttling_is_waited_out_as_long_as_the_service_asks(app, openai, project):
    await openai.set_faults(rate_429=1.0, retry_after_s=1)
    documents = [{"projectId": project, "name": f"{i}.py", "text": text_of(1700, seed=i)} for i in range(4)]
    links = await asyncio.gather(*(app.submit(**document) for document in documents))
    await until_first_request(openai)
    await openai.set_faults()
    assert [(await app.ended(each))["output"]["ok"] for each in links] == [True] * 4


async def test_of_two_runs_for_one_name_the_later_accepted_wins(app, openai, project):
    slow = "SLOW-" + project
    await openai.set_faults(fail_matching=slow)
    earlier = await app.submit(projectId=project, name="a.py", text=slow)
    await until_first_request(openai)  # else both texts would share it, and fail together
    await app.manage(earlier, "suspend")
    later = await app.embed(projectId=project, name="a.py", text="the later text")
    assert later["ok"]
    await openai.set_faults()
    await app.manage(earlier, "resume")
    ended = await app.ended(earlier)
    assert ended["output"]["superseded"] is True
    assert (await app.read(project, "a.py"))["text"] == "the later text"
    hits = await app.query("text", projectId=project, k=10)
    assert [passage["text"] for hit in hits for passage in hit["passages"]] == ["the later text"]


async def test_an_idempotency_key_starts_one_run(app, project):
    document = {"projectId": project, "name": "a.py", "text": "print()"}
    headers = {"Idempotency-Key": project}
    answers = await asyncio.gather(*(app.submit(headers=headers, **document) for _ in range(8)))
    assert len({answer["id"] for answer in answers}) == 1
    await app.ended(answers[0])
    assert (await app.submit(headers=headers, **document))["id"] == answers[0]["id"]


async def test_an_idempotency_key_belongs_to_its_caller_and_its_body(app, project):
    document = {"projectId": project, "name": "a.py", "text": "print()"}
    mine = await app.submit(headers={"Idempotency-Key": project, "user-id": "me"}, **document)
    theirs = await app.submit(headers={"Idempotency-Key": project, "user-id": "them"}, **document)
    assert mine["id"] != theirs["id"]
    status, answer, _ = await app.call(
        "POST",
        "/api/orchestrators/embeddings",
        json=document | {"text": "other"},
        headers={"Idempotency-Key": project, "user-id": "me"},
    )
    assert status == 409
    assert "another body" in answer["error"]


@pytest.mark.parametrize(
    ("body", "status", "expected"),
    [
        (b'{"name": ', 400, "Invalid JSON payload"),
        (b"\xff\xfe", 400, "Invalid JSON payload"),
        (b"[" * 100_000, 400, "Invalid JSON payload"),
        (b'["a"]', 400, "must be a JSON object, got array"),
        (b"", 400, "Invalid JSON payload"),
        (b'{"name": {"__class__": "X"}, "text": "x"}', 400, "Field 'name' must be a string"),
        (b'{"name": "a", "text": "' + b"x" * (10 * 1024 * 1024 + 1) + b'"}', 413, "10485761 bytes"),
    ],
)
async def test_bad_bodies_get_an_answer_to_act_on(app, body, status, expected):
    got, answer, _ = await app.call("POST", "/api/orchestrators/embeddings", data=body)
    assert got == status
    assert expected in answer["error"]


async def test_a_flood_of_unknown_fields_gets_a_short_answer(app):
    document = {f"field-{i}": 1 for i in range(100_000)} | {"name": "a", "text": "b"}
    status, answer, _ = await app.call("POST", "/api/orchestrators/embeddings", json=document)
    assert status == 400
    assert len(answer["errors"]) == 11


async def test_all_faults_come_at_once(app):
    status, answer, _ = await app.call("POST", "/api/orchestrators/embeddings", json={"projectId": 1, "txt": "x"})
    assert status == 400
    assert len(answer["errors"]) == 4


async def test_a_run_may_be_started_without_the_starter(app, project):
    path = "/runtime/webhooks/durabletask/orchestrators/embeddings_orchestrator"
    document = {"projectId": project, "name": "raw.py", "text": text_of(2000)}
    status, links, _ = await app.call("POST", path, json=document)
    assert status == 202
    assert (await app.ended(links))["output"]["chunks"] == 3
    assert (await app.read(project, "raw.py"))["text"] == document["text"]


async def test_health_tells_strangers_only_its_status(app, openai):
    status, answer, _ = await app.call("GET", "/api/health")
    assert (status, answer) == (200, {"status": "ok"})
    _, answer, _ = await app.call("GET", "/api/health", headers={"user-id": "me"})
    assert set(answer["dependencies"]) == {
        *("cosmos", "storage", "openai", "search", "servicebus", "durable", "github")
    }
    assert all(each["status"] == "ok" and each["latency_ms"] > 0 for each in answer["dependencies"].values())


async def test_secrets_and_stacks_never_leave(app, stack):
    secrets = [stack.environment()[name] for name in ("COSMOS_KEY", "STORAGE_KEY")]
    async with aiohttp.ClientSession() as session:
        for path in ("/api/health", "/api/snippets/p/none", "/api/snippets/p?limit=x", "/nowhere"):
            async with session.get(f"{app.url}{path}", headers={"user-id": "me"}) as response:
                text = await response.text()
                assert not any(secret in text for secret in secrets)
                assert "Traceback" not in text
