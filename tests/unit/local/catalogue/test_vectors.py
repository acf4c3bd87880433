"""What tells the vectors of one model from those of another."""

from local.catalogue.vectors import model_of
from local.openai.models.choice import Choice, version_of

HERE = {"AZURE_OPENAI_ENDPOINT": "http://127.0.0.1:8082"}
AWAY = {"AZURE_OPENAI_ENDPOINT": "https://ours.openai.azure.com"}


def test_a_port_says_nothing_of_the_model() -> None:
    assert model_of(HERE) == model_of({"AZURE_OPENAI_ENDPOINT": "http://127.0.0.1:9999"})


def test_on_this_machine_one_deployment_stands_for_whichever_model_is_chosen() -> None:
    assert version_of(Choice.STATIC) in model_of(HERE)
    assert version_of(Choice.MINILM) in model_of(HERE | {"LOCAL_EMBEDDING": "minilm"})


def test_elsewhere_the_choice_of_a_local_model_changes_nothing() -> None:
    assert model_of(AWAY | {"LOCAL_EMBEDDING": "minilm"}) == model_of(AWAY)
    assert model_of(AWAY).startswith("ours.openai.azure.com/")
