"""Vectors of repositories: for which texts a model is asked, and what becomes of those that it refuses."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.errors import Rejected, Unavailable
from shared.repo_scoring.embedding import SURELY_SHORT_CHARACTERS, ageing, embedded, outdated
from shared.repo_scoring.vectors import row_of

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Model:
    """Gives every text a vector of its length, and refuses what its ``refused`` says; ``asked``: texts by request."""

    model = "model"
    dimensions = 2

    def __init__(self, refused=lambda text: False, error=None):
        self.refused = refused
        self.error = error or Rejected("too long", is_about_input=True)
        self.asked = []

    async def embed(self, texts):
        self.asked.append(list(texts))
        if any(map(self.refused, texts)):
            raise self.error
        return [[1.0, float(len(text))] for text in texts]


async def test_equal_texts_are_asked_for_once():
    model = Model()
    documents = await embedded({"a": "x", "b": "y", "c": "x"}, model, NOW)
    assert model.asked == [["x", "y"]]
    assert documents["a"]["vector"] == documents["c"]["vector"]


async def test_a_vector_is_kept_with_model_and_dimensions():
    document = (await embedded({"a": "x"}, Model(), NOW))["a"]
    assert (document["model"], document["dimensions"], document["stored_at"]) == ("model", 2, NOW.isoformat())
    assert row_of(document, 2, "model").tolist() == pytest.approx([2**-0.5, 2**-0.5])


async def test_only_what_changed_is_outdated():
    model = Model()
    stored = await embedded({"same": "x", "changed": "y", "damaged": "z"}, model, NOW)
    stored["damaged"]["vector"] = "AAAA"
    texts = {"same": "x", "changed": "Y", "damaged": "z", "new": "x"}
    assert outdated(texts, stored, model) == ["changed", "damaged", "new"]


@pytest.mark.parametrize("change", [{"model": "other"}, {"dimensions": 3}])
async def test_all_is_outdated_after_a_change_of_the_model(change):
    model, changed = Model(), Model()
    vars(changed).update(change)
    assert outdated({"a": "x"}, await embedded({"a": "x"}, model, NOW), changed) == ["a"]


async def test_a_refused_text_takes_no_other_along_and_is_tried_in_short():
    model = Model(refused=lambda text: len(text) > SURELY_SHORT_CHARACTERS)
    documents = await embedded({"a": "x", "b": "y" * 5_000}, model, NOW)
    assert set(documents) == {"a", "b"}
    assert len(model.asked[-1][0]) == SURELY_SHORT_CHARACTERS


async def test_what_is_refused_at_any_length_has_no_vector():
    documents = await embedded({"a": "x", "bad": "bad"}, Model(refused=lambda text: text == "bad"), NOW)
    assert set(documents) == {"a"}


@pytest.mark.parametrize("error", [Unavailable("busy"), Rejected("wrong key")])
async def test_an_outage_or_a_wrong_key_is_raised(error):
    with pytest.raises(type(error)):
        await embedded({"a": "x"}, Model(refused=lambda text: True, error=error), NOW)


async def test_a_vector_past_half_of_its_life_is_ageing():
    stored = await embedded({"old": "x", "unused": "y"}, Model(), NOW - timedelta(hours=51))
    stored |= await embedded({"young": "z"}, Model(), NOW - timedelta(hours=49))
    assert ageing(stored, ["old", "young", "missing"], 100 * 3600, NOW) == ["old"]
