"""Found is what readers see, by meaning and by words; where one way is shut the other answers."""

import dataclasses

import pytest

from shared.chunking import Chunk
from shared.errors import InvalidRequest, Rejected, Unavailable
from shared.snippets.chunk_repository import NoFullText
from shared.snippets.documents import chunk_document, tombstone
from shared.snippets.identifiers import snippet_id
from shared.snippets.querying.answer import answer_query
from shared.snippets.querying.globs import Glob
from shared.snippets.querying.request import Query
from tests.support.fake_resources import FakeCloud, letter_vector, record_of, run_of


class Library(FakeCloud):
    """A cloud with stored snippets. A chunk's similarity to a question with ``a`` first is what the test says."""

    async def store(self, snippet, *scores, texts=()):
        """Store one chunk of one line per score."""
        texts = texts or [f"line {index}\n" for index in range(len(scores))]
        for index, (score, text) in enumerate(zip(scores, texts, strict=True)):
            chunk = Chunk(text, index + 1, index + 1)
            record = dataclasses.replace(record_of(snippet, index), chunk=chunk)
            document = chunk_document(record, [score, 0.0, 0.0, 0.0], reused=False)
            await self.chunks.store(snippet.project_id, [document])

    async def publish(self, snippet, *scores, texts=()):
        """Store chunks and make them what readers see."""
        await self.store(snippet, *scores, texts=texts)
        names = {"id": snippet_id(snippet.name), "projectId": snippet.project_id, "name": snippet.name}
        self.snippets.put(names | {"version": snippet.version, "chunks": len(scores)})


@pytest.fixture
def library():
    return Library()


async def ask(library, text="a", project_id="project", **fields):
    return await answer_query(Query(text, project_id, **fields), library.resources)


async def found(library, *question, **fields):
    """Return the similarities of each file's passages, by name, in order."""
    results = (await ask(library, *question, **fields))["results"]
    return {result["name"]: [each["similarity"] for each in result["passages"]] for result in results}


async def test_k_counts_files(library):
    await library.publish(run_of(1, "best.py"), 0.9, 0.85, 0.8)
    await library.publish(run_of(2, "good.py"), 0.7)
    await library.publish(run_of(3, "far.py"), 0.1)
    assert await found(library, "a wheel", k=2) == {"best.py": [0.9], "good.py": [0.7]}
    assert list(await found(library, "a wheel", k=2)) == ["best.py", "good.py"]


async def test_one_large_file_leaves_room_for_others(library):
    await library.publish(run_of(1, "large.py"), *[0.9] * 120)
    for number in range(2, 8):
        await library.publish(run_of(number, f"{number}.py"), 0.1)
    results = (await ask(library, "a wheel"))["results"]
    assert [result["name"] for result in results] == ["large.py", "2.py", "3.py", "4.py", "5.py"]
    assert len((await ask(library, "a wheel", k=50))["results"]) == 7


async def test_k_files_are_found_however_large_some_of_them_are(library):
    for number in range(3):
        await library.publish(run_of(1, f"large{number}.py"), *[0.9] * 400)
    for number in range(30):
        await library.publish(run_of(1, f"small{number:02}.py"), 0.1)
    answer = await ask(library, "a wheel", k=20)
    assert len(answer["results"]) == 20
    # Asked once as always, then for chunks of other files.
    asked = [(len(call[1].other_than), call[2]) for call in library.chunks.calls["nearest"]]
    assert asked[0] == (0, 50)
    assert [limit for _, limit in asked[1:]] == [100, 400, 1000]
    assert [others for others, _ in asked[1:]] == [1, 2, 3]


