"""Colour words are read by the lexicon, then by the model, or named as not understood."""

import json

import pytest

from activities.search.read_colour_words import read_colour_words
from shared.errors import Rejected, Unavailable
from shared.search.contracts import WordsTask
from shared.search.decisions import MAKE_DO_FROM
from tests.support.fake_resources import FakeCloud
from tests.support.language_model import ScriptedChat


def answer(*readings, **colour):
    values = {"meaning": "dark reddish grey", "L": 30, "a": 5, "b": 2, "reach": 8} | colour
    return json.dumps(
        {"readings": [{"words": words, "is_colour": is_colour, **values} for words, is_colour in readings]}
    )


def task(text: str, attempt: int = 1) -> WordsTask:
    return WordsTask(request_id="r", text=text, attempt=attempt)


async def test_what_the_lexicon_knows_asks_no_model():
    chat = ScriptedChat()
    found = await read_colour_words(task("dunkelblau"), FakeCloud(chat=chat).resources)
    (colour,) = found.colours
    assert (colour.text, colour.source, colour.lab.b < -10, colour.lab.L < 45) == ("dunkelblau", "lexicon", True, True)
    assert (found.not_understood, found.complete, chat.conversations) == ((), True, [])


async def test_the_model_reads_what_the_lexicon_does_not_know():
    chat = ScriptedChat(answer(("frobnicate", True)))
    found = await read_colour_words(task("frobnicate blue"), FakeCloud(chat=chat).resources)
    assert [(colour.text, colour.source) for colour in found.colours] == [("blue", "lexicon"), ("frobnicate", "model")]
    assert found.colours[1].meaning == "dark reddish grey"
    assert found.not_understood == ()
    assert found.usage.total > 0
    assert json.loads(chat.conversations[0][1].content.splitlines()[2]) == {"words": ["frobnicate"]}


async def test_what_the_model_calls_no_colour_stays_not_understood():
    chat = ScriptedChat(answer(("frobnicate", False), L=0, a=0, b=0, reach=0))
    found = await read_colour_words(task("frobnicate"), FakeCloud(chat=chat).resources)
    assert (found.colours, found.not_understood, found.complete) == ((), ("frobnicate",), True)


async def test_an_answer_is_kept_for_a_day_whatever_the_case():
    chat = ScriptedChat(answer(("frobnicate", True)))
    cloud = FakeCloud(chat=chat)
    await read_colour_words(task("frobnicate"), cloud.resources)
    again = await read_colour_words(task("FROBNICATE"), cloud.resources)
    assert [colour.text for colour in again.colours] == ["FROBNICATE"]
    assert again.usage is None
    assert len(chat.conversations) == 1
    (kept,) = cloud.search_cache.items.values()
    assert kept["ttl"] == 86_400


@pytest.mark.parametrize(
    "bad",
    [
        answer(("frobnicate", True), L=130),
        answer(("frobnicate", True), a=float("nan")),
        answer(("something else", True)),
        answer(("frobnicate", True), ("frobnicate", True)),
        "no JSON",
    ],
)
async def test_an_answer_that_cannot_be_used_twice_leaves_the_words_unread(bad):
    chat = ScriptedChat(bad, bad)
    found = await read_colour_words(task("frobnicate"), FakeCloud(chat=chat).resources)
    assert (found.not_understood, found.complete) == (("frobnicate",), False)


@pytest.mark.parametrize(("reach", "kept"), [(0.0, 3.0), (8.0, 8.0), (99.0, 25.0)])
async def test_a_reach_is_one_that_colours_have(reach, kept):
    chat = ScriptedChat(answer(("frobnicate", True), reach=reach))
    found = await read_colour_words(task("frobnicate"), FakeCloud(chat=chat).resources)
    assert found.colours[0].reach == kept


async def test_a_model_that_does_not_answer_is_asked_again_and_then_done_without():
    chat = ScriptedChat(*[Unavailable("busy", 2.0)] * MAKE_DO_FROM)
    resources = FakeCloud(chat=chat).resources
    for attempt in range(1, MAKE_DO_FROM):
        with pytest.raises(Unavailable):
            await read_colour_words(task("frobnicate blue", attempt), resources)
    found = await read_colour_words(task("frobnicate blue", MAKE_DO_FROM), resources)
    assert ([colour.text for colour in found.colours], found.not_understood) == (["blue"], ("frobnicate",))
    assert not found.complete


async def test_a_model_that_refuses_is_done_without_at_once():
    chat = ScriptedChat(Rejected("content filter"))
    found = await read_colour_words(task("frobnicate"), FakeCloud(chat=chat).resources)
    assert (found.not_understood, found.complete) == (("frobnicate",), False)


async def test_in_mock_mode_the_lexicon_is_all_there_is():
    found = await read_colour_words(task("frobnicate blue"), FakeCloud().resources)
    assert (len(found.colours), found.not_understood, found.complete) == (1, ("frobnicate",), True)


async def test_a_colour_beyond_three_is_named():
    chat = ScriptedChat(answer(("frobnicate", True)))
    found = await read_colour_words(task("red, blue, green, frobnicate"), FakeCloud(chat=chat).resources)
    assert [colour.text for colour in found.colours] == ["red", "blue", "green"]
    assert found.not_understood == ("frobnicate",)


async def test_a_long_text_reaches_the_model_whole_and_is_shown_short():
    text = "xyzzy " * 40
    chat = ScriptedChat(answer((text.strip().casefold(), True)))
    found = await read_colour_words(task(text.strip()), FakeCloud(chat=chat).resources)
    (colour,) = found.colours
    assert len(colour.text) <= 60
    assert (colour.source, found.not_understood) == ("model", ())


async def test_words_that_differ_in_case_alone_are_asked_for_once():
    chat = ScriptedChat(answer(("frobnicate", True)))
    found = await read_colour_words(task("blue Frobnicate frobnicate"), FakeCloud(chat=chat).resources)
    assert json.loads(chat.conversations[0][1].content.splitlines()[2]) == {"words": ["frobnicate"]}
    assert len([colour for colour in found.colours if colour.source == "model"]) == 1
