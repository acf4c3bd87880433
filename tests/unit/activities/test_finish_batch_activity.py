"""The end of a batch: what it does not name goes, what is newer stays, and running twice tells the same."""

import pytest

from activities.embeddings.finish_batch_activity import finish_batch_activity
from shared.errors import Unavailable
from shared.snippets.documents import tombstone
from shared.snippets.file_contracts import FinishBatchTask
from shared.snippets.identifiers import snippet_id, version_of
from tests.support.fake_resources import NOW, FakeCloud


@pytest.fixture
def cloud():
    made = FakeCloud()
    made.uploads.blobs["batch/file-00000.json"] = (b'"x"', NOW)
    for number, name in enumerate(("src/a.py", "src/b.py", "docs/c.md"), 1):
        made.snippets.put(snippet(name, number))
        key = ("project", f"{name}-0")
        made.chunks.documents[key] = {"id": key[1], "name": name, "version": version_of(number, "r"), "chunkIndex": 0}
    return made


def snippet(name, number):
    return {"id": snippet_id(name), "projectId": "project", "name": name, "version": version_of(number, "r")}


def task(*names, prefix="src/"):
    return FinishBatchTask(
        project_id="project", version=version_of(9, "batch"), run_id="batch", names=names, prefix=prefix
    )


def gone(cloud):
    return sorted(name for (_, name), row in cloud.snippets.documents.items() if "deleted" in row)


async def test_what_the_batch_does_not_name_below_the_prefix_goes(cloud):
    result = await finish_batch_activity(task("src/a.py"), cloud.resources)
    assert (result.deleted, result.names) == (1, ("src/b.py",))
    assert gone(cloud) == ["src/b.py"]
    assert [row["name"] for row in cloud.chunks.documents.values()] == ["src/a.py", "docs/c.md"]
    assert cloud.uploads.blobs == {}


async def test_without_a_prefix_nothing_is_deleted_and_the_empty_one_covers_the_project(cloud):
    assert (await finish_batch_activity(task("src/a.py", prefix=None), cloud.resources)).deleted == 0
    assert (await finish_batch_activity(task("src/a.py", prefix=""), cloud.resources)).deleted == 2
    assert gone(cloud) == ["docs/c.md", "src/b.py"]


async def test_what_was_accepted_after_the_batch_or_confirmed_since_stays(cloud):
    cloud.snippets.put(snippet("src/b.py", 12))
    cloud.snippets.put(snippet("src/a.py", 1) | {"confirmed": version_of(11, "later")})
    assert (await finish_batch_activity(task(), cloud.resources)).deleted == 0
    assert gone(cloud) == []


async def test_a_second_delivery_tells_what_the_first_one_deleted(cloud):
    cloud.snippets.put(tombstone("project", "src/old.py", version_of(4, "deleted"), ""))
    first = await finish_batch_activity(task("src/a.py"), cloud.resources)
    assert await finish_batch_activity(task("src/a.py"), cloud.resources) == first


async def test_a_delivery_that_stopped_after_the_tombstone_is_finished_by_the_next(cloud):
    cloud.chunks.script("delete_versions", Unavailable("down"))
    with pytest.raises(Unavailable):
        await finish_batch_activity(task("src/a.py"), cloud.resources)
    assert (await finish_batch_activity(task("src/a.py"), cloud.resources)).deleted == 1
    assert "src/b.py" not in {row["name"] for row in cloud.chunks.documents.values()}


async def test_a_snippet_that_changes_under_the_deletion_is_looked_at_again(cloud):
    cloud.snippets.script("replace", lambda: cloud.snippets.put(snippet("src/b.py", 12)))
    assert (await finish_batch_activity(task("src/a.py"), cloud.resources)).deleted == 0
