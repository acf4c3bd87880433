"""Which model answers: LOCAL_EMBEDDING."""

from enum import StrEnum
from hashlib import sha256

from local.openai.models import static
from local.openai.models.vectors import EmbeddingModel

SETTING = "LOCAL_EMBEDDING"


class Choice(StrEnum):
    """The models that there are."""

    STATIC = "static"
    MINILM = "minilm"


def chosen(value: str | None) -> Choice:
    """Return what the setting says; unset or empty is the default.

    Raises:
        ValueError: There is no such model.
    """
    if not value:
        return Choice.STATIC
    try:
        return Choice(value.lower())
    except ValueError:
        raise ValueError(f"{SETTING} must be one of {', '.join(Choice)}, not {value[:40]!r}") from None


def load(choice: Choice) -> EmbeddingModel:
    """Read a model's files.

    Raises:
        FileNotFoundError: A package that the model needs is not installed.
    """
    if choice is Choice.STATIC:
        return static.StaticModel.load()
    from local.openai.models.minilm import MiniLM

    return MiniLM.load()


def version_of(choice: Choice) -> str:
    """Return what tells vectors of one model and version from those of another."""
    return f"{choice}-{sha256(static.FILE.read_bytes()).hexdigest()[:12]}"