async def test_k_files_are_found_whatever_the_glob_and_the_words_leave_out(library):
    for number in range(150):
        await library.publish(run_of(1, f"other{number:03}.js"), 0.9, texts=["a wheel\n"])
    for number in range(30):
        await library.publish(run_of(1, f"x/s{number:02}.py"), 0.1, texts=["nothing\n"])
    # LIKE has no way to say "not across slashes": s%.py is also what other names hold.
    for number in range(150):
        await library.publish(run_of(1, f"x/y/s{number:03}.py"), 0.8, texts=["a wheel\n"])
    answer = await ask(library, "a wheel", k=20, path=Glob("x/s*.py"))
    assert len(answer["results"]) == 20
    assert all(result["name"].startswith("x/s") for result in answer["results"])
    # Names that only LIKE takes for the path's are not asked for again.
    excluded = [{name for _, name in call[1].other_than} for call in library.chunks.calls["nearest"]]
    assert excluded[0] == set()
    assert all(any(name.startswith("x/y/") for name in names) for names in excluded[1:])
    assert [len(names) for names in excluded] == sorted({len(names) for names in excluded})


async def test_words_too_are_looked_for_in_other_files(library):
    await library.publish(run_of(1, "large.py"), *[0.9] * 120, texts=["wheel wheel\n"] * 120)
    await library.publish(run_of(1, "small.py"), 0.1, texts=["a wheel\n"])
    library.model.script("embed", *[Unavailable("Azure OpenAI answered 429", 20.0)] * 3)
    answer = await ask(library, "wheel")
    assert [result["name"] for result in answer["results"]] == ["large.py", "small.py"]
    assert answer["degraded"] == ["meaning"]


async def test_grouped_by_chunk_k_counts_chunks(library):
    await library.publish(run_of(1, "best.py"), 0.9, 0.85, 0.8)
    await library.publish(run_of(2, "good.py"), 0.87)
    answer = await ask(library, k=3, group_by="chunk")
    chunks = {result["name"]: [chunk["chunkIndex"] for chunk in result["chunks"]] for result in answer["results"]}
    assert chunks == {"best.py": [0, 1], "good.py": [0]}
    assert answer["results"][0]["chunks"][0] == {
        "chunkIndex": 0,
        "score": round(1 / 11, 6),
        "similarity": 0.9,
        "startLine": 1,
        "endLine": 1,
        "text": "line 0\n",
    }


async def test_a_file_says_all_that_a_reader_needs(library):
    await library.publish(run_of(1), 0.5, 0.25, texts=("def spin_wheel():\n", "    return 1\n"))
    answer = await ask(library, "a wheel")
    assert {name: value for name, value in answer.items() if name != "results"} == {
        "query": "a wheel",
        "projectId": "project",
        "k": 5,
        "groupBy": "file",
        "confident": True,
    }
    assert answer["results"] == [
        {
            "projectId": "project",
            "name": "a.py",
            "language": "Python",
            "score": round(2 / 11 + 1 / 11 + 1 / 2 / 12 + 1 / 11, 6),
            "matchedBy": ["meaning", "words"],
            "passages": [
                {
                    "symbol": None,
                    "startLine": 1,
                    "endLine": 2,
                    "text": "def spin_wheel():\n    return 1\n",
                    "similarity": 0.5,
                    "highlights": [[9, 14]],
                }
            ],
        }
    ]


async def test_what_only_words_find_is_found(library):
    for number in range(6):
        await library.publish(run_of(number + 3, f"near{number}.py"), *[0.9] * 10)
    await library.publish(run_of(2, "named.py"), 0.0, texts=("frobnicate()\n",))
    answer = await ask(library, "a frobnicate")
    named = next(result for result in answer["results"] if result["name"] == "named.py")
    assert named["matchedBy"] == ["words"]
    assert named["passages"][0]["similarity"] is None


async def test_chunks_without_any_of_the_words_are_not_found_by_words(library):
    await library.publish(run_of(1), 0.5)
    (result,) = (await ask(library, "a wheel"))["results"]
    assert result["matchedBy"] == ["meaning"]


async def test_chunks_of_other_versions_are_not_seen(library):
    await library.publish(run_of(1), 0.2)
    await library.store(run_of(2), 0.9)
    assert await found(library, "a line", k=3) == {"a.py": [0.2]}


