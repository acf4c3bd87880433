"""Stored snippets: listed, read, queried, deleted."""

import asyncio
from urllib.parse import quote

import pytest
from yarl import URL


async def test_a_path_is_a_name_in_every_route(app, project):
    for name in ("src/pkg/__init__.py", "with space.py", "ünï/中文.py", "100%=2F;.py", "a?b#c.py", "a//b.py"):
        output = await app.embed(projectId=project, name=name, text=f"# {name}")
        assert output["id"] == name
        assert (await app.read(project, name))["text"] == f"# {name}"
        assert (await app.query(name, projectId=project, k=1))[0]["projectId"] == project


@pytest.mark.parametrize("name", [".", "..", "src/../a.py", "pkg/", "/", "src%2Fa.py"])
async def test_names_that_an_address_makes_others_of_are_refused(app, project, name):
    document = {"projectId": project, "name": name, "text": "x"}
    status, answer, _ = await app.call("POST", "/api/orchestrators/embeddings", json=document)
    assert status == 400
    assert "without a part . or .." in answer["error"]


@pytest.mark.parametrize(("name", "address"), [("src/a.py", "src%2Fa.py"), ("/a.py", "%2fa.py")])
async def test_an_escaped_slash_is_a_slash(app, project, name, address):
    await app.embed(projectId=project, name=name, text="x")
    status, answer, _ = await app.call("GET", URL(f"{app.url}/api/snippets/{project}/{address}", encoded=True))
    assert (status, answer["name"]) == (200, name)


async def test_an_address_with_a_slash_at_its_end_reaches_no_snippet(app, project):
    await app.embed(projectId=project, name="pkg", text="x")
    for method in ("GET", "DELETE"):
        status, answer, _ = await app.call(method, f"/api/snippets/{project}/pkg/")
        assert (status, "without a slash at the end" in answer["error"]) == (400, True)
    assert (await app.read(project, "pkg"))["text"] == "x"


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
    hits = await app.query(f"zanzibar {project}", k=10)
    assert {hit["projectId"] for hit in hits} >= {project, f"{project}-2"}


async def test_k_counts_files_each_with_passages_of_whole_lines(app, project):
    texts = {
        f"src/file{number}.py": "".join(f"def spin_{number}_{line}(wheel):  # {'turn ' * 20}\n" for line in range(40))
        for number in range(4)
    }
    await asyncio.gather(*(app.embed(projectId=project, name=name, text=text) for name, text in texts.items()))
    hits = await app.query("spin the wheel", projectId=project, k=3)
    assert len({hit["name"] for hit in hits}) == 3
    assert [hit["score"] for hit in hits] == sorted((hit["score"] for hit in hits), reverse=True)
    for hit in hits:
        assert (hit["projectId"], hit["language"]) == (project, "Python")
        assert {"meaning", "words"} >= set(hit["matchedBy"]) > set()
        assert 1 <= len(hit["passages"]) <= 3
        lines = texts[hit["name"]].splitlines(keepends=True)
        for passage in hit["passages"]:
            assert passage["text"] == "".join(lines[passage["startLine"] - 1 : passage["endLine"]])
            marked = {passage["text"][start:end] for start, end in passage["highlights"]}
            assert marked == {"spin", "wheel"}


async def test_grouped_by_chunk_k_counts_chunks(app, project):
    await app.embed(projectId=project, name="a.py", text="".join(f"line {i} " * 100 for i in range(10)))
    hits = await app.query("line 3", projectId=project, k=4, groupBy="chunk")
    scores = [chunk["score"] for hit in hits for chunk in hit["chunks"]]
    assert len(scores) == 4
    assert scores == sorted(scores, reverse=True)
    assert all("passages" not in hit for hit in hits)


async def test_a_question_may_be_about_paths_and_a_language(app, project):
    names = ("src/a.py", "src/deep/a.py", "a.py", "src/a.go")
    await asyncio.gather(*(app.embed(projectId=project, name=name, text="wheel") for name in names))

    async def found(**filters):
        return {hit["name"] for hit in await app.query("wheel", projectId=project, **filters)}

    assert await found(path="src/*.py") == {"src/a.py"}
    assert await found(path="**/a.py") == {"src/a.py", "src/deep/a.py", "a.py"}
    assert await found(language="go") == {"src/a.go"}
    assert await found(path="src/**", language="Python") == {"src/a.py", "src/deep/a.py"}
    assert await found(path="*a" * 200) == set()


