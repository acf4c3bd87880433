"""The best results are summed up; what is recommended is one of them."""

import json

import pytest

from activities.search.overall_analysis import overall_analysis
from shared.errors import Rejected, Unavailable
from shared.search.contracts import AnalysisTask, RankedResult
from tests.support.fake_resources import FakeCloud
from tests.support.language_model import ScriptedChat, candidate, request_block


def answer(best="A", **fields):
    return json.dumps({"summary": "A is close.", "best_match": best, "caveats": ["Check a sample."]} | fields)


def results(*names):
    return tuple(RankedResult.of(candidate(name), score=90.0, explanation="near", dE=0.5) for name in names)


async def analysed(chat, *names):
    task = AnalysisTask(request_id="req_1", request_block=request_block(), results=results(*names))
    return await overall_analysis(task, FakeCloud(chat=chat).resources)


async def test_the_analysis_names_the_model_that_made_it():
    found = await analysed(ScriptedChat(answer()), "A", "B")
    assert (found.summary, found.best_match, found.caveats) == ("A is close.", "A", ("Check a sample.",))
    assert (found.model, found.usage.prompt_tokens) == ("scripted-1", 10)


async def test_the_model_gets_the_ten_best_with_score_reason_and_difference():
    chat = ScriptedChat(answer("M0"))
    await analysed(chat, *(f"M{number}" for number in range(12)))
    sent = json.loads(chat.conversations[0][1].content.splitlines()[2])["results"]
    assert [each["id"] for each in sent] == [f"M{number}" for number in range(10)]
    assert (sent[0]["score"], sent[0]["reason"], sent[0]["dE"], sent[0]["resin"]) == (90.0, "near", 0.5, "PP")


async def test_nothing_may_be_recommended():
    assert (await analysed(ScriptedChat(answer(None)), "A")).best_match is None


@pytest.mark.parametrize("bad", ["no", answer("Z"), answer(summary=""), answer(caveats=[1])])
async def test_a_bad_answer_is_asked_for_once_more(bad):
    chat = ScriptedChat(bad, answer())
    assert (await analysed(chat, "A")).best_match == "A"
    assert len(chat.conversations) == 2


async def test_what_was_not_shown_to_the_model_cannot_be_recommended():
    chat = ScriptedChat(answer("M11"), answer("M11"))
    with pytest.raises(Rejected, match="'M11' was not in the block"):
        await analysed(chat, *(f"M{number}" for number in range(12)))


async def test_a_busy_model_is_left_to_the_next_round():
    with pytest.raises(Unavailable):
        await analysed(ScriptedChat(Unavailable("500")), "A")


async def test_without_results_nothing_is_asked():
    chat = ScriptedChat()
    with pytest.raises(Rejected, match="no result"):
        await analysed(chat)
    assert chat.conversations == []


async def test_without_a_model_there_is_no_analysis():
    with pytest.raises(Rejected, match="DISABLE_OPENAI"):
        await analysed(None, "A")
