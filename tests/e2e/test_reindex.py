"""POST /api/orchestrators/reindex: a project made anew from what is stored, by an app with another recipe."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from shared.resources import open_resources
from shared.settings import load_settings
from tests.e2e.test_batches import files, run_batch, source
from tests.support.fanwise import Fanwise, fanwise
from tests.support.stack import RunningStack, running_stack

REINDEX = "/api/orchestrators/reindex"
OTHER = {"CHUNK_MODE": "lines", "CHUNK_SIZE": "900", "EMBEDDING_MODEL_DEPLOYMENT_NAME": "another-deployment"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def other_url(stack: RunningStack) -> AsyncGenerator[str]:
    """A host with another recipe beside the one of all tests, on the same services."""
    parts = ("--no-cosmos", "--no-openai", "--no-storage", "--no-search", "--no-github", "--no-servicebus")
    async with running_stack(*parts, env=stack.environment() | OTHER) as beside:
        assert beside.host
        yield beside.host.url


@pytest.fixture
async def other(other_url: str) -> AsyncGenerator[Fanwise]:
    async with fanwise(other_url) as client:
        yield client


async def reindex(app, project):
    status, links, _ = await app.call("POST", REINDEX, json={"projectId": project})
    assert status == 202, links
    ended = await app.ended(links)
    assert ended["runtimeStatus"] == "Completed", ended
    return ended["output"]


async def recipes(stack, project):
    """Return the recipes of a project's snippets and of the chunks that readers see."""
    async with open_resources(load_settings(stack.environment())) as resources:
        rows = await resources.snippets.below(project, "")
        states = await resources.snippets.states(project, [row["name"] for row in rows])
        return {state["recipe"].rsplit("/", 2)[0] for state in states.values() if "deleted" not in state}


async def test_a_project_is_made_anew_without_its_client(app, other, stack, project):
    names = [f"src/{index}.py" for index in range(60)]
    await run_batch(app, projectId=project, files=[*files(*names), {"name": "empty.py", "text": ""}])
    (before,) = await recipes(stack, project)
    output = await reindex(other, project)
    assert (output["ok"], output["files"], output["reindexed"], output["failed"]) == (True, 61, 61, 0)
    assert await recipes(stack, project) == {"lines/900/h0"} != {before}
    assert (await other.read(project, "src/7.py"))["text"] == source("src/7.py")
    assert (await other.query("src_7_py_3", projectId=project))[0]["name"] == "src/7.py"


async def test_a_second_run_finds_nothing_to_do(app, other, openai, project):
    await run_batch(app, projectId=project, files=files("a.py"))
    await reindex(other, project)
    await openai.reset_stats()
    assert (await reindex(other, project))["files"] == 0
    assert (await openai.stats())["requests"] == 0


async def test_the_old_recipe_answers_until_the_switch(app, other, openai, project):
    await run_batch(app, projectId=project, files=files("a.py", "b.py"))
    assert (await other.query("a_py_3", projectId=project))[0]["name"] == "a.py"
    await openai.set_faults("embeddings", hang=True)
    _, links, _ = await other.call("POST", REINDEX, json={"projectId": project})
    await asyncio.wait_for(_first_request(openai), 30)
    read = await other.read(project, "a.py")
    assert read["text"] == source("a.py")
    await openai.set_faults()
    assert (await other.ended(links))["output"]["reindexed"] == 2


@pytest.mark.parametrize("scope", ["project", "all projects"])
async def test_vectors_of_the_former_deployment_are_asked_in_its_own_space(app, other, project, scope):
    names = [f"{project}/{letter}.py" for letter in "ab"]
    await run_batch(app, projectId=project, files=files(*names))
    where = {"projectId": project} if scope == "project" else {"path": f"{project}/*"}
    status, answer, _ = await other.call("POST", "/api/snippets/query", json={"query": f"{names[0]} value"} | where)
    assert status == 200
    assert "degraded" not in answer
    assert answer["results"][0]["name"] == names[0]
    assert "meaning" in answer["results"][0]["matchedBy"]


async def test_what_a_client_sends_meanwhile_wins(app, other, openai, project):
    await run_batch(app, projectId=project, files=files("a.py"))
    await openai.set_faults("embeddings", latency_ms=700)
    _, links, _ = await other.call("POST", REINDEX, json={"projectId": project})
    await asyncio.wait_for(_first_request(openai), 30)
    await openai.set_faults()
    await app.embed(projectId=project, name="a.py", text="newer = True\n")
    await other.ended(links)
    assert (await app.read(project, "a.py"))["text"] == "newer = True\n"


async def test_outages_are_counted_and_a_later_run_goes_on(app, other, openai, project):
    await run_batch(app, projectId=project, files=files("a.py", "b.py"))
    await openai.set_faults("embeddings", fail_matching="b_py_3")
    output = await reindex(other, project)
    assert (output["ok"], output["reindexed"], output["failed"]) == (False, 1, 1)
    assert output["failures"][0]["name"] == "b.py"
    await openai.set_faults()
    assert (await reindex(other, project))["reindexed"] == 1


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({}, "Missing required field: projectId"),
        ({"projectId": 3}, "got integer"),
        ({"projectId": "..", "x": 1}, "'x'"),
    ],
)
async def test_a_wrong_request_is_refused(app, document, said):
    status, answer, _ = await app.call("POST", REINDEX, json=document)
    assert status == 400
    assert said in str(answer)


async def _first_request(openai):
    while not (await openai.stats())["requests"]:
        await asyncio.sleep(0.02)