async def test_an_answer_has_24_kilobytes_at_most_unless_more_is_asked_for(app, project):
    text = "".join(f"{'中😀' * 20} wheel {number}\n" for number in range(400))
    names = [f"{number}.txt" for number in range(8)]
    await asyncio.gather(*(app.embed(projectId=project, name=name, text=text) for name in names))
    question = {"query": "wheel", "projectId": project, "k": 8}
    for more in ({}, {"groupBy": "chunk", "k": 50}):
        _, answer, headers = await app.call("POST", "/api/snippets/query", json=question | more)
        assert int(headers["Content-Length"]) <= 24_000
        assert answer["results"]
    for most in (1_000, 100_000):
        _, answer, _ = await app.call("POST", "/api/snippets/query", json=question | {"maxChars": most})
        texts = [passage["text"] for result in answer["results"] for passage in result["passages"]]
        assert len(answer["results"]) == 8
        assert all(text and text.endswith("\n") for text in texts)
        assert sum(map(len, texts)) <= most


async def test_of_a_file_of_one_long_line_the_part_that_fits_is_shown(app, project):
    text = "".join(f"f{number}();" for number in range(2000)) + "frobnicate();" + "g();" * 3000
    await app.embed(projectId=project, name="a.min.js", text=text)
    (hit,) = await app.query("frobnicate", projectId=project)
    passage = hit["passages"][0]
    assert "frobnicate" in passage["text"]
    assert passage["text"] in text
    assert len(passage["text"]) <= 1_000


async def test_while_the_model_is_away_words_answer(app, openai, project):
    await app.embed(projectId=project, name="a.py", text="def frobnicate():\n    return 1\n")
    await openai.set_faults(rate_500=1)
    question = {"query": "frobnicate", "projectId": project}
    status, answer, _ = await app.call("POST", "/api/snippets/query", json=question)
    assert (status, answer["degraded"]) == (200, ["meaning"])
    assert [(hit["name"], hit["matchedBy"]) for hit in answer["results"]] == [("a.py", ["words"])]
    status, answer, headers = await app.call("POST", "/api/snippets/query", json=question | {"query": "?!"})
    assert status == 503
    assert "Retry-After" in headers
    await openai.set_faults()
    _, answer, _ = await app.call("POST", "/api/snippets/query", json=question)
    assert "degraded" not in answer
    assert answer["results"][0]["matchedBy"] == ["meaning", "words"]


async def test_nothing_that_fits_is_said_as_such(app, project):
    await app.embed(projectId=project, name="a.py", text="def parse_header(line):\n    return line.split(':')\n")
    question = {"query": "parse a header line", "projectId": project}
    assert (await app.call("POST", "/api/snippets/query", json=question))[1]["confident"] is True
    question |= {"query": "zoological taxonomy of marsupials"}
    assert (await app.call("POST", "/api/snippets/query", json=question))[1]["confident"] is False


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
        ({"query": "x", "groupBy": "page"}, "Field 'groupBy' must be file or chunk, got 'page'"),
        ({"query": "x", "path": ""}, "Field 'path' must be a glob"),
        ({"query": "x", "language": "Pyton"}, "Field 'language' must be a language as GitHub names it"),
        ({"query": "x", "maxChars": 999}, "Field 'maxChars' must be an integer from 1000 to 200000, got '999'"),
    ],
)
async def test_bad_queries_are_told_what_is_wrong(app, document, expected):
    status, answer, _ = await app.call("POST", "/api/snippets/query", json=document)
    assert status == 400
    assert expected in answer["error"]


async def test_the_longest_question_is_heard_however_json_writes_it(app, project):
    document = {"query": "😀" * 8000, "projectId": project}
    status, answer, _ = await app.call("POST", "/api/snippets/query", json=document)
    assert (status, "refused by the embedding model" in answer["error"]) == (400, True)
    assert await app.query("😀" * 2000, projectId=project) == []


@pytest.mark.parametrize("hostile", ["' OR 1=1 --", '"; DROP', "p%27", "%00", "..%2F..%2Fetc", "@project"])
async def test_hostile_ids_find_nothing(app, hostile):
    status, answer, _ = await app.call("GET", f"/api/snippets/{hostile}/{hostile}")
    assert status in {400, 404}, answer


@pytest.mark.parametrize("limit", ["0", "101", "x", "-1", "1e3", "9" * 500, "000000100000", "1" + "0" * 5000, "٣"])
async def test_bad_page_sizes_are_refused(app, limit):
    assert (await app.call("GET", f"/api/snippets/p?limit={limit}"))[0] == 400
