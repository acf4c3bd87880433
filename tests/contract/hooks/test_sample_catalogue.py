"""After the deployment: the catalogue is embedded once, however often the hook is stopped, throttled or repeated."""

import asyncio
import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from data.materials import MATERIALS
from shared.topology import topology
from tests.support.hooks import run_hook, start_hook
from tests.support.host import eventually

# Nobody answers there: the calls to the app are another test's.
NO_APP = {"SERVICE_API_BEHIND_GATEWAY": "true"}


@pytest.fixture(autouse=True)
async def empty_index(cloud):
    """An index as the hook before it leaves it, and no Lab values."""
    await cloud.delete_index()
    body = topology().search_indexes["materials"].body()
    assert (await cloud.index_request("PUT", body=body))[0] == 201
    await cloud.search.reset()


@pytest.fixture
def own_catalogue(catalogue: Path, tmp_path: Path) -> Path:
    """A copy, to be changed."""
    return Path(shutil.copytree(catalogue, tmp_path / "catalogue"))


def changed(folder: Path, change: Callable[[dict[str, str]], dict[str, str]]) -> None:
    """Change the first row of a catalogue."""
    path = folder / MATERIALS
    with path.open(encoding="utf-8", newline="") as file:
        first, *others = csv.DictReader(file)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(first))
        writer.writeheader()
        writer.writerows([change(first), *others])


async def line_of(process: asyncio.subprocess.Process, part: bytes) -> None:
    """Wait for a line that a hook says."""
    assert process.stdout
    async with asyncio.timeout(30):
        while part not in (line := await process.stdout.readline()):
            assert line, "ended before it said so"


def count_of(catalogue: Path) -> int:
    return len((catalogue / MATERIALS).read_text(encoding="utf-8").splitlines()) - 1


async def test_everything_is_embedded_once_and_a_second_run_does_nothing(cloud, catalogue):
    outputs = cloud.environment | NO_APP
    first = await run_hook("postdeploy", outputs)
    made = await cloud.openai.stats()
    await cloud.openai.reset()
    await cloud.search.reset()
    second = await run_hook("postdeploy", outputs)

    assert (first.code, second.code) == (0, 0), first.said + second.said
    count = count_of(catalogue)
    assert await cloud.held() == made["inputs"] == count
    assert f"  {count} of {count} (100 %)" in first.out
    assert f"all {count} materials are in the index already" in second.out
    assert "is already in container lab-data" in second.out
    assert (await cloud.openai.stats())["requests"] == 0
    assert "index" not in (await cloud.search.stats())["by_operation"]


async def test_killed_half_way_it_goes_on_where_it_stopped(cloud, catalogue):
    outputs = cloud.environment | NO_APP
    # So long that the switch below meets the next request.
    await cloud.openai.set(latency_ms=1000)
    process = await start_hook("postdeploy", outputs)
    try:
        await line_of(process, b"100 of")
        await cloud.openai.set(hang=True)

        async def hangs() -> bool:
            stats = await cloud.openai.stats()
            return stats["requests"] > sum(stats["by_status"].values())

        await eventually(hangs)
    finally:
        process.kill()
        await process.communicate()
    done = await cloud.held()
    embedded = (await cloud.openai.stats())["inputs"]
    await cloud.openai.reset()

    run = await run_hook("postdeploy", outputs)

    assert run.code == 0, run.said
    count = count_of(catalogue)
    assert 100 <= done < count
    assert f"{count - done} of {count} materials to embed" in run.out
    assert embedded + (await cloud.openai.stats())["inputs"] == count
    assert await cloud.held() == count


async def test_throttled_it_waits_as_long_as_it_is_asked_to(cloud, catalogue):
    await cloud.openai.set(rate_429=0.5, retry_after_s=0.05)

    run = await run_hook("postdeploy", cloud.environment | NO_APP)

    assert run.code == 0, run.said
    assert "its quota is used up for now (429)" in run.out
    stats = await cloud.openai.stats()
    assert stats["inputs"] == count_of(catalogue)


async def test_a_quota_that_stays_used_up_ends_with_what_to_do(cloud):
    await cloud.openai.set(rate_429=1.0, retry_after_s=60)

    run = await run_hook("postdeploy", cloud.environment | NO_APP)

    assert run.code == 1
    assert "(429)" in run.err
    assert "EMBEDDING_MODEL_CAPACITY" in run.err


async def test_only_what_changed_is_written_and_only_a_new_text_embedded(cloud, own_catalogue):
    outputs = cloud.environment | NO_APP | {"CATALOGUE_FOLDER": str(own_catalogue)}
    await run_hook("postdeploy", outputs)
    await cloud.openai.reset()
    changed(own_catalogue, lambda row: row | {"opacity": "misty"})
    await run_hook("postdeploy", outputs)
    merged = (await cloud.openai.stats())["requests"]
    changed(own_catalogue, lambda row: row | {"description": "Something else."})
    run = await run_hook("postdeploy", outputs)

    assert run.code == 0, run.said
    assert merged == 0
    assert (await cloud.openai.stats())["inputs"] == 1
    wanted = {"search": "*", "filter": "opacity eq 'misty'", "select": "description"}
    _, found = await cloud.index_request("POST", "/docs/search.post.search", wanted)
    assert [row["description"] for row in found["value"]] == ["Something else."]


async def test_a_role_that_comes_late_is_waited_for(cloud):
    await cloud.search.set(fail_next=2, fail_status=403)

    run = await run_hook("postdeploy", cloud.environment | NO_APP)

    assert run.code == 0, run.said
    assert "waiting for the roles on AI Search" in run.out


async def test_without_an_index_it_says_how_to_make_one(cloud):
    await cloud.delete_index()

    run = await run_hook("postdeploy", cloud.environment | NO_APP)

    assert run.code == 1
    assert "azd hooks run postprovision" in run.err


async def test_a_wrong_row_is_named(cloud, own_catalogue):
    changed(own_catalogue, lambda row: row | {"L": "bright"})

    run = await run_hook("postdeploy", cloud.environment | NO_APP | {"CATALOGUE_FOLDER": str(own_catalogue)})

    assert run.code == 1
    assert "line 2" in run.err
    assert "bright" in run.err


async def test_it_can_be_left_out(cloud):
    run = await run_hook("postdeploy", cloud.environment | {"LOAD_SAMPLE": "false"})
    wrong = await run_hook("postdeploy", cloud.environment | {"LOAD_SAMPLE": "maybe"})

    assert run.code == 0
    assert "LOAD_SAMPLE is false" in run.out
    assert await cloud.held() == 0
    assert wrong.code == 1
    assert "expected true or false" in wrong.err
