"""POST /api/orchestrators/embeddings/batch: a folder in one run, over HTTP."""

from urllib.parse import quote

import pytest

BATCH = "/api/orchestrators/embeddings/batch"


def source(name: str, lines: int = 40) -> str:
    """A module of its own: no line of it stands in another one."""
    stem = name.replace("/", "_").replace(".", "_")
    return "".join(f"def {stem}_{line}(value):\n    return value * {line} + len('{stem}')\n\n" for line in range(lines))


def files(*names: str) -> list[dict[str, str]]:
    return [{"name": name, "text": source(name)} for name in names]


async def run_batch(app, **document):
    """Submit a batch that must be accepted and return its run's output."""
    status, links, _ = await app.call("POST", BATCH, json=document)
    assert status == 202, links
    ended = await app.ended(links)
    assert ended["runtimeStatus"] == "Completed", ended
    return ended["output"]


async def names_of(app, project):
    _, answer, _ = await app.call("GET", f"/api/snippets/{project}")
    return [row["name"] for row in answer["snippets"]]


async def test_a_folder_is_stored_in_one_run_and_found(app, project):
    output = await run_batch(app, projectId=project, files=files("src/a.py", "src/b.py", "docs/c.md"))
    assert (output["ok"], output["stored"], output["failed"], output["unchanged"]) == (True, 3, 0, 0)
    assert [file["name"] for file in output["files"]] == ["src/a.py", "src/b.py", "docs/c.md"]
    assert output["embedded"] == output["chunks"] == sum(file["chunks"] for file in output["files"]) > 3
    assert await names_of(app, project) == ["docs/c.md", "src/a.py", "src/b.py"]
    assert (await app.read(project, "src/a.py"))["text"] == source("src/a.py")
    (best, *_) = await app.query("src_b_py_7", projectId=project)
    assert best["name"] == "src/b.py"


async def test_only_what_changed_is_embedded_and_what_is_gone_is_deleted(app, openai, project):
    await run_batch(app, projectId=project, files=files("src/a.py", "src/b.py", "src/c.py", "other.py"))
    await openai.reset_stats()
    changed = {"name": "src/b.py", "text": source("src/b.py") + "# one more line\n"}
    output = await run_batch(
        app, projectId=project, files=[*files("src/a.py"), changed], deleteMissing=True, prefix="src/"
    )
    outcomes = {file["name"]: file["unchanged"] for file in output["files"]}
    assert outcomes == {"src/a.py": True, "src/b.py": False}
    assert (output["deleted"], output["deletedNames"]) == (1, ["src/c.py"])
    assert (await openai.stats())["requests"] == 1
    assert await names_of(app, project) == ["other.py", "src/a.py", "src/b.py"]


async def test_an_unchanged_batch_costs_no_chunk_work(app, openai, project):
    await run_batch(app, projectId=project, files=files("a.py", "b.py"))
    await openai.reset_stats()
    output = await run_batch(app, projectId=project, files=files("a.py", "b.py"))
    assert (output["unchanged"], output["embedded"], output["stored"]) == (2, 0, 0)
    assert (await openai.stats())["requests"] == 0


async def test_what_a_batch_would_cost_is_told_without_a_run(app, openai, project):
    await run_batch(app, projectId=project, files=files("src/a.py", "src/gone.py"))
    await openai.reset_stats()
    asked = {"projectId": project, "files": files("src/a.py", "src/new.py"), "deleteMissing": True, "prefix": "src/"}
    status, answer, _ = await app.call("POST", BATCH, json={**asked, "dryRun": True})
    assert status == 200
    assert (answer["dryRun"], answer["unchanged"], answer["deleted"]) == (True, 1, 1)
    unchanged, new = answer["files"]
    assert (unchanged["unchanged"], unchanged["tokens"], new["unchanged"]) == (True, 0, False)
    assert answer["tokens"] == new["tokens"] > len(source("src/new.py")) / 8
    assert answer["costUsd"] == pytest.approx(answer["tokens"] * 0.02 / 1e6, abs=1e-6)
    assert (await openai.stats())["requests"] == 0
    output = await run_batch(app, **asked)
    assert (output["chunks"] - unchanged_chunks(output), output["deleted"]) == (answer["chunks"], 1)


