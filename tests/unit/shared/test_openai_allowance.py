"""How much a model may think and answer."""

import pytest

from shared.clients.openai_allowance import ROOM_TO_THINK, Allowance
from shared.llm.prompts import prompts
from shared.topology import topology


def test_room_to_think_comes_on_top_of_the_answer():
    assert Allowance("low").fields(300) == {"max_completion_tokens": 2_300, "reasoning_effort": "low"}


def test_a_model_that_is_left_alone_is_told_no_effort():
    assert Allowance("default").fields(300) == {"max_completion_tokens": 8_300}


def test_a_model_that_does_not_think_gets_no_room_for_it():
    assert Allowance(None).fields(300) == {"max_completion_tokens": 300}


@pytest.mark.parametrize("effort", [None, *ROOM_TO_THINK])
def test_after_an_answer_that_was_cut_off_more_is_allowed(effort):
    allowance = Allowance(effort)
    for answer in (200, 3_300):
        first, second = (allowance.fields(answer, roomy=roomy)["max_completion_tokens"] for roomy in (False, True))
        assert first < second <= 32_000


def test_every_effort_that_can_be_set_has_its_room():
    assert set(topology().settings["LLM_REASONING_EFFORT"].choices) == set(ROOM_TO_THINK)


def test_the_harder_a_model_thinks_the_more_room_it_has():
    efforts = ("none", "minimal", "low", "medium", "high", "xhigh")
    rooms = [ROOM_TO_THINK[effort] for effort in efforts]
    assert rooms == sorted(set(rooms))


@pytest.mark.parametrize(
    "refused",
    [
        "Unrecognized request argument supplied: reasoning_effort",
        "Unsupported value: 'reasoning_effort' does not support 'minimal' with this model. Supported values: 'low'.",
        "Unknown parameter: 'reasoning_effort'.",
    ],
)
def test_an_effort_that_is_refused_is_left_to_the_model(refused):
    assert Allowance("minimal").without(refused) == Allowance("default")
    assert Allowance("default").without(refused) is None


def test_a_limit_that_is_not_known_goes_by_its_older_name():
    refused = "Unrecognized request argument supplied: max_completion_tokens"
    older = Allowance(None).without(refused)
    assert older is not None
    assert older.fields(300) == {"max_tokens": 300}
    assert older.without(refused) is None


@pytest.mark.parametrize(
    "refused",
    [
        "Unsupported value: 'temperature' does not support 0 with this model.",
        "max_completion_tokens is too large: 99999.",
        "The response was filtered due to the prompt triggering the content management policy.",
    ],
)
def test_other_refusals_are_not_about_it(refused):
    assert Allowance("low").without(refused) is None


def test_the_longest_answer_of_a_search_fits_what_every_model_can_answer():
    # A hundred results and those of three synonyms, scored in fifths.
    assert Allowance(None).fields(prompts().score_chunk.tokens_for(23), roomy=True)["max_completion_tokens"] <= 16_384
