"""One question; after an answer that cannot be used, one more."""

import pytest

from shared.errors import Rejected, Unavailable
from shared.llm.answers import read_synonyms
from shared.llm.asking import ask
from shared.llm.prompts import prompts
from tests.support.language_model import ScriptedChat, reply

GOOD = '{"resins": ["PE-HD"]}'
PROMPT = prompts().synonym_resins


async def asked_of(chat):
    return await ask(chat, PROMPT, {"resin": {"code": "PP"}}, read_synonyms)


async def test_a_good_answer_is_asked_for_once():
    chat = ScriptedChat(GOOD)
    asked = await asked_of(chat)
    assert (asked.value, asked.model, asked.usage.total) == (["PE-HD"], "scripted-1", 12)
    assert [message.role for message in chat.conversations[0]] == ["system", "user"]
    assert chat.schemas[0].name == "synonym_resins"
    assert chat.limits == [PROMPT.max_tokens.base]


async def test_a_bad_answer_is_asked_for_once_more_with_its_fault_named():
    chat = ScriptedChat('{"resins": "PP"}', GOOD)
    asked = await asked_of(chat)
    assert asked.value == ["PE-HD"]
    assert (asked.usage.prompt_tokens, asked.usage.completion_tokens) == (20, 4)
    first, second = chat.conversations
    assert second[:2] == first
    assert [(message.role) for message in second[2:]] == ["assistant", "user"]
    assert second[2].content == '{"resins": "PP"}'
    assert "resins: Input should be a valid array" in second[3].content


async def test_an_answer_that_was_cut_off_is_a_bad_one():
    chat = ScriptedChat(reply(GOOD, cut=True), GOOD)
    assert (await asked_of(chat)).value == ["PE-HD"]
    assert "cut off for its length" in chat.conversations[1][-1].content


async def test_an_answer_that_was_cut_off_gets_more_room_the_second_time():
    chat = ScriptedChat(reply("", cut=True), GOOD)
    await asked_of(chat)
    assert chat.roomy == [False, True]


async def test_a_bad_answer_that_had_room_gets_no_more():
    chat = ScriptedChat("no", GOOD)
    await asked_of(chat)
    assert chat.roomy == [False, False]


async def test_an_answer_that_is_cut_off_with_more_room_too_has_failed_for_its_length():
    with pytest.raises(Rejected, match="answered twice what cannot be used: the answer: was cut off for its length"):
        await asked_of(ScriptedChat(reply("", cut=True), reply("", cut=True)))


async def test_an_empty_answer_is_not_sent_back():
    chat = ScriptedChat("", GOOD)
    assert (await asked_of(chat)).value == ["PE-HD"]
    assert [message.role for message in chat.conversations[1]] == ["system", "user", "user"]


async def test_an_answer_that_cannot_be_sent_as_it_came_is_sent_back_readable():
    chat = ScriptedChat("\ud800", GOOD)
    assert (await asked_of(chat)).value == ["PE-HD"]
    assert chat.conversations[1][2].content == "?"


async def test_a_second_bad_answer_is_rejected_for_good():
    chat = ScriptedChat("no", "no again", GOOD)
    with pytest.raises(Rejected, match="answered twice what cannot be used: the answer: Invalid JSON"):
        await asked_of(chat)
    assert len(chat.conversations) == 2


@pytest.mark.parametrize("script", [[Unavailable("busy", 2.0)], ["no", Unavailable("busy", 2.0)]])
async def test_a_service_that_fails_is_left_to_the_next_round(script):
    with pytest.raises(Unavailable) as caught:
        await asked_of(ScriptedChat(*script))
    assert caught.value.retry_after_s == 2.0


async def test_without_a_model_nothing_is_asked():
    with pytest.raises(Rejected, match="DISABLE_OPENAI"):
        await asked_of(None)