def unchanged_chunks(output):
    return sum(file["chunks"] for file in output["files"] if file["unchanged"])


async def test_files_of_every_kind_are_stored_as_they_are(app, project):
    texts = {
        "empty.py": "",
        "bom.py": "\ufeffx = 1\n",
        "crlf.py": "a = 1\r\nb = 2\rc\n",
        "nul.bin": "a\x00b\n",
        "one-line.js": "x=1;" * 50_000,
        "emoji.txt": "👩‍👩‍👧‍👦" * 2000,
    }
    given = [{"name": name, "text": text} for name, text in texts.items()]
    output = await run_batch(app, projectId=project, files=given)
    assert output["ok"], [file for file in output["files"] if not file["ok"]]
    assert {name: (await app.read(project, name))["text"] for name in texts} == texts
    assert next(file for file in output["files"] if file["name"] == "empty.py")["chunks"] == 0


async def test_a_file_that_becomes_empty_replaces_what_was_there(app, project):
    await app.embed(projectId=project, name="a.py", text=source("a.py"))
    output = await app.embed(projectId=project, name="a.py", text="")
    assert (output["ok"], output["chunks"], output["embedded"]) == (True, 0, 0)
    read = await app.read(project, "a.py", include="text,chunks,embedding")
    assert (read["text"], read["chunkList"], read["embedding"]) == ("", [], None)
    assert await app.query("a_py_7", projectId=project) == []


async def test_one_refused_chunk_is_named_with_the_reason_and_asked_for_once(app, openai, project):
    await openai.set_faults("embeddings", refuse_matching="forbidden words")
    output = await run_batch(
        app, projectId=project, files=[*files("good.py"), {"name": "bad.py", "text": "# forbidden words\n"}]
    )
    good, bad = output["files"]
    assert (output["ok"], good["ok"], bad["ok"]) == (False, True, False)
    assert "1 of 1 chunks were refused" in bad["error"]
    assert bad["refusedChunks"][0]["chunk"] == 0
    assert "400" in bad["refusedChunks"][0]["reason"]
    assert "refusedChunks" not in good
    single = await app.embed(projectId=project, name="bad.py", text="# forbidden words\n")
    assert single["refusedChunks"][0]["chunk"] == 0
    assert "400" in single["refusedChunks"][0]["reason"]


@pytest.mark.parametrize(
    ("document", "status", "said"),
    [
        ({"files": [{"name": "a/../b", "text": "x"}, {"name": "c"}]}, 400, "files[1]: Missing required field: text"),
        ({"files": [], "projectId": ".."}, 400, "other than . and .."),
        ({"files": [{"name": str(i), "text": ""} for i in range(501)]}, 413, "at most 500"),
    ],
)
async def test_a_wrong_batch_is_refused_with_every_fault(app, document, status, said):
    answered, answer, _ = await app.call("POST", BATCH, json=document)
    assert answered == status
    assert said in str(answer)


async def test_the_same_key_starts_one_run(app, project):
    document = {"projectId": project, "files": files("a.py")}
    headers = {"Idempotency-Key": f"batch-{project}"}
    first, second = [await app.call("POST", BATCH, json=document, headers=headers) for _ in range(2)]
    assert first[1]["id"] == second[1]["id"]


async def test_a_name_with_dot_segments_reaches_no_other_document(app, project):
    await app.embed(projectId=project, name="secret.py", text="x = 1\n")
    for name in ("a/../secret.py", "./secret.py"):
        status, _, _ = await app.call(
            "POST", "/api/orchestrators/embeddings", json={"projectId": project, "name": name, "text": "y"}
        )
        assert status == 400
    assert (await app.read(project, "secret.py"))["text"] == "x = 1\n"
    status, _, _ = await app.call("DELETE", f"/api/snippets/{project}/{quote('a/%2E%2E/secret.py')}")
    assert status in {400, 404}
    assert (await app.read(project, "secret.py"))["text"] == "x = 1\n"