async def test_what_was_deleted_or_never_finished_is_not_found(library):
    await library.store(run_of(1, "never.py"), 0.9)
    await library.publish(run_of(1, "deleted.py"), 0.8)
    library.snippets.put(tombstone("project", "deleted.py", run_of(2).version, "2026-11-21"))
    answer = await ask(library, "a line")
    assert answer["results"] == []
    assert answer["confident"] is False


@pytest.mark.parametrize("invisible", [50, 190, 900])
async def test_more_is_asked_for_until_enough_is_visible(library, invisible):
    await library.store(run_of(2), *[0.9] * invisible)
    await library.publish(run_of(1), 0.2, 0.1)
    assert await found(library, k=2) == {"a.py": [0.2]}
    limits = [limit for *_, limit in library.chunks.calls["nearest"]]
    assert len(limits) > 1
    assert limits == sorted(set(limits))


async def test_asking_for_more_has_an_end(library):
    await library.store(run_of(2), *[0.9] * 1200)
    await library.publish(run_of(1), 0.2)
    assert await found(library) == {}
    assert max(limit for *_, limit in library.chunks.calls["nearest"]) == 1000


async def test_only_the_way_that_found_too_little_is_asked_again(library):
    await library.store(run_of(2, "b.py"), *[0.9] * 60)
    await library.publish(run_of(1), *[0.1] * 30, texts=["wheel wheel\n"] * 30)
    await ask(library, "a wheel")
    assert len(library.chunks.calls["nearest"]) == 2
    assert len(library.chunks.calls["matching"]) == 1


async def test_a_project_with_few_chunks_is_asked_once(library):
    await library.publish(run_of(1), 0.2)
    assert await found(library, "a line", k=50) == {"a.py": [0.2]}
    calls = library.chunks.calls
    assert (len(calls["nearest"]), len(calls["matching"]), len(library.snippets.calls["visible"])) == (1, 1, 1)
    assert calls["pieces"] == []


async def test_an_empty_project_has_no_hits_and_no_versions_to_ask_for(library):
    assert await found(library) == {}
    assert library.snippets.calls["visible"] == []


async def test_projects_are_apart_unless_all_are_asked(library):
    await library.publish(run_of(1, "mine.py"), 0.2)
    await library.publish(run_of(1, "theirs.py", project_id="other"), 0.9)
    assert await found(library) == {"mine.py": [0.2]}
    assert await found(library, project_id=None) == {"theirs.py": [0.9], "mine.py": [0.2]}


async def test_equal_names_of_two_projects_stay_two_files(library):
    await library.publish(run_of(1), 0.2)
    await library.publish(run_of(9, project_id="other"), 0.9)
    results = (await ask(library, project_id=None))["results"]
    assert [(result["projectId"], result["name"]) for result in results] == [("other", "a.py"), ("project", "a.py")]


async def test_a_path_is_matched_exactly_although_the_database_only_narrows_it_down(library):
    for number, name in enumerate(("src/a.py", "src/deep/b.py", "c.py")):
        await library.publish(run_of(number, name), 0.5)
    assert list(await found(library, path=Glob("src/*.py"))) == ["src/a.py"]
    (_, where, _), *_ = library.chunks.calls["nearest"]
    assert where.like == "src/%.py"


async def test_a_language_is_a_filter(library):
    await library.publish(run_of(1, "a.py"), 0.5)
    await library.publish(run_of(2, "a.go"), 0.5)
    assert list(await found(library, language="Go")) == ["a.go"]


async def test_vectors_of_another_model_are_not_compared(library):
    await library.publish(run_of(1), 0.2)
    for document in library.chunks.documents.values():
        document["model"] = "another"
    assert await found(library, "a wheel") == {}
    assert (await ask(library, "a line"))["results"][0]["matchedBy"] == ["words"]


