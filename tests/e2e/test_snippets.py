"""Stored snippets: listed, read, queried, deleted."""

import asyncio
from urllib.parse import quote

import pytest
from yarl import URL


async def test_a_path_is_a_name_in_every_route(app, project):
    for name in ("src/pkg/__init__.py", "with space.py", "ünï/中文.py", "100%=2F;.py", "a?b#c.py", "a%2Fb.py"):
        output = await app.embed(projectId=project, name=name, text=f"# {name}")
        assert output["id"] == name
        assert (await app.read(project, name))["text"] == f"# {name}"
        assert (await app.query(name, projectId=project, k=1))[0]["projectId"] == project


@pytest.mark.parametrize("name", [".", ".."])
async def test_names_that_an_address_swallows_are_stored_too(app, project, name):
    assert (await app.embed(projectId=project, name=name, text=f"# {name}"))["id"] == name
    assert (await app.query(name, projectId=project, k=1))[0]["name"] == name


async def test_an_escaped_slash_is_a_slash(app, project):
    await app.embed(projectId=project, name="src/a.py", text="x")
    status, answer, _ = await app.call("GET", URL(f"{app.url}/api/snippets/{project}/src%2Fa.py", encoded=True))
    assert (status, answer["name"]) == (200, "src/a.py")


async def test_a_reader_sees_a_whole_version_while_runs_replace_it(app, project):
    versions = [str(i) * 3000 for i in range(8)]
    await app.embed(projectId=project, name="a.py", text=versions[0])
    writing = asyncio.gather(*(app.embed(projectId=project, name="a.py", text=text) for text in versions[1:]))
    while not writing.done():
        assert (await app.read(project, "a.py"))["text"] in versions
    assert all(output["ok"] for output in await writing)


async def test_snippets_are_listed_by_name_in_pages(app, project):
    names = sorted(f"dir/{i}.py" for i in range(7))
    for name in names:
        await app.embed(projectId=project, name=name, text=name)
    seen, after = [], ""
    while after is not None:
        _, page, _ = await app.call("GET", f"/api/snippets/{project}?limit=3&after={quote(after, safe='')}")
        assert len(page["snippets"]) <= 3
        seen += [snippet["name"] for snippet in page["snippets"]]
        after = page["next"]
    assert seen == names


async def test_a_deleted_snippet_is_gone_until_it_is_embedded_again(app, project):
    await app.embed(projectId=project, name="a/b.py", text="x = 1")
    path = f"/api/snippets/{project}/a/b.py"
    assert (await app.call("DELETE", path))[0] == 204
    assert (await app.call("GET", path))[0] == 404
    assert (await app.call("DELETE", path))[0] == 404
    assert await app.query("x", projectId=project) == []
    assert (await app.call("GET", f"/api/snippets/{project}"))[1]["snippets"] == []
    await app.embed(projectId=project, name="a/b.py", text="x = 2")
    assert (await app.read(project, "a/b.py"))["text"] == "x = 2"


async def test_a_deleted_snippet_stays_deleted_when_an_older_run_ends(app, openai, project):
    poison = "POISON-" + project
    await app.embed(projectId=project, name="a.py", text="first")
    await openai.set_faults(fail_matching=poison)
    older = await app.submit(projectId=project, name="a.py", text=poison)
    await app.manage(older, "suspend")
    assert (await app.call("DELETE", f"/api/snippets/{project}/a.py"))[0] == 204
    await openai.set_faults()
    await app.manage(older, "resume")
    assert (await app.ended(older))["output"]["superseded"] is True
    assert (await app.call("GET", f"/api/snippets/{project}/a.py"))[0] == 404


async def test_a_query_without_a_project_searches_all(app, project):
    await app.embed(projectId=project, name="a.py", text=f"zanzibar {project}")
    await app.embed(projectId=f"{project}-2", name="b.py", text=f"zanzibar {project}")
    hits = await app.query(f"zanzibar {project}", k=2)
    assert {hit["projectId"] for hit in hits} == {project, f"{project}-2"}


async def test_k_chunks_are_answered_best_first(app, project):
    await app.embed(projectId=project, name="a.py", text="".join(f"line {i} " * 100 for i in range(10)))
    hits = await app.query("line 3", projectId=project, k=4)
    scores = [chunk["score"] for hit in hits for chunk in hit["chunks"]]
    assert len(scores) == 4
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({}, "Missing required field: query"),
        ({"query": "  "}, "not all blank"),
        ({"query": 1}, "got integer"),
        ({"query": "\ud800 x"}, "half a surrogate pair"),
        ({"query": "x", "k": 10**400}, "an integer from 1 to 50"),
        ({"query": "x", "k": 0}, "an integer from 1 to 50, got '0'"),
        ({"query": "x", "k": True}, "got boolean"),
        ({"query": "x", "k": "5"}, "got string"),
        ({"query": "x", "projectId": "a/b"}, "Field 'projectId'"),
        ({"query": "x", "top": 5}, "Unknown field 'top'"),
    ],
)
async def test_bad_queries_are_told_what_is_wrong(app, document, expected):
    status, answer, _ = await app.call("POST", "/api/snippets/query", json=document)
    assert status == 400
    assert expected in answer["error"]


@pytest.mark.parametrize("hostile", ["' OR 1=1 --", '"; DROP', "p%27", "%00", "..%2F..%2Fetc", "@project"])
async def test_hostile_ids_find_nothing(app, hostile):
    status, answer, _ = await app.call("GET", f"/api/snippets/{hostile}/{hostile}")
    assert status in {400, 404}, answer


@pytest.mark.parametrize("limit", ["0", "101", "x", "-1", "1e3", "9" * 500, "000000100000", "1" + "0" * 5000, "٣"])
async def test_bad_page_sizes_are_refused(app, limit):
    assert (await app.call("GET", f"/api/snippets/p?limit={limit}"))[0] == 400
