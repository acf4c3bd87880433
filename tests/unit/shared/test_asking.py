"""Vectors for texts of which the model refuses some: the others get theirs, and what is too long is cut again."""

import pytest

from shared.errors import Rejected, Unavailable
from shared.snippets.asking import vectors_of

LIMIT = 100


class Model:
    """A model that takes texts of up to 100 code points, and nothing that says "bad"; a refusal does not say which."""

    model = "small"
    dimensions = 2

    def __init__(self, error=None):
        self.requests = []
        self._error = error

    async def embed(self, texts):
        self.requests.append(list(texts))
        if self._error:
            raise self._error
        if any(len(text) > LIMIT for text in texts):
            raise Rejected("maximum context length is 100", is_about_input=True, is_too_long=True)
        if any("bad" in text for text in texts):
            raise Rejected("content filter", is_about_input=True)
        return [[1.0, 0.0] if text.startswith("x") else [0.0, 1.0] for text in texts]


async def test_good_texts_take_one_request():
    model = Model()
    assert await vectors_of(model, ["x", "y"]) == [[1.0, 0.0], [0.0, 1.0]]
    assert len(model.requests) == 1


async def test_one_refused_text_of_64_costs_the_others_nothing_but_halves():
    model = Model()
    texts = ["x"] * 41 + ["bad"] + ["x"] * 22
    found = await vectors_of(model, texts)
    assert [index for index, each in enumerate(found) if isinstance(each, Rejected)] == [41]
    assert [each for each in found if not isinstance(each, Rejected)] == [[1.0, 0.0]] * 63
    assert len(model.requests) == 13
    assert model.requests.count(["bad"]) == 1


async def test_a_text_that_is_too_long_gets_the_mean_of_its_parts_and_only_it_is_cut():
    model = Model()
    short, long = "y", "x" * 90 + "\n" + "y" * 60
    found = await vectors_of(model, [short, long])
    assert found[0] == [0.0, 1.0]
    # Cut after the line break would be past the second quarter: at 75 code points, of which the first half is x.
    assert model.requests[-1] == [long[:75], long[75:]]
    assert found[1] == pytest.approx([1.0, 0.0], abs=1e-6)


async def test_parts_are_cut_at_a_line_end_before_the_middle_and_weighed_by_length():
    model = Model()
    text = "x" * 59 + "\n" + "y" * 100
    (vector,) = await vectors_of(model, [text])
    assert model.requests[-1] == [text[:60], text[60:]]
    assert vector == pytest.approx([0.6 / (0.36 + 1) ** 0.5, 1 / (0.36 + 1) ** 0.5], abs=1e-6)


async def test_what_stays_too_long_is_refused_after_so_many_cuts():
    class Never(Model):
        async def embed(self, texts):
            self.requests.append(list(texts))
            raise Rejected("maximum context length is 0", is_about_input=True, is_too_long=True)

    model = Never()
    (found,) = await vectors_of(model, ["z" * 4096])
    assert isinstance(found, Rejected)
    assert min(len(text) for request in model.requests for text in request) == 64


@pytest.mark.parametrize("error", [Unavailable("429", 2.0), Rejected("401")])
async def test_what_is_not_about_the_texts_is_asked_once(error):
    model = Model(error)
    assert await vectors_of(model, ["a", "b", "c"]) == [error] * 3
    assert len(model.requests) == 1