async def test_lines_that_chunks_cut_are_made_whole_with_one_read(library):
    texts = ("first line\nsecond", " line\nthird line\n")
    for name in ("a.py", "b.py"):
        await library.publish(run_of(1, name), 0.5, 0.0, texts=texts)
        library.snippets.documents["project", name]["chunks"] = 2
    for document in library.chunks.documents.values():
        document["midLine"] = document["chunkIndex"] == 1
    library.chunks.script("matching", NoFullText())
    library.chunks.documents = {
        key: document | ({"model": "another"} if document["chunkIndex"] else {})
        for key, document in library.chunks.documents.items()
    }
    results = (await ask(library, "a second"))["results"]
    assert [result["passages"][0]["text"] for result in results] == ["first line\nsecond line\n"] * 2
    assert len(library.chunks.calls["pieces"]) == 1


@pytest.mark.parametrize("missing", [NoFullText(), Unavailable("Cosmos DB answered 429", 20.0)])
async def test_without_words_meaning_answers_and_says_so(library, missing):
    await library.publish(run_of(1), 0.5)
    library.chunks.script("matching", missing)
    answer = await ask(library, "a line")
    assert answer["degraded"] == ["words"]
    assert answer["results"][0]["matchedBy"] == ["meaning"]


@pytest.mark.parametrize(("fake", "method"), [("model", "embed"), ("chunks", "nearest")])
async def test_without_meaning_words_answer_and_say_so(library, fake, method):
    await library.publish(run_of(1), 0.5)
    getattr(library, fake).script(method, Unavailable("it answered 429", 20.0))
    answer = await ask(library, "a line")
    assert answer["degraded"] == ["meaning"]
    assert answer["results"][0]["matchedBy"] == ["words"]
    assert answer["results"][0]["passages"][0]["similarity"] is None


async def test_without_both_there_is_no_answer(library):
    error = Unavailable("Azure OpenAI answered 429", 20.0)
    library.model.script("embed", error)
    library.chunks.script("matching", NoFullText())
    with pytest.raises(Unavailable) as caught:
        await ask(library, "a line")
    assert caught.value is error


async def test_a_question_of_signs_has_no_words_that_could_stand_in(library):
    await library.publish(run_of(1), 0.5)
    assert "degraded" not in await ask(library, "?!")
    assert library.chunks.calls["matching"] == []
    library.model.script("embed", Unavailable("Azure OpenAI answered 429", 20.0))
    with pytest.raises(Unavailable):
        await ask(library, "?!")


@pytest.mark.parametrize(("fake", "method"), [("model", "embed"), ("chunks", "nearest"), ("chunks", "matching")])
@pytest.mark.parametrize("error", [TypeError("a bug"), Rejected("Cosmos DB answered 403")])
async def test_a_bug_or_a_refusal_is_no_outage(library, fake, method, error):
    await library.publish(run_of(1), 0.5)
    getattr(library, fake).script(method, error)
    with pytest.raises(type(error)) as caught:
        await ask(library, "a line")
    assert caught.value is error


async def test_a_question_that_the_model_refuses_is_a_bad_request(library):
    library.model.script("embed", Rejected("Azure OpenAI answered 400", is_about_input=True))
    with pytest.raises(InvalidRequest, match="'query' was refused by the embedding model"):
        await ask(library, "a line")


async def test_a_short_outage_of_the_model_is_waited_out(library):
    await library.publish(run_of(1), 0.2)
    library.model.script("embed", Unavailable("Azure OpenAI answered 500"))
    answer = await ask(library)
    assert "degraded" not in answer
    assert len(library.model.requests) == 2


async def test_an_outage_of_the_versions_is_told(library):
    await library.publish(run_of(1), 0.2)
    library.snippets.script("visible", Unavailable("Cosmos DB answered 503"))
    with pytest.raises(Unavailable, match="503"):
        await ask(library)


async def test_a_long_question_is_not_the_answer(library):
    assert len((await ask(library, "a" * 8000))["query"]) == 500


def test_the_fake_model_scores_as_the_tests_above_say():
    assert letter_vector("a") == [1.0, 0.0, 0.0, 0.0]
