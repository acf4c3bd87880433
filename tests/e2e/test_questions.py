"""Questions about repositories over HTTP: from a cold cache to answers."""

import asyncio
import json

import aiohttp
import pytest

from tests.support.fanwise import DEADLINE_S

ACCOUNT = "pallets"


async def ask(app, **document):
    return await app.call("POST", "/api/ai", json={"username": ACCOUNT, **document})


async def answered(app, **document):
    """Ask, and again once the run that gathers the account has ended."""
    async with asyncio.timeout(DEADLINE_S):
        while True:
            status, answer, headers = await ask(app, **document)
            if status != 202:
                return status, answer, headers
            await app.ended(answer)


async def test_a_cold_cache_is_answered_with_the_run_that_fills_it(app, stack):
    status, first, headers = await ask(app, username="Hashicorp", query="kubernetes")
    assert status == 202
    assert headers["Location"] == first["statusQueryGetUri"]
    assert (await app.ended(first))["runtimeStatus"] == "Completed"
    status, answer, _ = await ask(app, username="hashicorp", query="kubernetes")
    assert (status, answer["username"].lower(), answer["total"]) == (200, "hashicorp", 120)


async def test_a_question_is_answered_with_ranked_explained_repositories(app, openai):
    status, answer, headers = await answered(app, query="Which repository is a template engine?")
    assert (status, headers["X-Cache"], headers["X-Content-Type-Options"]) == (200, "hit", "nosniff")
    assert (answer["total"], len(answer["repositories"])) == (12, 3)
    best = answer["repositories"][0]
    assert best["full_name"] == "pallets/jinja"
    assert best["parts"]["semantic"]["by"] == "vector"
    assert {"template", "engine"} <= set(best["matched_terms"])
    assert [each["name"] for each in answer["context"]["full"]] == [each["name"] for each in answer["repositories"]]
    assert answer["repositories"] == sorted(answer["repositories"], key=lambda each: -each["score"])


async def test_a_warm_question_costs_one_embedding_of_one_input(app, openai):
    await answered(app, query="warm")
    await openai.reset_stats()
    await answered(app, query="How are cookies signed?")
    stats = await openai.stats()
    assert (stats["requests"], stats["inputs"]) == (1, 1)


async def test_max_repos_says_how_many_are_told_of(app):
    _, answer, _ = await answered(app, query="python", max_repos=1)
    assert len(answer["repositories"]) == 1


async def test_an_explanation_cites_repositories_that_were_sent(app):
    _, answer, _ = await answered(app, query="Which repositories are web frameworks?", explain=True)
    told = [each["name"] for each in answer["context"]["full"] + answer["context"]["summary"]]
    cited = [each["repository"] for each in answer["explanation"]["citations"]]
    assert "flask" in cited
    assert set(cited) <= set(told)
    assert "offline-rules" in answer["explanation"]["answer"]


async def test_without_models_the_ranking_stands_by_words(app, openai):
    await answered(app, query="warm")
    await openai.set_faults(rate_500=1)
    status, answer, _ = await answered(app, query="command line toolkit", explain=True)
    assert (status, answer["scored_by"], answer["explanation"]) == (200, "words", None)
    assert answer["repositories"][0]["name"] == "click"
    assert len(answer["notes"]) == 2


async def test_an_account_that_github_does_not_have_is_not_found(app):
    status, answer, _ = await answered(app, username="nobody-by-this-name", query="python")
    assert (status, answer) == (404, {"error": "GitHub has no account 'nobody-by-this-name'"})


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b"{}", 400),
        (b'{"query": "' + b"x" * 40_000 + b'", "username": "a"}', 413),
        (b'{"query": "a", "username": "../../etc"}', 400),
        (b'{"query": "a", "username": "pallets", "max_repos": 1e9}', 400),
        (b'{"a":' * 20_000 + b"1" + b"}" * 20_000, 413),
        (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, 400),
    ],
)
async def test_a_bad_question_is_refused_with_its_fault(app, body, status):
    got, answer, _ = await app.call("POST", "/api/ai", data=body)
    assert got == status
    assert answer.get("error") or answer["errors"]
    assert "Traceback" not in json.dumps(answer)


async def test_a_warm_question_asks_github_for_nothing(stack, app):
    await answered(app, query="warm")
    async with aiohttp.ClientSession() as session:
        before = await github_requests(session, stack)
        await answered(app, query="python")
        assert await github_requests(session, stack) == before


async def github_requests(session, stack):
    async with session.get(f"{stack.github.url}/_stats") as response:
        return (await response.json())["requests"]
